"""签到签退 · Codes, the decision, scans and sessions."""
