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


def _piped(raw: bytes, *arguments: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    """A process of its own, as a mail server starts it."""
    known = {k: v for k, v in os.environ.items() if k in ("PATH", "HOME")}
    return subprocess.run(
        [sys.executable, *arguments],
        input=raw,
        env={**known, "SECRET_KEY": databases.SECRET, "LOG_LEVEL": "ERROR", **environment},
        cwd=ROOT,
        capture_output=True,
        timeout=60,
        check=False,
    )


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("command", [["flask", "--app", "wsgi", "intake", "receive"], ["portal.receive"]])
def test_while_the_database_is_away_it_says_try_again(
    tmp_path: Path, database: str, command: list[str]
) -> None:
    done = _piped(
        mail(), "-m", *command, DATABASE_URL="postgresql://portal@127.0.0.1:1/away", VAR_DIR=str(tmp_path)
    )
    assert done.returncode == 75, done.stderr.decode()[-2000:]


def test_the_command_of_a_mail_server_takes_it_in_without_loading_any_page(app: Flask) -> None:
    settings = app.extensions["portal_settings"]
    where = {"DATABASE_URL": settings.database_url, "VAR_DIR": str(settings.var_dir)}
    raw = mail()
    done = _piped(
        raw,
        "-X",
        "importtime",
        "-m",
        "portal.receive",
        "--sender",
        "a@b.example",
        "s@portal.example",
        **where,
    )
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    loaded = {line.rpartition("|")[2].strip() for line in done.stderr.decode().splitlines()}
    assert not loaded & {
        "alembic",
        "babel",
        "pygments",
        "structlog",
        "portal.app",
        "portal.intake.rules.parse",
    }
    db.session.rollback()
    [row] = all_mail()
    assert (row.door, row.envelope_from, row.envelope_to) == ("pipe", "a@b.example", ["s@portal.example"])
    assert files.read(row.sha256) == raw
    assert db.session.scalars(select(Job.kind)).all() == ["intake.process"]


@pytest.mark.databases("sqlite")
def test_the_command_says_67_for_strangers_alone_and_75_for_settings_that_are_wrong(app: Flask) -> None:
    settings = app.extensions["portal_settings"]
    where = {"DATABASE_URL": settings.database_url, "VAR_DIR": str(settings.var_dir)}
    stranger = ("-m", "portal.receive", "--sender=", "nobody@elsewhere.example")
    assert _piped(mail(), *stranger, **where, LMTP_REFUSE_UNKNOWN="1").returncode == 67
    assert _piped(mail(), *stranger, **where, LMTP_MAX_BYTES="many").returncode == 75
    assert all_mail() == []


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
