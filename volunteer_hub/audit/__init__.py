"""操作日志 · The trail: who did what to what, and why."""
