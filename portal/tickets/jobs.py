"""What the clock does to tickets: silence closes what was solved, promises come near and break."""

from typing import Any

from portal.kernel import clock
from portal.kernel.actor import SYSTEM
from portal.tickets.service import clocks, status

_BATCH = 200
_BATCHES_A_RUN = 5


def close_silent(_payload: dict[str, Any]) -> None:
    """Close what was solved seven days ago and not answered since; what is left over waits for the next run."""
    now = clock.now()
    for _run in range(_BATCHES_A_RUN):
        if status.close_silent(SYSTEM, now, _BATCH) < _BATCH:
            return


def watch_promises(_payload: dict[str, Any]) -> None:
    """Warn of promises that come near and mark those that broke; what is left over waits for the next run."""
    now = clock.now()
    for _run in range(_BATCHES_A_RUN):
        if clocks.watch(now, _BATCH) < _BATCH:
            return
