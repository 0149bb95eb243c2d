"""Weekly windows of service in wall-clock time of one zone. Days off and make-up workdays join them with the contracts."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True, order=True)
class Window:
    """Open from `opens` to `closes` (the closing instant is outside) on `weekday`, Monday being 0."""

    weekday: int
    opens: time
    closes: time


def is_open(windows: Iterable[Window], zone: ZoneInfo, at: datetime) -> bool:
    """Whether an aware instant falls into a window, by the zone's own wall clock."""
    local = at.astimezone(zone)
    return any(w.weekday == local.weekday() and w.opens <= local.time() < w.closes for w in windows)


def next_opening(windows: Iterable[Window], zone: ZoneInfo, at: datetime) -> datetime | None:
    """The first opening at or after an aware instant, in UTC offsets of the zone; None if there is no window at all."""
    local = at.astimezone(zone)
    openings = [
        datetime.combine(day, w.opens, tzinfo=zone)
        for offset in range(8)
        for day in [local.date() + timedelta(days=offset)]
        for w in windows
        if w.weekday == day.weekday()
    ]
    later = [o for o in openings if o >= local]
    return min(later) if later else None
