"""What promised calls do when something happened to their ticket. Each may run twice."""

from typing import Any

from portal.ladder.service import callbacks


def work_logged(payload: dict[str, Any]) -> None:
    """A call or a remote session was logged: promised calls are settled by it."""
    callbacks.follow_work(payload["ticket_id"], payload["work_id"])


def ticket_over(payload: dict[str, Any]) -> None:
    """The ticket was closed or cancelled."""
    callbacks.end_with_ticket(payload["ticket_id"])
