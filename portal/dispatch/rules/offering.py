"""Times that are proposed to the client: how many, until when they can be answered, what one takes, what calling off costs.

Refuses to know who is free and what the contracts say: the facts come from above.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from portal.contracts.rules.terms import NoAccess
from portal.dispatch.rules.visiting import PLANNED, Then, VisitStatus, of_no_access

MOST = 3
"""Times that are proposed at once; more are a calendar, not a question."""
ANSWER_WITHIN = timedelta(days=14)
"""A mailed link lives at most so long."""


class Takes(StrEnum):
    """What a visit takes of the client."""

    NOTHING = "nothing"
    """The contract includes it, however often."""
    UNIT = "unit"
    """One of those that the contract grants for a time."""
    MONEY = "money"
    AGREED = "agreed"
    """What both sides confirmed in a quote."""


@dataclass(frozen=True)
class Cost:
    """What one time takes; `price` in yuan, None where no money is asked; the clause that says so."""

    takes: Takes
    price: Decimal | None = None
    clause: str = ""


class WhyNot(StrEnum):
    """Why a proposed time cannot be chosen."""

    PAST = "past"
    TAKEN = "taken"
    """The engineer has been given to somebody else at that time."""


def why_not(starts_at: datetime, now: datetime, *, taken: bool) -> WhyNot | None:
    """Whether a time that stands among the proposed ones can still be had; None: it can."""
    if starts_at <= now:
        return WhyNot.PAST
    return WhyNot.TAKEN if taken else None


def answer_until(last_start: datetime, now: datetime) -> datetime:
    """A link can be used until its last time begins, and not longer than ANSWER_WITHIN."""
    return min(last_start, now + ANSWER_WITHIN)


def may_answer(*, manages: bool, takes_part: bool, anybody_manages: bool) -> bool:
    """Who says for the client when somebody comes: its managers, and who asked for it or follows the request. Where nobody
    manages, everybody who sees the visit."""
    return manages or takes_part or not anybody_manages


def may_agree(*, manages: bool, anybody_manages: bool) -> bool:
    """Who agrees to a price for the client: its managers; where there are none, everybody who sees the visit."""
    return manages or not anybody_manages


class CallOff(StrEnum):
    """What follows when the client calls off now."""

    FREE = "free"
    """Nobody has set out: what was held is given back (X92)."""
    COUNTS = "counts"
    """Somebody is on the way: the visit counts as made."""
    CHARGED = "charged"
    """Somebody is on the way: what was agreed is charged."""
    TOO_LATE = "too_late"
    """Somebody is there, or it is over."""


def call_off(status: VisitStatus, no_access: NoAccess, *, holds: bool, agreed: bool) -> CallOff:
    """`holds`: the visit holds a unit; `agreed`: it has a price that was agreed to."""
    if status in PLANNED:
        return CallOff.FREE
    if status is not VisitStatus.EN_ROUTE:
        return CallOff.TOO_LATE
    if of_no_access(no_access) is Then.RELEASE:
        return CallOff.FREE
    if holds:
        return CallOff.COUNTS
    return CallOff.CHARGED if agreed else CallOff.FREE
