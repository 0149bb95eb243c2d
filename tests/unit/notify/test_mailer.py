"""A letter's bytes: what a header can hold, and what it cannot."""

import email
from datetime import UTC, datetime
from email.header import decode_header, make_header
from email.utils import parseaddr
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.infra import mailer
from portal.infra.mailer import EnclosedFile, Letter


def letter(**given: Any) -> Letter:
    known: dict[str, Any] = {
        "sender_name": "Lantern", "sender": "support@portal.example", "to_name": "王小明", "to": "owner@harbour.example",
        "subject": "Printer", "text": "Hello.\n", "html": "<p>Hello.</p>", "message_id": "<a@portal.example>",
        "at": datetime(2026, 11, 3, 2, 22, 11, tzinfo=UTC),
    }  # fmt: skip
    return Letter(**(known | given))


EXPECTED = {
    "Content-Type", "MIME-Version", "From", "To", "Subject", "Date", "Message-ID", "Content-Language",
    "X-Auto-Response-Suppress",
}  # fmt: skip


@given(st.text(max_size=300))
def test_whatever_the_subject_and_names_are_there_are_no_headers_beside_ours(words: str) -> None:
    words = words.encode("utf-8", "replace").decode()  # what a database gives back
    raw = mailer.compose(letter(subject=words, sender_name=words, to_name=words))
    mail = email.message_from_bytes(raw)
    assert set(mail.keys()) == EXPECTED
    assert parseaddr(mail["To"])[1] == "owner@harbour.example"


@pytest.mark.parametrize("break_", ["\r\n", "\n", "\r", "\x00", "\x0b", "\x85", "\u2028", "\u2029"])
def test_a_line_break_in_a_subject_becomes_a_space(break_: str) -> None:
    raw = mailer.compose(letter(subject=f"Till{break_}Bcc: evil@elsewhere.example"))
    mail = email.message_from_bytes(raw)
    assert mail["Bcc"] is None
    assert str(make_header(decode_header(mail["Subject"]))) == "Till Bcc: evil@elsewhere.example"


def test_lines_stay_short_enough_and_within_seven_bits() -> None:
    references = " ".join(f"<{n}@x.example>" for n in range(40))
    raw = mailer.compose(letter(subject="打印机" * 60, text="长" * 5000, references=references))
    assert max(len(line) for line in raw.split(b"\r\n")) <= 998
    assert max(raw) < 128
    assert b"\n" not in raw.replace(b"\r\n", b"")


@pytest.mark.parametrize("kind", ["text/html", "message/rfc822", "multipart/mixed", "x; y=z\r\nA: b", ""])
def test_a_file_whose_type_could_act_travels_as_plain_bytes(kind: str) -> None:
    raw = mailer.compose(letter(files=[EnclosedFile('a"\r\nB: c.html', kind, b"\x00\xff")]))
    [part] = [p for p in email.message_from_bytes(raw).walk() if p.get_filename()]
    assert part.get_content_type() == "application/octet-stream"
    assert part["Content-Disposition"].startswith("attachment")
    assert part.get_payload(decode=True) == b"\x00\xff"
    assert part["B"] is None


@pytest.mark.parametrize(
    "address", ["", "a@b@c", "a b@c.example", "a@c.example\r\nRCPT TO:<x@y>", "<a@b>", "王@b.example"]
)
def test_what_is_no_address_is_refused_before_any_server_is_asked(address: str) -> None:
    from portal.config import Settings

    with pytest.raises(mailer.Never):
        mailer.hand_over(Settings(smtp_host="127.0.0.1", smtp_port=9), address, b"x")
