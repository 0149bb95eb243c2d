"""The loop behind the pages: deliver events, run jobs, keep the schedule, look into mailboxes. Stops politely on SIGTERM.

Several workers may run side by side. One that is killed leaves nothing half-done: its job's lease ends and another
takes it.
"""

import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable
from importlib import import_module
from types import FrameType

import structlog
from flask import Flask

from portal import registry
from portal.app import create_app
from portal.config import BadSetting, Settings
from portal.infra import jobs, outbox
from portal.infra.db import db
from portal.infra.jobs import Claim
from portal.infra.transaction import transaction
from portal.kernel import clock
from portal.registry import JobKind

log = structlog.get_logger()


def deliver_events() -> int:
    """Turn waiting events into jobs."""
    with transaction():
        return outbox.deliver(registry.HANDLERS)


def keep_schedule() -> None:
    """Add each periodic job once a period; the slot holds the period, so many workers add it once."""
    now = clock.now()
    with transaction():
        for kind, every in registry.SCHEDULE.items():
            period = int(now.timestamp() // every.total_seconds())
            if jobs.begin_period(kind, period):
                jobs.enqueue(kind, {}, slot=f"schedule:{kind}:{period}")


def run_next(kinds: list[str] | None = None) -> int:
    """Claim and run the next job, of these kinds if some are named, and with it others that are finished together with it.
    Returns how many were run, 0 when there is none."""
    with transaction():
        first = jobs.claim(kinds)
        if first is None:
            return 0
        kind = registry.job(first.kind)
        fresh = kind.together > 1 and first.attempts == 1
        held = [first, *(jobs.claim_more(first, kind.together - 1) if fresh else ())]
    if len(held) == 1 or not _run_together(kind, held):
        for claim in held:
            _try(claim)
    return len(held)


def _run_together(kind: JobKind, held: list[Claim]) -> bool:
    """False when one failed: then nothing was done, and each is to be tried alone."""
    try:
        finishes = [kind.run(claim.payload) for claim in held]
        with transaction():
            for finish in finishes:
                if finish is not None:
                    finish()
            jobs.settle(*held)
    except Exception as error:
        db.session.rollback()
        log.warning("jobs.apart", kind=held[0].kind, jobs=len(held), error=repr(error)[:300])
        return False
    return True


def _try(held: Claim) -> None:
    try:
        _run(held)
    except Exception:
        error = traceback.format_exc()
        db.session.rollback()
        with transaction():
            dead = jobs.put_back(held, error)
        log.error(
            "job.failed", kind=held.kind, job=held.id, attempt=held.attempts, dead=dead, error=error[-2000:]
        )


class _LeaseLost(Exception):
    """Another worker took the job over; what was about to be committed is not."""


def _run(held: Claim) -> None:
    kind = registry.job(held.kind)
    finish: Callable[[], object] = lambda: kind.run(held.payload)  # noqa: E731
    if not kind.atomic:
        finish = kind.run(held.payload) or (lambda: None)
    try:
        with transaction():
            finish()
            if not jobs.settle(held) and kind.atomic:
                raise _LeaseLost
    except _LeaseLost:
        log.warning("job.lease_lost", kind=held.kind, job=held.id)


EVENTS_EVERY = 10


def drain(limit: int = 10_000) -> int:
    """Run everything that is due, events included; returns the number of jobs. For commands, and tests without a process."""
    done = 0
    since_events = EVENTS_EVERY
    while done < limit:
        # Among many jobs events wait for a few; none waits for all.
        delivered = 0
        if since_events >= EVENTS_EVERY:
            delivered, since_events = deliver_events(), 0
        ran = run_next()
        done, since_events = done + ran, since_events + ran
        if not ran and not delivered and not (delivered := deliver_events()):
            break
        db.session.remove()
    return done


class Worker:
    """One process of the loop. Each door has a thread of its own, so that a slow server delays no notification and no
    other mailbox. Raises BadSetting."""

    def __init__(self, app: Flask, settings: Settings) -> None:
        self.app, self.settings = app, settings
        self.stopping = threading.Event()
        self.doors = {
            name: stand
            for module in registry.DOORS
            for name, stand in import_module(module).doors(app, settings).items()
        }

    def stop(self, _signal: int = 0, _frame: FrameType | None = None) -> None:
        self.stopping.set()

    def run(self) -> None:
        """Until stopped; the job in hand is finished first."""
        threads = [
            threading.Thread(target=self._stand, args=(name, stand), name=name, daemon=True)
            for name, stand in self.doors.items()
        ]
        for thread in threads:
            thread.start()
        log.info("worker.started")
        scheduled = 0.0
        while not self.stopping.is_set():
            try:
                with self.app.app_context():
                    if time.monotonic() - scheduled > 30:
                        keep_schedule()
                        scheduled = time.monotonic()
                    busy = drain(limit=50)
            except Exception:
                log.exception("worker.failed")
                busy = 0
            if not busy:
                self.stopping.wait(self.settings.worker_poll_seconds)
        for thread in threads:
            thread.join(timeout=15)
        log.info("worker.stopped")

    def _stand(self, name: str, stand: Callable[[threading.Event], None]) -> None:
        while not self.stopping.is_set():
            try:
                stand(self.stopping)
            except Exception:
                log.exception("door.failed", door=name)
            self.stopping.wait(30.0)


def main() -> None:
    try:
        settings = Settings.from_environ()
        worker = Worker(create_app(settings), settings)
    except BadSetting as error:
        sys.exit(f"Setting {error}")
    signal.signal(signal.SIGTERM, worker.stop)
    signal.signal(signal.SIGINT, worker.stop)
    worker.run()


if __name__ == "__main__":
    main()
