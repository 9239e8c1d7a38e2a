"""Landing, a dashboard per role, health."""
