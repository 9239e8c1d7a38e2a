"""Service records and certificates: requested, checked, issued with a number, verified, replaced, withdrawn."""
