"""志愿中枢 · Volunteer Hub: one Flask application, a row of rooms (docs/architecture.md)."""
