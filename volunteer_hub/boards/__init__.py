"""看板 · Figures to look at: the dashboard, the race board, the wall display, the public page."""
