"""Tests: sentences about the domain, run on SQLite and on PostgreSQL."""
