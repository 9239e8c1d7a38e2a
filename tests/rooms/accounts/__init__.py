"""The accounts room: signing in, logins, roles, tokens."""
