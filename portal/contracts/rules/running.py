"""A promise on its way, as pages and the engine speak of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class Running:
    """What is known of a promise on a ticket."""

    metric: str
    clause: str
    started_at: datetime
    due_at: datetime | None
    stopped_at: datetime | None
    breached_at: datetime | None
    remaining_minutes: int | None
    provisional: bool
    internal: bool


@dataclass(frozen=True)
class Cover:
    """The answer of the contracts: `details` as rules/plain keeps it; `others` (number, details) for staff alone."""

    contract_number: str | None
    contract_id: int | None
    details: Mapping[str, Any]
    others: Sequence[tuple[str, Mapping[str, Any]]]
