"""统计 · Definitions and figures, read from the ledger."""
