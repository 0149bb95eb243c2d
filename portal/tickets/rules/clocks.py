"""Which waiting stops a promise, which service a ticket asks for, and how near a deadline is."""

from datetime import datetime

from portal.contracts.rules.terms import Service
from portal.tickets.rules.words import Kind, Phase, Status

PAUSING = frozenset(
    {
        Status.WAITING_CUSTOMER,
        Status.WAITING_QUOTE,
        Status.WAITING_PAYMENT,
        Status.WAITING_RENEWAL,
        Status.WAITING_FUNDING,
        Status.RESOLVED,
    }
)
"""Our own suppliers, parts and our own people never stop a clock; what was solved and comes back goes on where it stood."""

STEPS = (50, 80, 100)
"""Per cent of the time at which somebody is told."""


def pauses(status: Status) -> bool:
    return status in PAUSING


def service_of(kind: Kind, phase: Phase, *, emergency: bool) -> Service:
    """What a ticket asks of the contract at its step of the ladder."""
    if phase is Phase.ON_SITE or emergency:
        return Service.ON_SITE
    if phase is Phase.IMPROVEMENT or kind is Kind.CHANGE:
        return Service.IMPROVEMENT
    if kind is Kind.UPDATE:
        return Service.UPDATE
    if phase is Phase.REMOTE:
        return Service.REMOTE
    return Service.HOTLINE if kind is Kind.FAULT else Service.CONSULT


def step_reached(started_at: datetime, due_at: datetime, now: datetime) -> int:
    """The highest of 50, 80 and 100 per cent that is over; 0 before. On the very instant of the deadline it is still in time."""
    if now > due_at:
        return 100
    whole = (due_at - started_at).total_seconds()
    share = 100 * (now - started_at).total_seconds() / whole if whole > 0 else 0
    return max((step for step in STEPS[:-1] if share >= step), default=0)


def next_step_at(started_at: datetime, due_at: datetime | None, warned: int) -> datetime | None:
    """When the next of the three falls, after those that were told; None when there is none or the clock is paused."""
    left = [step for step in STEPS if step > warned]
    if due_at is None or not left:
        return None
    return started_at + (due_at - started_at) * left[0] / 100
