"""Whether the phone is staffed, by the provider's wall clock."""

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

from portal.kernel.working_time import Window, is_open

SHANGHAI = ZoneInfo("Asia/Shanghai")
WEEK = [w for day in range(5) for w in (Window(day, time(9), time(12)), Window(day, time(13), time(18)))]


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI).astimezone(UTC)


def test_the_opening_instant_is_inside_and_the_closing_one_outside() -> None:
    assert is_open(WEEK, SHANGHAI, at("2026-11-23 09:00"))
    assert not is_open(WEEK, SHANGHAI, at("2026-11-23 18:00"))


def test_lunch_is_closed_and_so_is_the_weekend() -> None:
    assert not is_open(WEEK, SHANGHAI, at("2026-11-23 12:30"))
    assert is_open(WEEK, SHANGHAI, at("2026-11-23 13:00"))
    assert not is_open(WEEK, SHANGHAI, at("2026-11-28 10:00"))


def test_without_windows_it_is_never_open() -> None:
    assert not is_open([], SHANGHAI, at("2026-11-25 10:30"))
