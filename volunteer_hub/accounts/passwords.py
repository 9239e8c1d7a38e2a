"""Passwords: Argon2id, a minimum length, and nothing that is on every list (OWASP ASVS 6.2.1, 6.2.4)."""

from __future__ import annotations

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from volunteer_hub.core.errors import DomainError
from volunteer_hub.core.text import N_

#: OWASP's second recommended setting: 19 MiB, two passes, one lane.
_hasher = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)
MINIMUM = 8
COMMON = frozenset(
    {"12345678", "123456789", "1234567890", "11111111", "00000000", "88888888", "66666666", "87654321", "12341234"}
    | {"11223344", "password", "password1", "qwertyui", "qwerty123", "abc12345", "a1234567", "a12345678"}
    | {"1qaz2wsx", "iloveyou", "asdfghjk", "woaini1314", "5201314520", "123123123", "147258369", "aa123456"}
)
#: Verified when there is no such account, so that both answers take the same time.
_NOBODY = _hasher.hash("nobody has this password")


def hash_password(password: str) -> str:
    """Return the Argon2id hash. Raises DomainError at field `password` if it is too short or too common."""
    if len(password) < MINIMUM:
        raise DomainError("password_short", N_("密码至少 %(n)d 位。"), field="password", n=MINIMUM)
    if password.lower() in COMMON:
        raise DomainError("password_common", N_("这个密码太常见，容易被猜到，请换一个。"), field="password")
    return _hasher.hash(password)


def hash_pin(pin: str) -> str:
    """Return the Argon2id hash of a short number; few tries are what protects it."""
    return _hasher.hash(pin)


def matches(stored: str | None, password: str) -> bool:
    """Compare a password with a stored hash; spends the same time where there is none."""
    try:
        return _hasher.verify(stored or _NOBODY, password) and stored is not None
    except (VerificationError, InvalidHashError):
        return False
