"""A year of China's days off out of the libraries: the published notice where they know it, else the statutory days as a guess.

`chinesecalendar` knows notices and make-up days and says when it does not know a year; `holidays` knows which days are statutory
and guesses years to come. Neither is asked at run time: what they say becomes a Notice, compared and taken like any other.
"""

from datetime import date, timedelta
from importlib.metadata import version

import chinese_calendar
import holidays

from portal.contracts.rules.notices import Notice
from portal.kernel.working_time import DayKind

JURISDICTION = "CN"


def china(year: int) -> tuple[Notice, bool]:
    """The year as a notice, and whether it is only a guess (no notice is known yet)."""
    statutory = holidays.country_holidays(JURISDICTION, years=year, observed=False)
    days, names = dict[date, DayKind](), dict[date, str]()
    try:
        for offset in range((date(year + 1, 1, 1) - date(year, 1, 1)).days):
            day = date(year, 1, 1) + timedelta(days=offset)
            off, name = chinese_calendar.get_holiday_detail(day)
            kind = _kind(day, off, name, day in statutory and not chinese_calendar.is_in_lieu(day))
            if kind is not None:
                days[day], names[day] = kind, name or ""
    except NotImplementedError:
        guess = {day: DayKind.STATUTORY for day in statutory if day.year == year}
        return Notice(
            year, guess, {d: statutory[d] for d in guess}, f"holidays {version('holidays')}", None
        ), True
    return Notice(year, days, names, f"chinesecalendar {version('chinesecalendar')}", None), False


def _kind(day: date, off: bool, name: str | None, statutory: bool) -> DayKind | None:
    """None for a plain workday or weekend."""
    weekend = day.weekday() >= 5
    if not off:
        return DayKind.MAKEUP if weekend else None
    if statutory:
        return DayKind.STATUTORY
    if weekend:
        return DayKind.WEEKEND if name else None
    return DayKind.BRIDGE
