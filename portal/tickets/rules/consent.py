"""The client's permission to touch its data (TS-09): where a question stands, and whether a session was allowed by one.

Refuses to take silence for a yes: a question that nobody answered in time has expired.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

ANSWER_WITHIN = timedelta(days=3)
"""So long the link in the mail works."""
HOURS = (4, 24, 72, 168)
"""What can be asked for: how long it holds once it is given."""


class State(StrEnum):
    ASKED = "asked"
    EXPIRED = "expired"
    REFUSED = "refused"
    GRANTED = "granted"
    ENDED = "ended"
    """Given, and its span is over."""
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class Facts:
    """One question with its answer, as it is kept."""

    answer_until: datetime
    answered_at: datetime | None = None
    granted: bool | None = None
    holds_until: datetime | None = None
    withdrawn_at: datetime | None = None


def state_of(consent: Facts, now: datetime) -> State:
    """Where it stands at an instant; the last instant of a span belongs to it."""
    if consent.withdrawn_at is not None:
        return State.WITHDRAWN
    if consent.answered_at is None:
        return State.ASKED if now <= consent.answer_until else State.EXPIRED
    if not consent.granted:
        return State.REFUSED
    return State.GRANTED if consent.holds_until is not None and now <= consent.holds_until else State.ENDED


def allows(consents: Iterable[Facts], started_at: datetime, ended_at: datetime) -> bool:
    """Whether data could be touched with leave during a session: a consent that was given held at some instant of it.
    One that was given only after the session, or had ended before it, allows nothing (invariant 45)."""
    for consent in consents:
        if not consent.granted or consent.answered_at is None or consent.holds_until is None:
            continue
        until = min(consent.holds_until, consent.withdrawn_at or consent.holds_until)
        if consent.answered_at <= ended_at and until >= started_at:
            return True
    return False
