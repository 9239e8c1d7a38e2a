"""站内通知 · What the application tells a person, once, in the language that person reads it in."""
