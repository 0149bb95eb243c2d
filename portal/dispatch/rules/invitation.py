"""A visit as a calendar file (RFC 5545): one UID for its whole life, a higher SEQUENCE with each change.

Refuses to know any words: they come in the reader's language.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Event:
    """`sequence` grows with each change of the visit; `cancelled`: whoever has it in a calendar takes it out; `tentative`: the
    client has not confirmed it. Instants with a zone; they are written in UTC."""

    uid: str
    sequence: int
    stamp: datetime
    starts_at: datetime
    ends_at: datetime
    summary: str
    location: str
    description: str
    url: str
    cancelled: bool = False
    tentative: bool = False


def written(event: Event, by: str) -> str:
    """The whole file; METHOD is PUBLISH, which needs no answer, or CANCEL (RFC 5546 3.2.1, 3.2.5). `by`: who publishes it."""
    return _file([event], by, "CANCEL" if event.cancelled else "PUBLISH", {})


def together(events: Sequence[Event], by: str, name: str) -> str:
    """A calendar that is subscribed to, under its name: all events, the cancelled ones among them, asked for again each hour."""
    return _file(events, by, "PUBLISH", {"x-wr-calname": name, "x-published-ttl": "PT1H"})


def _file(events: Sequence[Event], by: str, method: str, more: Mapping[str, str]) -> str:
    # Taken in with the first file that is asked for: it costs a third of a second.
    from icalendar import Calendar
    from icalendar import Event as Entry

    calendar = Calendar()
    calendar.add("prodid", f"-//{by}//visits//EN")
    calendar.add("version", "2.0")
    calendar.add("method", method)
    for key, value in more.items():
        calendar.add(key, value)
    for event in events:
        entry = Entry()
        entry.add("uid", event.uid)
        entry.add("sequence", event.sequence)
        entry.add("dtstamp", event.stamp)
        entry.add("dtstart", event.starts_at)
        entry.add("dtend", event.ends_at)
        entry.add("summary", event.summary)
        entry.add("location", event.location)
        entry.add("description", event.description)
        entry.add("url", event.url)
        entry.add("status", _status(event))
        calendar.add_component(entry)
    return calendar.to_ical().decode()


def _status(event: Event) -> str:
    if event.cancelled:
        return "CANCELLED"
    return "TENTATIVE" if event.tentative else "CONFIRMED"
