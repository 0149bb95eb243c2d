"""The pipe: exit 0 only after the commit, 75 for everything that may pass, and the same message is one."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from portal.infra import files
from portal.infra.db import db
from portal.infra.jobs import Job
from portal.intake.doors.taking import accept
from portal.intake.rules.state import InboundState
from tests.integration.intake.conftest import all_mail, all_tickets
from tests.integration.intake.mails import mail
from tests.support import databases
from tests.support.client import apart

pytestmark = pytest.mark.both

ROOT = Path(__file__).resolve().parents[3]


def receive(app: Flask, raw: bytes) -> Any:
    return apart(lambda: app.test_cli_runner().invoke(args=["intake", "receive"], input=raw))


def test_exit_0_means_that_bytes_row_and_job_are_committed(app: Flask) -> None:
    raw = mail()
    result = receive(app, raw)
    assert result.exit_code == 0, result.output
    [row] = all_mail()
    assert (row.state, row.door, row.size) == (InboundState.RECEIVED, "pipe", len(raw))
    assert files.read(row.sha256) == raw
    [job] = db.session.scalars(select(Job)).all()
    assert (job.kind, job.payload) == ("intake.process", {"inbound_id": row.id})


@pytest.mark.parametrize("raw", [b"", b"\x00\xff\x00", b"From \xff\n\n", b"no mail at all"])
def test_nothing_is_ever_refused(app: Flask, raw: bytes) -> None:
    assert receive(app, raw).exit_code == 0
    assert len(all_mail()) == 1


def test_the_same_message_by_two_ways_is_one(app: Flask, cast: Any, run_jobs: Callable[[], int]) -> None:
    assert accept(mail("Help", "Delivered-To: a@portal.example"), "pipe")
    assert not accept(mail("Help", "Delivered-To: b@portal.example", "Received: by x"), "pipe")
    run_jobs()
    [row] = all_mail()
    assert row.copies == 2
    assert len(all_tickets()) == 1


def test_two_messages_under_one_message_id_are_two(
    app: Flask, cast: Any, run_jobs: Callable[[], int]
) -> None:
    accept(mail("First"), "pipe")
    accept(mail("Second"), "pipe")
    run_jobs()
    assert len(all_tickets()) == 2


@pytest.mark.databases("sqlite")
def test_while_the_database_is_away_it_says_try_again(tmp_path: Path, database: str) -> None:
    environment = {
        **{k: v for k, v in os.environ.items() if k in ("PATH", "HOME")}, "DATABASE_URL": "postgresql://portal@127.0.0.1:1/away",
        "VAR_DIR": str(tmp_path), "SECRET_KEY": databases.SECRET, "LOG_LEVEL": "ERROR",
    }  # fmt: skip
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "intake", "receive"]
    done = subprocess.run(
        command, input=mail(), env=environment, cwd=ROOT, capture_output=True, timeout=60, check=False
    )
    assert done.returncode == 75, done.stderr.decode()[-2000:]


def test_a_disk_that_takes_nothing_says_try_again(app: Flask) -> None:
    """A file where the folder of files should be: nothing can be written, whoever asks."""
    folder = Path(app.extensions["portal_settings"].var_dir) / "files"
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.write_bytes(b"")
    assert receive(app, mail()).exit_code == 75
    assert all_mail() == []
    folder.unlink()
    assert receive(app, mail()).exit_code == 0


def test_a_message_above_the_limit_is_kept_and_held(
    app: Flask, cast: Any, run_jobs: Callable[[], int]
) -> None:
    size = app.extensions["portal_settings"].max_mail_bytes
    accept(mail(b"x" * size), "pipe")
    run_jobs()
    [row] = all_mail()
    assert (row.state, row.reason) == (InboundState.HELD, "too_large")
    assert row.size > size
