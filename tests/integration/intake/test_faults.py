"""The world fails: a full disk, a database that is away, a server gone in mid-sentence, one message by every door.

Each time what came in is what came out: nothing is acknowledged that was not kept, and nothing is there twice.
"""

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from portal.config import Settings
from portal.infra.db import db
from portal.intake import queries
from portal.intake.doors import imap, lmtp, pipe
from portal.intake.rules.state import InboundState
from portal.intake.service import mailboxes
from tests.integration.intake.conftest import all_mail, all_tickets
from tests.integration.intake.mails import mail
from tests.integration.intake.test_lmtp import listening
from tests.support import databases, network
from tests.support.client import apart, let_go
from tests.support.lmtp import bring
from tests.support.proxy import Proxy

pytestmark = pytest.mark.both

US = "support@portal.example"


@pytest.fixture
def settings(app: Flask, mailbox: Any) -> Settings:
    return Settings(
        imap_host=mailbox.host, imap_port=mailbox.port, imap_user=mailbox.user, imap_password=mailbox.password,
        imap_tls="none", imap_archive="Archive", imap_idle=False,
    )  # fmt: skip


def fetch(app: Flask, settings: Settings) -> None:
    imap.look_once(app, mailboxes.described_by(settings), settings.var_dir)
    let_go()


def by_pipe(app: Flask, raw: bytes) -> int:
    """The exit code."""
    return int(
        apart(lambda: app.test_cli_runner().invoke(args=["intake", "receive", US], input=raw)).exit_code
    )


@pytest.fixture
def small_disk(app: Flask) -> Iterator[Callable[[str], None]]:
    """The folder of files on a disk of 256 KiB; `small_disk("8m")` makes room."""
    folder = Path(app.extensions["portal_settings"].var_dir) / "files"
    folder.mkdir(parents=True)
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(folder)],
        capture_output=True,
        text=True,
        check=False,
    )
    if made.returncode:
        pytest.skip(f"a small disk needs the right to mount one: {made.stderr.strip()}")
    yield (
        lambda size: subprocess.run(["mount", "-o", f"remount,size={size}", str(folder)], check=True) and None
    )
    subprocess.run(["umount", "-l", str(folder)], check=True)


@pytest.mark.databases("sqlite")
def test_a_full_disk_is_no_loss(
    app: Flask, settings: Settings, mailbox: Any, tmp_path: Path, small_disk: Callable[[str], None]
) -> None:
    large = [mail(b"x" * 400_000, message_id=f"<{n}@h.example>") for n in range(3)]
    mailbox.append(large[0])
    let_go()
    with listening(app, tmp_path / "lmtp") as path:
        assert bring(path, large[1], US) == [lmtp.LATER]
        assert by_pipe(app, large[2]) == 75
        fetch(app, settings)
        assert all_mail() == []
        [state] = queries.mailboxes()
        assert "No space left" in str(state.last_error)
        assert len(mailbox.messages()) == 1
        let_go()
        small_disk("8m")
        assert bring(path, large[1], US) == [lmtp.TAKEN]
        assert by_pipe(app, large[2]) == 0
        fetch(app, settings)
    assert sorted(row.door for row in all_mail()) == ["imap", "lmtp", "pipe"]
    assert mailbox.messages() == []


@pytest.mark.databases("postgresql")
def test_a_database_that_is_away_is_no_loss(
    app: Flask, settings: Settings, mailbox: Any, tmp_path: Path
) -> None:
    name = db.engine.url.database
    raws = [mail(f"Number {n}", message_id=f"<{n}@h.example>") for n in range(3)]
    mailbox.append(raws[0])
    let_go()
    with listening(app, tmp_path / "lmtp") as path:
        databases.server().execute(
            f"ALTER DATABASE {name} ALLOW_CONNECTIONS false",
            f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'",
        )
        try:
            assert bring(path, raws[1], US) == [lmtp.LATER]
            assert by_pipe(app, raws[2]) == 75
            with pytest.raises(Exception, match="not currently accepting connections"):
                fetch(app, settings)
            let_go()
            assert len(mailbox.messages()) == 1
        finally:
            databases.server().execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
        assert bring(path, raws[1], US) == [lmtp.TAKEN]
        assert by_pipe(app, raws[2]) == 0
        fetch(app, settings)
    assert sorted(row.door for row in all_mail()) == ["imap", "lmtp", "pipe"]
    assert mailbox.messages() == []


@pytest.mark.databases("sqlite")
def test_a_server_that_goes_away_in_the_middle_of_a_message_is_no_loss(
    app: Flask, settings: Settings, mailbox: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    raws = [mail(b"y" * 60_000 + str(n).encode(), message_id=f"<{n}@h.example>") for n in range(3)]
    for raw in raws:
        mailbox.append(raw)
    proxy = Proxy(mailbox.host, mailbox.port)
    network.allowed_ports.add(proxy.port)
    through = Settings(**{**vars(settings), "imap_port": proxy.port})
    try:
        proxy.cut_after = 90_000  # in the second message
        fetch(app, through)
        assert [row.size for row in all_mail()] == [len(raws[0])]
        assert queries.mailboxes()[0].failing
        assert len(mailbox.messages()) == 3
        let_go()
        proxy.cut_after = None
        fetch(app, through)
    finally:
        network.allowed_ports.discard(proxy.port)
        proxy.close()
    assert [(row.size, row.copies) for row in all_mail()] == [(len(raw), 1) for raw in raws]
    assert mailbox.messages() == []


def test_one_message_by_every_door_is_one_ticket(
    app: Flask, settings: Settings, mailbox: Any, cast: Any, tmp_path: Path, run_jobs: Callable[[], int]
) -> None:
    with mailbox.connect() as server:
        server.create("Copies")
    mailbox.append(mail())
    mailbox.append(mail(), "Copies")
    let_go()
    with listening(app, tmp_path / "lmtp") as path:
        assert bring(path, mail(), US, "support+x@portal.example") == [lmtp.TAKEN] * 2
    fetch(app, Settings(**{**vars(settings), "imap_mailbox": "INBOX,Copies"}))
    pipe.take(mail(), None, [US])
    run_jobs()
    [row] = all_mail()
    assert (row.state, row.copies) == (InboundState.TICKET, 4)
    assert len(all_tickets()) == 1
    assert db.session.scalar(text("SELECT count(*) FROM inbound_message")) == 1


@pytest.mark.databases("sqlite")
def test_a_large_message_comes_in_parts_and_an_enormous_one_is_named(
    app: Flask, settings: Settings, mailbox: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from portal.infra import files
    from portal.intake.doors import mail_server

    monkeypatch.setattr(mail_server, "WHOLE", 10_000)
    monkeypatch.setattr(imap, "LARGEST_FETCHED", 100_000)
    parts = mail(b"z" * 25_000, message_id="<parts@h.example>")
    enormous = mail(b"z" * 120_000, message_id="<enormous@h.example>", subject="Disk image")
    mailbox.append(parts)
    mailbox.append(enormous)
    fetch(app, settings)
    first, second = all_mail()
    assert files.read(first.sha256) == parts
    assert (second.state, second.reason, second.size) == (InboundState.HELD, "left_on_server", len(enormous))
    assert (second.subject, second.sender) == ("Disk image", "owner@harbour.example")
    assert mailbox.messages("Archive") == [parts, enormous]
