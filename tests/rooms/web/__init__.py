"""Tests of the glue all rooms share."""
