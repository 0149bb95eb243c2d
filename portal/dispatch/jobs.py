"""What dispatch does by itself: rounds become visits, and a visit past the day of its clause ends."""

from typing import Any

from portal.dispatch.service import crew, rounds, visiting
from portal.kernel import clock


def keep_rounds(_payload: dict[str, Any]) -> None:
    rounds.keep(clock.now())


def end_overdue(_payload: dict[str, Any]) -> None:
    visiting.end_overdue(clock.now())


def watch_certificates(_payload: dict[str, Any]) -> None:
    crew.watch_certificates(clock.now().date())
