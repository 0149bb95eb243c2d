"""Whether the phone is staffed, by the provider's wall clock."""

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

from portal.kernel.working_time import Window, is_open, next_opening

SHANGHAI = ZoneInfo("Asia/Shanghai")
WEEK = [w for day in range(5) for w in (Window(day, time(9), time(12)), Window(day, time(13), time(18)))]


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI).astimezone(UTC)


def test_the_opening_instant_is_inside_and_the_closing_one_outside() -> None:
    assert is_open(WEEK, SHANGHAI, at("2026-11-23 09:00"))
    assert not is_open(WEEK, SHANGHAI, at("2026-11-23 18:00"))


def test_lunch_is_closed_and_opens_again_the_same_day() -> None:
    assert not is_open(WEEK, SHANGHAI, at("2026-11-23 12:30"))
    assert next_opening(WEEK, SHANGHAI, at("2026-11-23 12:30")) == at("2026-11-23 13:00")


def test_after_friday_comes_monday() -> None:
    assert next_opening(WEEK, SHANGHAI, at("2026-11-27 18:00")) == at("2026-11-30 09:00")


def test_a_week_with_one_short_opening_is_found_again_next_week() -> None:
    only = [Window(2, time(10), time(11))]
    assert next_opening(only, SHANGHAI, at("2026-11-25 10:30")) == at("2026-12-02 10:00")


def test_without_windows_nothing_ever_opens() -> None:
    assert next_opening([], SHANGHAI, at("2026-11-25 10:30")) is None
