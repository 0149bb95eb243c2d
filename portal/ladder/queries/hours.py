"""When somebody is at the phone: which hours can be promised to a client who wants to be called."""

from datetime import datetime
from zoneinfo import ZoneInfo

from portal.people import queries as people
from portal.people.rules import desk


def staffed_again(at: datetime) -> datetime | None:
    """When somebody answers the phone next, for an instant at which nobody does; None for one at which somebody does, and where
    no hours are known."""
    found = people.desk()
    if found is None or not found.windows:
        return None
    state = desk.state_at(found.windows, people.days_closed(), ZoneInfo(found.time_zone), at)
    return None if state.staffed else state.opens
