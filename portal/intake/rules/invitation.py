"""Invitations: what a calendar file says about one meeting, as plain values (RFC 5545, RFC 5546).

Owns the reading of the first event. Refuses to fail, and to answer: accepting is a person's act in their calendar.
"""

from datetime import date, datetime
from typing import Any

from portal.intake.rules.charsets import one_line
from portal.intake.rules.mail import Invitation

_LARGEST = 300_000
_PEOPLE = 50


def read(data: bytes) -> Invitation | None:
    """The first event of a calendar file, None where there is none that can be read."""
    if len(data) > _LARGEST or b"BEGIN:VEVENT" not in data.upper():
        return None
    import icalendar  # half a second, for one mail in a hundred

    try:
        calendar: Any = icalendar.Calendar.from_ical(data)
        event = calendar.walk("VEVENT")[0]
        begins = event.decoded("DTSTART")
        if not isinstance(begins, date):
            return None
        ends = event.decoded("DTEND") if "DTEND" in event else None
        if ends is None and "DURATION" in event:
            ends = begins + event.decoded("DURATION")
        return Invitation(
            method=one_line(str(calendar.get("METHOD", "")), 20).lower(),
            summary=one_line(str(event.get("SUMMARY", "")), 300),
            begins=_instant(begins),
            ends=_instant(ends),
            zone=_zone(event["DTSTART"], begins),
            where=one_line(str(event.get("LOCATION", "")), 300),
            organiser=_person(event.get("ORGANIZER")),
            people=tuple(p for a in _several(event.get("ATTENDEE"))[:_PEOPLE] if (p := _person(a))),
            repeats="RRULE" in event,
        )
    except MemoryError:
        raise
    except Exception:  # calendars of many programs, some of them broken
        return None


def _instant(value: object) -> str:
    """ISO without a zone: the clock as the writer set it; a bare date for a whole day."""
    if isinstance(value, datetime):
        return value.replace(tzinfo=None).isoformat(timespec="minutes")
    return value.isoformat() if isinstance(value, date) else ""


def _zone(prop: Any, value: object) -> str:
    if not isinstance(value, datetime):
        return ""
    named = one_line(str(prop.params.get("TZID", "")), 60)
    key = str(getattr(value.tzinfo, "key", "") or "")
    return key or named or ("UTC" if value.tzinfo is not None else "")


def _several(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _person(value: Any) -> str:
    if value is None:
        return ""
    address = one_line(str(value), 320)
    address = address[7:] if address[:7].lower() == "mailto:" else address
    name = one_line(str(value.params.get("CN", "")), 100).strip('"')
    return f"{name} <{address}>" if name and name != address else address
