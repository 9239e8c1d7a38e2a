"""Benchmarks: run by hand, each prints a table with ratios against a baseline of the same minute."""
