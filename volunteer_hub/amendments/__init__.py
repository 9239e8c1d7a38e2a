"""补录与更正 · Hours entered afterwards, and hours put right: asked by one person, decided by another."""
