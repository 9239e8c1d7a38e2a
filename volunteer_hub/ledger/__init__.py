"""时长台账 · Hour policies and the append-only hours entries: the narrow waist."""
