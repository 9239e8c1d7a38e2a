"""Tests of the room `month_close`."""
