"""Families: a guardian or a relative acts for somebody, and it is always written down who acted."""
