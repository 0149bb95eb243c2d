"""When the provider's desk is staffed, as a plain calculation on its weekly windows and closed days.

Refuses to know the clock and the language: `now` and the zone are arguments, the words are the page's.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from portal.kernel.working_time import Window

HORIZON_DAYS = 62
END_OF_DAY = time(23, 59, 59, 999999)
"""What stands for 24:00, which a wall clock does not show."""


@dataclass(frozen=True)
class DeskState:
    """`until`: when the present staffing ends, None if not within eight days. `opens`: the next beginning, if closed."""

    staffed: bool
    until: datetime | None = None
    opens: datetime | None = None


def state_at(
    windows: Sequence[Window], closed_on: Collection[date], zone: ZoneInfo, now: datetime
) -> DeskState:
    """Whether somebody answers at an aware instant, and when that changes. Windows that touch count as one."""
    spans = _spans(windows, closed_on, zone, now)
    for begins, ends in spans:
        if begins <= now < ends:
            return DeskState(True, until=ends if ends - now <= timedelta(days=8) else None)
        if begins > now:
            return DeskState(False, opens=begins)
    return DeskState(False)


def _spans(
    windows: Sequence[Window], closed_on: Collection[date], zone: ZoneInfo, now: datetime
) -> list[tuple[datetime, datetime]]:
    first = now.astimezone(zone).date() - timedelta(days=1)
    spans: list[tuple[datetime, datetime]] = []
    for offset in range(HORIZON_DAYS):
        day = first + timedelta(days=offset)
        if day in closed_on:
            continue
        for window in sorted(w for w in windows if w.weekday == day.weekday()):
            begins = datetime.combine(day, window.opens, tzinfo=zone)
            ends = datetime.combine(day, window.closes, tzinfo=zone)
            if window.closes == END_OF_DAY:
                ends = datetime.combine(day + timedelta(days=1), time(), tzinfo=zone)
            if spans and begins <= spans[-1][1]:
                spans[-1] = (spans[-1][0], max(ends, spans[-1][1]))
            else:
                spans.append((begins, ends))
    return spans
