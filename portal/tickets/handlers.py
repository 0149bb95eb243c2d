"""What tickets do when something happened below them."""

from typing import Any

from portal.kernel import clock
from portal.tickets.service import clocks


def follow_calendar(payload: dict[str, Any]) -> None:
    """Days off were published or changed: open promises are reckoned again."""
    clocks.follow_calendar(payload["jurisdiction"], clock.now())
