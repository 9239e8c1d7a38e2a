"""Tests of the room rights."""
