"""A promise on its way, as pages and the engine speak of it."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Running:
    """What is known of a promise on a ticket."""

    metric: str
    clause: str
    started_at: datetime
    due_at: datetime | None
    stopped_at: datetime | None
    breached_at: datetime | None
    remaining_minutes: int | None
    provisional: bool
    internal: bool
