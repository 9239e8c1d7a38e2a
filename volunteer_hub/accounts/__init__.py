"""账号 · Accounts, sign-in, server-side logins, roles granted on a scope, tokens."""
