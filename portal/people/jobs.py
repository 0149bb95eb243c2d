"""What the worker does for people from time to time."""

from datetime import timedelta
from typing import Any

from portal.kernel import clock
from portal.people.service import limits, links

KEEP_LINKS = timedelta(days=30)
"""So that the mail that carried a link can still be looked up after it expired."""


def prune(_payload: dict[str, Any]) -> None:
    """Forget counters whose window ended, and links that expired a month ago."""
    now = clock.now()
    limits.prune(now)
    links.prune(now - KEEP_LINKS)
