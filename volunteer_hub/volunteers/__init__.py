"""志愿者 · Registration, identity, guardians, consent."""
