"""When somebody works: weekly windows by one zone's wall clock, days off, make-up workdays (调休), and which years are certain.

Instants are aware; spans of work are walked in UTC, so that a change of the clock adds and loses nothing.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import cached_property
from zoneinfo import ZoneInfo

HORIZON = timedelta(days=3 * 366)
"""How far a search for the next working moment goes before it says that there is none."""


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


class DayKind(StrEnum):
    """What the day table of a jurisdiction says of a date. Dates that it does not name are plain."""

    WORKDAY = "workday"
    WEEKEND = "weekend"
    STATUTORY = "statutory"
    BRIDGE = "bridge"
    MAKEUP = "makeup"


class NeverOpen(ValueError):
    """The calendar has no working moment within three years: its windows are empty or all its days are off."""


@dataclass(frozen=True)
class Span:
    """A stretch of working time, [start, end), in UTC."""

    start: datetime
    end: datetime


@dataclass(frozen=True)
class ServiceCalendar:
    """Weekly windows over a day table. `days` names only the days that a notice changes; `certain_years` are those with
    a published notice: other years are provisional.

    Make-up workdays work the hours of a Monday, unless their own weekday has windows or the contract switches them off.
    """

    zone: ZoneInfo
    windows: tuple[Window, ...]
    days: Mapping[date, DayKind] = field(default_factory=dict)
    certain_years: frozenset[int] = frozenset()
    makeup_is_workday: bool = True
    bridge_is_workday: bool = False

    @cached_property
    def _by_weekday(self) -> dict[int, tuple[Window, ...]]:
        return {day: tuple(sorted(w for w in self.windows if w.weekday == day)) for day in range(7)}

    @cached_property
    def _plain_day(self) -> tuple[Window, ...]:
        return next((ws for day in range(7) if (ws := self._by_weekday[day])), ())

    def kind_of(self, day: date) -> DayKind:
        """The table's word for a date, else weekend for Saturday and Sunday, else workday."""
        return self.days.get(day) or (DayKind.WEEKEND if day.weekday() >= 5 else DayKind.WORKDAY)

    def windows_on(self, day: date) -> tuple[Window, ...]:
        """The windows of a date, in order; empty when nobody works."""
        kind = self.kind_of(day)
        if kind is DayKind.STATUTORY or (kind is DayKind.BRIDGE and not self.bridge_is_workday):
            return ()
        if kind is DayKind.MAKEUP and self.makeup_is_workday:
            return self._by_weekday[day.weekday()] or self._plain_day
        return self._by_weekday[day.weekday()]

    def is_workday(self, day: date) -> bool:
        return bool(self.windows_on(day))

    def is_certain(self, day: date) -> bool:
        """False while no notice for the date's year has been imported."""
        return day.year in self.certain_years

    def local_day(self, at: datetime) -> date:
        return at.astimezone(self.zone).date()

    def instant(self, day: date, wall: time) -> datetime:
        """A wall-clock time of a date as an instant in UTC."""
        return datetime.combine(day, wall, tzinfo=self.zone).astimezone(UTC)

    def close_of(self, day: date) -> datetime:
        """The close of business of a workday; raises NeverOpen for a day off."""
        windows = self.windows_on(day)
        if not windows:
            raise NeverOpen(f"{day} is no working day")
        return self.instant(day, windows[-1].closes)

    def end_of(self, day: date) -> datetime:
        """24:00 of a date, written as its last second, 23:59:59."""
        return self.instant(day, time(23, 59, 59))

    def workday_from(self, day: date, step: int = 1) -> date:
        """The date itself if it is a workday, else the next one (`step` -1: the one before). Raises NeverOpen."""
        for offset in range(HORIZON.days):
            candidate = day + timedelta(days=offset * step)
            if self.is_workday(candidate):
                return candidate
        raise NeverOpen(f"no working day within three years of {day}")

    def plus_workdays(self, day: date, count: int) -> date:
        """The `count`-th workday after a date, the date itself not counted."""
        for _ in range(count):
            day = self.workday_from(day + timedelta(days=1))
        return day

    def spans_from(self, start: datetime) -> Iterator[Span]:
        """Working time from an instant on, in order, until three years later."""
        day, last = self.local_day(start), self.local_day(start + HORIZON)
        while day <= last:
            for window in self.windows_on(day):
                opens, closes = self.instant(day, window.opens), self.instant(day, window.closes)
                if closes > start:
                    yield Span(max(opens, start), closes)
            day += timedelta(days=1)
