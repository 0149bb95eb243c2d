"""kill -9 of the worker before and after every commit and every command to the mail server: nothing lost, nothing twice."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import select

DRIVER = Path(__file__).with_name("killed_worker.py")
ROUNDS = 28
"""More steps than one round has: looking, fetching, committing, moving, claiming, settling."""


def test_a_worker_killed_at_any_step_loses_and_doubles_nothing(
    database: str, live_portal: Callable[..., Any], mailbox: Any
) -> None:
    portal = live_portal(
        database, imap_host=mailbox.host, imap_port=mailbox.port, imap_user=mailbox.user, imap_password=mailbox.password,
        imap_tls="none", imap_poll_seconds=1, log_level="CRITICAL",
    )  # fmt: skip
    app = portal.application()
    with app.app_context():
        from tests import cast

        cast.make()
    done = subprocess.run(
        [sys.executable, str(DRIVER), str(ROUNDS)],
        env=portal.environment(),
        capture_output=True,
        text=True,
        timeout=400,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    killed = int(done.stdout.split()[-1])
    assert killed >= ROUNDS * 3 // 4, f"only {killed} of {ROUNDS} rounds reached their step"
    with app.app_context():
        from portal.infra.db import db
        from portal.intake.models import InboundMessage
        from portal.intake.rules.state import InboundState
        from portal.tickets.models.ticket import Ticket, TimelineEntry
        from portal.tickets.rules.words import EntryKind

        rows = list(db.session.scalars(select(InboundMessage)))
        assert len(rows) == 2 * ROUNDS - 1
        assert {row.state for row in rows} == {InboundState.TICKET, InboundState.REPLY}
        subjects = sorted(db.session.scalars(select(Ticket.subject)))
        assert subjects == sorted(f"Request {n}" for n in range(1, ROUNDS + 1))
        texts = list(
            db.session.scalars(select(TimelineEntry.text).where(TimelineEntry.kind == EntryKind.MESSAGE))
        )
        assert sorted(texts) == sorted([*subjects, *(f"Answer {n}" for n in range(2, ROUNDS + 1))])
        db.session.remove()
        db.engine.dispose()
    assert mailbox.messages() == []
    assert len(mailbox.messages("Archive")) == 2 * ROUNDS - 1
