"""When a ticket that was put out of sight comes back: at its time, when its client writes, or before a promise breaks."""

from collections.abc import Iterable
from datetime import datetime, timedelta

LONGEST = timedelta(days=366)
BEFORE = 0.8
"""Of the time that is left to a promise: then it comes back, whatever was chosen."""


def comes_back(until: datetime | None, now: datetime, dues: Iterable[datetime]) -> datetime | None:
    """The instant; None: only when its client writes. `dues`: deadlines of promises that run."""
    near = [now + (due - now) * BEFORE for due in dues if due > now]
    return min([*near, *([until] if until else [])], default=None)


def is_possible(until: datetime | None, now: datetime) -> bool:
    """A time that lies ahead, within a year; None is always possible."""
    return until is None or now < until <= now + LONGEST
