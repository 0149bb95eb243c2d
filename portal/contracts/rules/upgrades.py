"""The upgrade that is free because the last one of its kind fell short (TS-11): the name of its unit in the ledger."""

import unicodedata
from datetime import UTC, datetime

from portal.contracts.rules.ledger import UNIT, BucketSpan, Period
from portal.contracts.rules.terms import Entitlement, Kind, Service

PREFIX = "free_upgrade:"
LONGEST = 40
"""Characters of a kind's name."""
FOR_EVER = datetime(2999, 1, 1, tzinfo=UTC)
"""No clause lets the unit expire; once the contract is over nothing is covered by it."""


def key_of(kind: str) -> str:
    """A kind of upgrade as it is compared: full and half width, capitals and blanks make no difference. "" for nothing."""
    return " ".join(unicodedata.normalize("NFKC", kind).casefold().split())[:LONGEST]


def entitlement_of(kind: str) -> str:
    """The name of its buckets."""
    return PREFIX + key_of(kind)


def as_entitlement(code: str, clause: str) -> Entitlement:
    """How its units are shown among what the contract includes."""
    return Entitlement(code, Kind.QUOTA, frozenset({Service.UPGRADE}), clause, UNIT, Period.TERM)


def span_of(upgrade_id: int, at: datetime) -> BucketSpan:
    """A bucket of its own for each upgrade that fell short (invariant 5)."""
    return BucketSpan(f"after:{upgrade_id}", at, FOR_EVER)
