"""The demo's instants: weekdays back by the provider's clock, or minutes ago."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from portal.demo.rules import instant

SHANGHAI = ZoneInfo("Asia/Shanghai")
MONDAY_MORNING = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("25 min", datetime(2026, 11, 23, 1, 5, tzinfo=UTC)),
        ("1 10:20", datetime(2026, 11, 20, 10, 20, tzinfo=SHANGHAI)),
        ("5 09:00", datetime(2026, 11, 16, 9, 0, tzinfo=SHANGHAI)),
        ("6 09:00", datetime(2026, 11, 13, 9, 0, tzinfo=SHANGHAI)),
    ],
)
def test_weekdays_are_counted_back_over_the_weekend(words: str, expected: datetime):
    assert instant(words, MONDAY_MORNING, SHANGHAI) == expected


def test_the_day_begins_by_the_clock_on_the_wall_and_not_by_utc():
    just_after_midnight = datetime(2026, 11, 24, 16, 5, tzinfo=UTC)  # Wednesday in Shanghai
    assert instant("1 10:00", just_after_midnight, SHANGHAI) == datetime(2026, 11, 24, 10, tzinfo=SHANGHAI)


def test_today_is_refused_because_its_hour_may_not_have_come():
    with pytest.raises(ValueError, match="future"):
        instant("0 10:00", MONDAY_MORNING, SHANGHAI)
