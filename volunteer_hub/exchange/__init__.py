"""导入导出 · Files in and out."""
