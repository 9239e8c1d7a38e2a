"""Tests of the room `boards`."""
