"""导入 · Rosters and historic hours from files: a dry run, then all of it, and back as a whole."""
