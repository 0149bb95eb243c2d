"""The LMTP door: 250 only after the commit, one answer for each recipient, and nothing bounces because of us."""

import smtplib
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from portal.config import BadSetting, Settings
from portal.infra import files
from portal.intake.doors import lmtp
from portal.intake.rules.state import InboundState
from tests.integration.intake.conftest import all_mail, all_tickets
from tests.integration.intake.mails import OWNER, mail
from tests.support import network
from tests.support.client import let_go
from tests.support.lmtp import Talk, bring

pytestmark = pytest.mark.both

US = "support@portal.example"


@contextmanager
def listening(app: Flask, path: Path, **settings: Any) -> Iterator[Path]:
    """The door at a path, as the worker opens it, in a thread."""
    given = Settings(**{**vars(app.extensions["portal_settings"]), "lmtp_listen": f"unix:{path}", **settings})
    stopping = threading.Event()
    [stand] = lmtp.doors(app, given).values()
    thread = threading.Thread(target=stand, args=(stopping,))
    thread.start()
    while not path.exists():
        assert thread.is_alive()
        stopping.wait(0.01)
    try:
        yield path
    finally:
        stopping.set()
        thread.join(15)
        assert not thread.is_alive()


@pytest.fixture
def talk() -> Iterator[Callable[[Path], Talk]]:
    made: list[Talk] = []

    def begin(path: Path) -> Talk:
        made.append(Talk(path))
        return made[-1]

    yield begin
    for one in made:
        one.close()


def test_a_message_becomes_a_ticket_and_the_socket_is_gone_after_a_stop(
    app: Flask, cast: Any, run_jobs: Callable[[], int], tmp_path: Path
) -> None:
    let_go()
    raw = mail("打印机卡纸\r\n..\r\n.x\r\n" + "long " * 50_000)
    with listening(app, tmp_path / "lmtp") as path:
        assert bring(path, raw, US, "support+x@portal.example", sender=OWNER) == [lmtp.TAKEN] * 2
    assert not path.exists()
    run_jobs()
    [row] = all_mail()
    assert (row.door, row.state, row.mailbox_name) == ("lmtp", InboundState.TICKET, "support")
    assert (row.envelope_from, row.envelope_to) == (OWNER, [US, "support+x@portal.example"])
    assert files.read(row.sha256) == raw + b"\r\n"
    assert len(all_tickets()) == 1


def test_the_same_message_by_two_doors_is_one(app: Flask, cast: Any, tmp_path: Path) -> None:
    from portal.intake.doors.taking import accept

    accept(mail(), "pipe")
    let_go()
    with listening(app, tmp_path / "lmtp") as path:
        assert bring(path, mail(), US) == [lmtp.TAKEN]
    assert [(row.door, row.copies) for row in all_mail()] == [("pipe", 2)]


@pytest.mark.databases("sqlite")
def test_the_protocol_is_that_of_rfc_2033(app: Flask, tmp_path: Path, talk: Callable[[Path], Talk]) -> None:
    with listening(app, tmp_path / "lmtp", lmtp_refuse_unknown=True, lmtp_max_bytes=1000) as path:
        server = talk(path)
        hello = server.ask("LHLO mx.test").splitlines()
        assert {"250-PIPELINING", "250-SIZE 1000", "250-8BITMIME", "250 ENHANCEDSTATUSCODES"} <= set(hello)
        assert server.ask("EHLO mx.test").startswith("500 5.")
        assert server.ask("DATA").startswith("503 5.5.1")
        # A report has no sender; spelling that a strict reader refuses is no reason to bounce.
        assert server.ask("MAIL FROM:<> BODY=8BITMIME").startswith("250 2.")
        assert server.ask("RSET").startswith("250 2.")
        server.say(
            "MAIL FROM:<a..b.@example.org> SIZE=12\r\nRCPT TO:<support@portal.example>\r\nRCPT TO:<nobody@portal.example>\r\n"
            "RCPT TO:<SUPPORT+t1-x@portal.example>\r\nDATA\r\n"
        )
        assert [server.read()[:9] for _ in range(5)] == [
            "250 2.0.0", "250 2.1.5", "550 5.1.1", "250 2.1.5", "354 End w",
        ]  # fmt: skip
        server.say(b"Subject: x\r\n\r\nbare\n.\nlf\r\n.\r\n")
        assert [server.read() for _ in range(2)] == [lmtp.TAKEN] * 2
        # Too large: told in the declaration, or after the dot, once for each recipient.
        assert server.ask("MAIL FROM:<a@example.org> SIZE=1001").startswith("552 5.")
        server.say(f"MAIL FROM:<>\r\nRCPT TO:<{US}>\r\nRCPT TO:<{US}>\r\nDATA\r\n")
        assert [server.read()[:3] for _ in range(4)] == ["250", "250", "250", "354"]
        server.say(b"x" * 70_000 + b"\r\n.\r\n")
        assert [server.read() for _ in range(2)] == [lmtp.TOO_LARGE] * 2
        assert server.ask("QUIT").startswith("221")
    [row] = all_mail()
    assert row.envelope_from == "a..b.@example.org"
    assert b"bare\n.\nlf" in files.read(row.sha256)


