"""Tests of the room regions."""
