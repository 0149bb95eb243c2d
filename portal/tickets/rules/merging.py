"""When one ticket may go on as another, where a chain of merges ends, and until when a merge can be undone.

A merged ticket points straight to the end of its chain; a ticket that others point to is itself never merged without them
following. So there is no chain to walk when a reply comes, and no cycle.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from portal.tickets.rules.words import OPEN, Status

UNDO_WITHIN = timedelta(days=14)
"""As long as a closed ticket can be opened again by a reply."""


class MergeRefusal(StrEnum):
    ITSELF = "itself"
    MERGED = "merged"
    INTO_MERGED = "into_merged"
    OTHER_ORGANISATION = "other_organisation"
    INTO_ENDED = "into_ended"
    OPEN_WORK = "open_work"


@dataclass(frozen=True)
class Side:
    """What a merge asks of either ticket."""

    id: int
    organisation_id: int
    status: Status
    merged_into_id: int | None
    has_open_work: bool = False
    """A visit or a quote is open on it."""


def refusal(source: Side, target: Side) -> MergeRefusal | None:
    """Why `source` cannot go on as `target`; None if it can.

    Only within one organisation: a merge shows nobody anything of another. What is still open never goes on as something
    that is solved or has ended: it would vanish from the queue.
    """
    if source.id == target.id:
        return MergeRefusal.ITSELF
    if source.merged_into_id is not None:
        return MergeRefusal.MERGED
    if target.merged_into_id is not None:
        return MergeRefusal.INTO_MERGED
    if source.organisation_id != target.organisation_id:
        return MergeRefusal.OTHER_ORGANISATION
    if source.status in OPEN and target.status not in OPEN:
        return MergeRefusal.INTO_ENDED
    if source.has_open_work:
        return MergeRefusal.OPEN_WORK
    return None


def end_of(ticket_id: int, merges: Mapping[int, int]) -> int:
    """Where a chain of merges ends. Raises ValueError for a cycle, which `refusal` never lets happen."""
    seen = {ticket_id}
    while ticket_id in merges:
        ticket_id = merges[ticket_id]
        if ticket_id in seen:
            raise ValueError(f"a cycle of merges at {ticket_id}")
        seen.add(ticket_id)
    return ticket_id


def carried(people: list[int], there: set[int], members: set[int]) -> list[int]:
    """Who becomes a participant by a merge: the merged ticket's people who still belong to the organisation and are not there."""
    return [p for p in dict.fromkeys(people) if p in members and p not in there]


def may_be_undone(at: datetime, now: datetime) -> bool:
    return now - at <= UNDO_WITHIN
