"""Tests of the room `anomalies`."""
