"""What of a conversation may go on as a ticket of its own, and since when that counts as asked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class SplitRefusal(StrEnum):
    NOTHING = "nothing"
    ONLY_NOTES = "only_notes"


@dataclass(frozen=True)
class Line:
    """A message or note that was chosen."""

    at: datetime
    internal: bool


def refusal(chosen: Sequence[Line]) -> SplitRefusal | None:
    """A ticket begins with words that its requester may read; notes come along but are none."""
    if not chosen:
        return SplitRefusal.NOTHING
    return SplitRefusal.ONLY_NOTES if all(line.internal for line in chosen) else None


def received_at(first: Line, unanswered_since: datetime | None, now: datetime) -> datetime:
    """When the new request came in: with its first message if nobody has answered that yet, else now: an old promise
    that was kept is not broken by a split.
    """
    return first.at if unanswered_since is not None and first.at >= unanswered_since else now
