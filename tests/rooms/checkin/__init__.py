"""Tests of the room checkin."""
