"""The room of recognition."""
