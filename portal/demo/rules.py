"""When something happened in the demo, told from the day on which it is loaded, so that it is never stale."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo


def instant(words: str, now: datetime, zone: ZoneInfo) -> datetime:
    """The instant of "25 min" (that long before `now`) or "3 10:20" (three weekdays before today, by the zone's clock).

    Raises ValueError for other words.
    """
    number, _, rest = words.partition(" ")
    if rest == "min":
        return now - timedelta(minutes=int(number))
    day = now.astimezone(zone).date()
    left = int(number)
    if left < 1:
        raise ValueError(f"{words!r} may lie in the future")
    while left:
        day -= timedelta(days=1)
        left -= day.weekday() < 5
    return datetime.combine(day, time.fromisoformat(rest), tzinfo=zone)
