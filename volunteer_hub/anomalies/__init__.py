"""异常线索 · What looks odd in scans and hours, for people to look at: flagged with reasons, answered, never deducted."""