@pytest.mark.databases("sqlite")
def test_the_standard_client_over_tcp_is_a_peer_like_any_other(app: Flask) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    network.allowed_ports.add(port)
    given = Settings(**{**vars(app.extensions["portal_settings"]), "lmtp_listen": f"127.0.0.1:{port}"})
    stopping = threading.Event()
    [stand] = lmtp.doors(app, given).values()
    thread = threading.Thread(target=stand, args=(stopping,))
    thread.start()
    try:
        client = None
        while client is None:
            assert thread.is_alive()
            try:
                client = smtplib.LMTP("127.0.0.1", port)
            except ConnectionRefusedError:
                stopping.wait(0.02)
        assert client.docmd("LHLO", "mx.test")[0] == 250
        assert client.sendmail(OWNER, US, mail("你好"), mail_options=["BODY=8BITMIME"]) == {}
        assert client.docmd("MAIL FROM:<>")[0] == 250
        assert client.docmd("RCPT TO:<>") == (501, b"5.1.3 A recipient has an address")
        client.quit()
    finally:
        stopping.set()
        thread.join(15)
        network.allowed_ports.discard(port)
    [row] = all_mail()
    assert (row.door, row.envelope_from) == ("lmtp", OWNER)


@pytest.mark.databases("sqlite")
def test_a_report_comes_with_its_empty_sender(app: Flask, tmp_path: Path) -> None:
    with listening(app, tmp_path / "lmtp") as path:
        assert bring(path, mail(), US) == [lmtp.TAKEN]
    [row] = all_mail()
    assert row.envelope_from == ""


@pytest.mark.databases("sqlite")
def test_a_connection_that_breaks_before_the_dot_leaves_nothing(
    app: Flask, tmp_path: Path, talk: Callable[[Path], Talk]
) -> None:
    with listening(app, tmp_path / "lmtp") as path:
        server = talk(path)
        server.ask("LHLO mx.test")
        server.say(f"MAIL FROM:<>\r\nRCPT TO:<{US}>\r\nDATA\r\n")
        assert [server.read()[:3] for _ in range(3)] == ["250", "250", "354"]
        server.say(b"Subject: half\r\n\r\nhalf a mess")
        server.close()
        assert bring(path, mail(), US) == [lmtp.TAKEN]
    assert [row.size for row in all_mail()] == [len(mail()) + 2]


@pytest.mark.databases("sqlite")
def test_a_second_worker_waits_and_a_dead_ones_socket_is_no_hindrance(app: Flask, tmp_path: Path) -> None:
    path = tmp_path / "lmtp"
    left = socket.socket(socket.AF_UNIX)
    left.bind(str(path))
    left.close()
    lmtp._make_room(path)
    with listening(app, path), pytest.raises(OSError, match="another process"):
        lmtp._make_room(path)


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("text", ["0.0.0.0:24", "mail.example.com:24", "24", "127.0.0.1:0", "127.0.0.1:x"])
def test_it_listens_where_nobody_else_can_reach_it(app: Flask, text: str) -> None:
    with pytest.raises(BadSetting, match="LMTP_LISTEN"):
        lmtp.doors(app, Settings(lmtp_listen=text))
