"""What may be forgotten: events long delivered."""

from datetime import timedelta
from typing import Any

from portal.infra import outbox
from portal.kernel import clock

KEEP_EVENTS = timedelta(days=14)


def prune(_payload: dict[str, Any]) -> None:
    """Delete events that were delivered two weeks ago."""
    outbox.prune(clock.now() - KEEP_EVENTS)
