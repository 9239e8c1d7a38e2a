"""审核 · Whatever a person must decide."""
