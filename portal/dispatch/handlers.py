"""What dispatch does when something happened below."""

from typing import Any

from portal.dispatch.service import rounds


def ticket_cancelled(payload: dict[str, Any]) -> None:
    """Nobody comes for a ticket that was cancelled."""
    rounds.call_off(payload["ticket_id"])
