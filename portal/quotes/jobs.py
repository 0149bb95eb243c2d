"""What quotes do by themselves: their last day ends them, silence accepts, and reminders go out before."""

from typing import Any

from portal.kernel import clock
from portal.quotes.service import delivering, drafting


def watch_acceptance(_payload: dict[str, Any]) -> None:
    delivering.watch(clock.now())


def expire(_payload: dict[str, Any]) -> None:
    drafting.remind(clock.now())
    drafting.expire(clock.now())
