"""Families and acting for somebody."""
