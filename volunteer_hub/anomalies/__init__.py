"""异常线索 · What looks odd in scans and hours: flagged for people with reasons, answered, never deducted."""
