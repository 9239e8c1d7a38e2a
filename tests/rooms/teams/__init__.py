"""Teams: the tree, joining, leaving and leading, pages."""
