"""The calendars that the tests of the contract rules share."""

from datetime import UTC, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

import portal.contracts.rules
from portal.contracts.rules import notices
from portal.kernel.working_time import ServiceCalendar, Window

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOTICE = notices.parse(
    (Path(portal.contracts.rules.__file__).parent.parent / "data/calendars/CN-2026.csv").read_text()
)


def week(opens: int, closes: int) -> tuple[Window, ...]:
    return tuple(Window(day, time(opens), time(closes)) for day in range(5))


def calendar(
    opens: int = 9, closes: int = 18, *, makeup: bool = True, bridge: bool = False
) -> ServiceCalendar:
    """Monday to Friday with the notice of 2026; other years are provisional."""
    return ServiceCalendar(
        SHANGHAI,
        week(opens, closes),
        NOTICE.days,
        frozenset({2026}),
        makeup_is_workday=makeup,
        bridge_is_workday=bridge,
    )


def at(text: str) -> datetime:
    """A wall-clock time in Shanghai as an instant: "2026-03-10 17:58" or with seconds."""
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI).astimezone(UTC)
