"""Attacks that must not work: findings of our own reading, and those others had to publish."""
