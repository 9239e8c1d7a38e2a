"""Tests of the onsite room."""
