"""Messages against their form: encodings that lie, lines broken twice, files in old dress. What is there is read."""

import base64
import zlib

import pytest

from portal.intake.rules import gateways
from portal.intake.rules.parse import parse
from tests.unit.intake.build import multipart, part, raw, read

ZH = "打印机卡纸了。\n请派人来。\nab"
PLAIN = "text/plain; charset=utf-8"


@pytest.mark.parametrize(
    ("encoding", "body", "words"),
    [
        ("base64", "The printer is broken, please come!", "The printer is broken, please come!"),
        ("base64", "\r\n".join(base64.b64encode(f"{x}\n".encode()).decode() for x in ZH.split("\n")), ZH),
        (
            "base64",
            base64.b64encode(b"first line of text").decode() + "==\r\n-- \r\nscanned by X",
            "first line of text",
        ),
        ("base64", "VGhl!!IHByaW50\r\n*ZXI=", "The printer"),
        ("quoted-printable", "=E6=89=93=E5=8D= \t\r\n=B0=E6=9C=BA", "打印机"),
        ("quoted-printable", "price=20 and x=yz 你好", "price and x=yz 你好"),
    ],
)
def test_a_transfer_encoding_that_lies(encoding: str, body: str, words: str) -> None:
    mail = read(body, f"Content-Transfer-Encoding: {encoding}", kind=PLAIN)
    assert " ".join(mail.body_text.split()) == " ".join(words.split())


def test_lines_that_a_program_ended_twice() -> None:
    mail = parse(raw("one\r\ntwo").replace(b"\r\n", b"\r\r\n"))
    assert (mail.subject, mail.body_text) == ("The printer is jammed", "one\ntwo")


def test_a_blank_before_the_colon_of_a_header_is_not_shown_as_text() -> None:
    mail = parse(raw("one").replace(b"Subject:", b"Subject :"))
    assert (mail.subject, mail.body_text) == ("The printer is jammed", "one")


def test_html_that_is_said_to_be_plain() -> None:
    assert read("<html><body><p>hello <b>there</b></p></body></html>", kind=PLAIN).body_text == "hello there"
    assert "<b>" in read("My page:\n<html><b>x</b></html>", kind=PLAIN).body_text


def _yenc(data: bytes) -> bytes:
    out = bytearray()
    for value in ((b + 42) % 256 for b in data):
        out += b"=" + bytes([(value + 64) % 256]) if value in (0, 10, 13, 61) else bytes([value])
    return bytes(out)


def test_a_file_in_yenc_is_taken_out_of_the_text_where_it_is_whole() -> None:
    data = bytes(range(256))
    head = b"=ybegin line=128 size=256 name=a.bin\r\n"
    end = b"\r\n=yend size=256 crc32=%08x\r\n" % zlib.crc32(data)
    mail = read(b"see\r\n" + head + _yenc(data) + end + b"thanks", kind="text/plain")
    assert [(a.name, a.data) for a in mail.attachments] == [("a.bin", data)]
    assert mail.body_text == "see\nthanks"
    torn = read(b"see\r\n" + head + _yenc(data)[:100] + end, kind="text/plain")
    assert not torn.attachments
    assert "=ybegin" in torn.body_text


def test_an_invitation_sent_twice_with_other_line_ends_is_one_file() -> None:
    meeting = "BEGIN:VCALENDAR\nMETHOD:REQUEST\nBEGIN:VEVENT\nUID:1\nDTSTART:20261103T020000Z\nEND:VEVENT\nEND:VCALENDAR\n"
    saved = base64.encodebytes(meeting.encode())
    body, kind = multipart(
        "mixed",
        part("text/calendar; method=REQUEST", meeting.replace("\n", "\r\n")),
        part("application/ics; name=invite.ics", saved, "Content-Transfer-Encoding: base64"),
    )
    assert len(read(body, kind=kind).attachments) == 1


@pytest.mark.parametrize(
    ("subject", "number"),
    [
        ("Fax from +86 21 5555 0101 (2 pages)", "+862155550101"),
        ("Fax from (021) 5555-0101", "02155550101"),
        ("Fax from 13800138000", "13800138000"),
    ],
)
def test_the_number_of_a_fax_ends_before_its_pages(subject: str, number: str) -> None:
    mail = read("fax", "From: fax@harbour.example", f"Subject: {subject}")
    assert gateways.of(mail, {}) == ("fax", number)


@pytest.mark.parametrize(
    "subject",
    [
        "Odpowiedź automatyczna: drukarka",
        "رد تلقائي: طابعة",
        "Automaattinen vastaus: tulostin",
        "AUTO: Wang Xiaoming is out of the office (returning 11/09/2026)",
        "Trả lời tự động: máy in",
    ],
)
def test_automatic_answers_of_more_languages(subject: str) -> None:
    assert read("away", b"Subject: " + subject.encode()).flags.auto


def test_a_person_who_tells_of_a_returned_mail_is_no_server() -> None:
    told = "Hi, my mail to gone@harbour.example came back:\n\n550 5.1.1 User unknown\n\nCan you help?"
    mail = read(told, "Return-Path: <owner@harbour.example>", "Subject: Mail delivery failed")
    assert not mail.flags.bounce
    assert not mail.flags.auto


@pytest.mark.parametrize(
    "rule",
    [
        "-------- Перенаправленное сообщение --------",
        "-------- 转发的消息 --------",
        "----- Forwarded message from Li Na <li@harbour.example> -----",
        "======== Xyz qwx ========",
    ],
)
def test_words_between_rules_above_a_forwarded_mail_belong_to_it(rule: str) -> None:
    block = "From: Li Na <li@harbour.example>\nDate: Tue, 3 Nov 2026 09:00\nTo: owner@harbour.example\nSubject: screen"
    mail = read(f"Please look.\n\n{rule}\n{block}\n\nThe screen is black.", "Subject: Fwd: screen")
    assert mail.forwarded is not None
    assert (mail.forwarded.sender.email, mail.forwarded.note) == ("li@harbour.example", "Please look.")
    assert mail.reply_text == "Please look."
