"""Passwords as argon2 hashes. Slow on purpose: call these outside of a transaction."""

import unicodedata
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
"""19 MiB, two passes, one lane: OWASP's second recommendation, 20 ms on a small server."""


def hash_of(password: str) -> str:
    """What is stored of a password."""
    return _hasher.hash(_typed(password))


def matches(stored: str | None, password: str) -> bool:
    """Whether this is the password. Without a stored hash it takes as long and says no, so that time tells nothing."""
    try:
        return _hasher.verify(stored or _nobodys(), _typed(password)) and stored is not None
    except (VerificationError, InvalidHashError):
        return False


def is_outdated(stored: str) -> bool:
    """Whether a hash was made with other parameters than today's."""
    return _hasher.check_needs_rehash(stored)


def _typed(password: str) -> str:
    """Full-width and composed characters as one: the same keys on another keyboard are the same password."""
    return unicodedata.normalize("NFKC", password)


@cache
def _nobodys() -> str:
    return _hasher.hash("nobody has this password")
