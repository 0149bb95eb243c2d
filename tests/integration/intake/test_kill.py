"""kill -9 of the worker before and after every commit and every command to the mail server: nothing lost, nothing twice."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

pytestmark = pytest.mark.both

DRIVER = Path(__file__).with_name("killed_worker.py")
STEPS = 28
"""More than one round has by IMAP: signing in, looking, fetching, committing, moving, claiming, settling."""
BY_LMTP = 10
"""The same by LMTP: committing, answering, claiming, settling."""


@pytest.fixture
def killed(live_portal: Callable[..., Any]) -> Callable[..., None]:
    return lambda *arguments, **settings: _killed(live_portal, *arguments, **settings)


def test_a_worker_killed_at_any_step_loses_and_doubles_nothing(
    database: str, killed: Callable[..., None], mailbox: Any
) -> None:
    """Every second step on one engine, those between on the other."""
    rounds = STEPS // 2
    killed(
        database, rounds, 1 if database == "sqlite" else 2, 2,
        imap_host=mailbox.host, imap_port=mailbox.port, imap_user=mailbox.user, imap_password=mailbox.password,
        imap_tls="none", imap_poll_seconds=1,
    )  # fmt: skip
    assert mailbox.messages() == []
    assert len(mailbox.messages("Archive")) == 2 * rounds - 1


@pytest.mark.databases("sqlite")
def test_a_worker_killed_while_it_answers_by_lmtp_loses_and_doubles_nothing(
    database: str, killed: Callable[..., None], tmp_path: Path
) -> None:
    killed(database, BY_LMTP, 1, 1, lmtp_listen=f"unix:{tmp_path / 'lmtp'}")


def _killed(
    live_portal: Callable[..., Any], database: str, rounds: int, first: int, stride: int, **settings: Any
) -> None:
    portal = live_portal(database, log_level="CRITICAL", **settings)
    app = portal.application()
    with app.app_context():
        from tests import cast

        cast.make()
    done = subprocess.run(
        [sys.executable, str(DRIVER), *map(str, (rounds, first, stride))],
        env=portal.environment(),
        capture_output=True,
        text=True,
        timeout=400,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    killed = int(done.stdout.split()[-1])
    assert killed >= rounds * 3 // 4, f"only {killed} of {rounds} rounds reached their step"
    with app.app_context():
        from portal.infra.db import db
        from portal.intake.models import InboundMessage
        from portal.intake.rules.state import InboundState
        from portal.tickets.models.ticket import Ticket, TimelineEntry
        from portal.tickets.rules.words import EntryKind

        rows = list(db.session.scalars(select(InboundMessage)))
        assert len(rows) == 2 * rounds - 1
        assert {row.state for row in rows} == {InboundState.TICKET, InboundState.REPLY}
        subjects = sorted(db.session.scalars(select(Ticket.subject)))
        assert subjects == sorted(f"Request {n}" for n in range(1, rounds + 1))
        texts = list(
            db.session.scalars(select(TimelineEntry.text).where(TimelineEntry.kind == EntryKind.MESSAGE))
        )
        assert sorted(texts) == sorted([*subjects, *(f"Answer {n}" for n in range(2, rounds + 1))])
        db.session.remove()
        db.engine.dispose()
