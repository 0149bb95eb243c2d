"""Where a ticket stands in the queue: by its nearest promise, else by how long somebody waits for an answer.

A lower rank stands above; within a rank, the earlier instant.
"""

from datetime import datetime

from portal.tickets.rules.words import OPEN, WAITING, Status

PROMISED, UNANSWERED, ANSWERED, ON_HOLD = range(4)

Place = tuple[int | None, datetime | None, datetime | None]


def place(
    status: Status,
    due_at: datetime | None,
    unanswered_since: datetime | None,
    last_activity_at: datetime,
    status_since: datetime,
    *,
    out_of_sight: bool = False,
) -> Place:
    """Rank and instant of an open ticket, and since when it is on hold; None for what is not so,
    and for what was put out of sight for a while.

    A running promise comes first, a broken one before all. Without a promise: what nobody has answered by its wait, what is
    answered by its last word, what is on hold by how long it is.
    """
    if status not in OPEN or out_of_sight:
        return None, None, None
    waits_since = status_since if status in WAITING else None
    if due_at is not None:
        return PROMISED, due_at, waits_since
    if unanswered_since is not None:
        return UNANSWERED, unanswered_since, waits_since
    if waits_since is not None:
        return ON_HOLD, waits_since, waits_since
    return ANSWERED, last_activity_at, None
