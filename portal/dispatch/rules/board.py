"""Where a visit stands on the board: its half hours of a day, and which ones are in two places at once."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from portal.dispatch.rules.visiting import Slot

FIRST, LAST = 6, 22
"""Hours of the day view; what lies outside stands at its edge, with its own time in words."""
HALVES = (LAST - FIRST) * 2


@dataclass(frozen=True)
class Place:
    """Columns of the day view, from 1 on: one a half hour."""

    column: int
    span: int


def place(slot: Slot, day: date, zone: ZoneInfo) -> Place:
    """Where the part of a slot that falls on a day stands; at least a half hour wide, and never outside."""
    opens = datetime.combine(day, time(FIRST), tzinfo=zone).astimezone(UTC)
    half = timedelta(minutes=30)
    first = (slot.start - opens) // half
    last = -((opens - slot.end) // half)
    begin = min(max(first, 0), HALVES - 1)
    return Place(begin + 1, max(min(last, HALVES) - begin, 1))


def in_two_places(busy: Iterable[tuple[int, int, Slot]]) -> set[int]:
    """The visits (their numbers) of (number, engineer, slot) that overlap another of the same engineer."""
    out: set[int] = set()
    latest: dict[int, tuple[int, datetime]] = {}
    for number, engineer, slot in sorted(busy, key=lambda b: (b[1], b[2].start, b[0])):
        before = latest.get(engineer)
        if before is not None and slot.start < before[1]:
            out |= {number, before[0]}
        if before is None or slot.end > before[1]:
            latest[engineer] = (number, slot.end)
    return out
