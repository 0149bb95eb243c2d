"""What tickets do when something happened below them."""

from typing import Any

from portal.kernel import clock
from portal.tickets.service import clocks, expiry, status


def follow_calendar(payload: dict[str, Any]) -> None:
    """Days off were published or changed: open promises are reckoned again."""
    clocks.follow_calendar(payload["jurisdiction"], clock.now())


def contract_went_on(payload: dict[str, Any]) -> None:
    """A contract is paused no more: what waited for it begins."""
    status.follow_contract(payload["contract_id"])


def contract_expired(payload: dict[str, Any]) -> None:
    """A contract has ended: what is open under it waits for the renewal."""
    expiry.follow_expiry(payload["contract_id"])
