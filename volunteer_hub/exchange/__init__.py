"""导出 · Files out."""
