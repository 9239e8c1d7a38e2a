"""阵地 · Centres, institutes, posts, bases and points, their tree, keepers and hours."""
