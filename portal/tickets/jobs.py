"""What the clock does to tickets: silence closes what was solved, promises come near and break, the index is made anew,
marks of closed pages go away."""

from typing import Any

from portal.infra.transaction import transaction
from portal.kernel import clock
from portal.kernel.actor import SYSTEM
from portal.tickets.service import clocks, indexing, presence, snoozing, status

_BATCH = 200
_BATCHES_A_RUN = 5
_INDEX_BATCHES_A_RUN = 20


def close_silent(_payload: dict[str, Any]) -> None:
    """Close what was solved seven days ago and not answered since; what is left over waits for the next run."""
    now = clock.now()
    for _run in range(_BATCHES_A_RUN):
        if status.close_silent(SYSTEM, now, _BATCH) < _BATCH:
            return


def wake_snoozed(_payload: dict[str, Any]) -> None:
    """Bring back what was put out of sight until now; what is left over waits for the next run."""
    now = clock.now()
    for _run in range(_BATCHES_A_RUN):
        if snoozing.wake_due(now, _BATCH) < _BATCH:
            return


def watch_promises(_payload: dict[str, Any]) -> None:
    """Warn of promises that come near and mark those that broke; what is left over waits for the next run."""
    now = clock.now()
    for _run in range(_BATCHES_A_RUN):
        if clocks.watch(now, _BATCH) < _BATCH:
            return


def index(_payload: dict[str, Any]) -> None:
    """Go on making the search index anew, if its tokens have changed. A transaction a batch; run twice it does no harm."""
    for _run in range(_INDEX_BATCHES_A_RUN):
        with transaction():
            indexed = indexing.go_on()
        if not indexed:
            return


def forget_presence(_payload: dict[str, Any]) -> None:
    """Take away the marks of pages that were closed long ago."""
    presence.forget_old(clock.now())
