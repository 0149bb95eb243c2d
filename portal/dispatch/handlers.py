"""What dispatch does when something happened below."""

from typing import Any

from portal.dispatch.queries import visits
from portal.dispatch.service import printing, rounds


def visit_signed(payload: dict[str, Any]) -> None:
    """The documents of its sheets are ordered."""
    printing.order(visits.by_id(payload["visit_id"]))


def ticket_cancelled(payload: dict[str, Any]) -> None:
    """Nobody comes for a ticket that was cancelled."""
    rounds.call_off(payload["ticket_id"])
