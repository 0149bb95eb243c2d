"""A call that was promised: when it is late, what an attempt makes of it, and which times can be promised at all."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from portal.tickets.rules.words import Outcome

SOON = timedelta(minutes=30)
TRY_AGAIN_AFTER = timedelta(hours=1)
"""Nobody answered, and no other time was agreed."""
FURTHEST = timedelta(days=30)
GRACE = timedelta(minutes=5)
"""A time that was right when the form was opened may have just passed."""


class State(StrEnum):
    OPEN = "open"
    DONE = "done"
    WITHDRAWN = "withdrawn"


class Urge(StrEnum):
    """How near it is."""

    LATER = "later"
    SOON = "soon"
    OVERDUE = "overdue"


class WhyNot(StrEnum):
    """Why a time cannot be promised."""

    PAST = "past"
    TOO_FAR = "too_far"


def urge(wanted_at: datetime, now: datetime) -> Urge:
    """Overdue from the promised instant on; soon half an hour before."""
    if now > wanted_at:
        return Urge.OVERDUE
    return Urge.SOON if wanted_at - now <= SOON else Urge.LATER


def why_not(wanted_at: datetime, now: datetime) -> WhyNot | None:
    """Whether a client may ask to be called at this time."""
    if wanted_at < now - GRACE:
        return WhyNot.PAST
    return WhyNot.TOO_FAR if wanted_at > now + FURTHEST else None


@dataclass(frozen=True)
class After:
    """What an attempt makes of a promised call: `again_at` None when it is done."""

    again_at: datetime | None


def after_attempt(outcome: Outcome, call_again_at: datetime | None, now: datetime) -> After:
    """Nobody reached: again at the time that was noted, else in an hour. Call again: at the noted time; without one the talk
    was had, and it is done. A noted time that has passed already counts as none."""
    noted = call_again_at if call_again_at is not None and call_again_at > now else None
    if outcome is Outcome.NOT_REACHED:
        return After(noted or now + TRY_AGAIN_AFTER)
    return After(noted if outcome is Outcome.CALL_AGAIN else None)
