"""Messages as they come: parts, alternatives, attachments, broken mail, and the caps that come before a parser."""

# ruff: noqa: E501 -- the lines are mail, as programs write it

import base64
import time

import pytest

from portal.intake.rules import wire
from portal.intake.rules.mail import Caps, Unreadable
from portal.intake.rules.parse import parse
from tests.unit.intake.build import multipart, part, raw, read

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


def test_an_ordinary_mail_is_read() -> None:
    mail = read("打印机卡纸", "Subject: =?utf-8?b?5omT5Y2w5py6?=", "Cc: Li Na <colleague@harbour.example>")
    assert (mail.subject, mail.body_text, mail.reply_text) == ("打印机", "打印机卡纸", "打印机卡纸")
    assert (mail.sender.email, mail.sender.name) == ("owner@harbour.example", "Wang Xiaoming")
    assert [a.email for a in mail.to] == ["support@portal.example"]
    assert [a.email for a in mail.cc] == ["colleague@harbour.example"]
    assert mail.message_id == "one@harbour.example"
    assert mail.date is not None


def test_html_alone_is_turned_into_text_and_kept() -> None:
    html = "<html><head><style>p{}</style></head><body><p>打印机&nbsp;坏了</p><ul><li>红灯</li></ul><script>x()</script></body></html>"
    mail = read(html, kind="text/html; charset=utf-8")
    assert mail.body_text == "打印机 坏了\n\n• 红灯"
    assert mail.body_html == html


def test_of_two_alternatives_the_plain_one_is_the_text_and_the_html_is_kept() -> None:
    body, kind = multipart(
        "alternative", part("text/plain; charset=utf-8", "plain"), part("text/html", "<b>rich</b>")
    )
    mail = read(body, kind=kind)
    assert mail.body_text == "plain"
    assert mail.body_html == "<b>rich</b>"


def test_an_empty_plain_part_gives_way_to_the_html() -> None:
    body, kind = multipart("alternative", part("text/plain", " \r\n"), part("text/html", "<p>rich</p>"))
    assert read(body, kind=kind).body_text == "rich"


def test_all_text_parts_are_read_in_their_order() -> None:
    body, kind = multipart(
        "mixed",
        part("text/plain", "first"),
        part("image/png", base64.b64encode(PNG), "Content-Transfer-Encoding: base64"),
        part("text/plain", "last"),
    )
    mail = read(body, kind=kind)
    assert mail.body_text == "first\n\nlast"
    assert mail.attachments[0].data == PNG


def test_a_picture_of_the_text_is_told_from_an_attached_file() -> None:
    picture = part(
        "image/png",
        base64.b64encode(PNG),
        "Content-Transfer-Encoding: base64",
        "Content-ID: <p1@x>",
        "Content-Disposition: inline",
    )
    attached = part(
        "image/png",
        base64.b64encode(PNG),
        "Content-Transfer-Encoding: base64",
        'Content-Disposition: attachment; filename="照片.png"',
    )
    body, kind = multipart("related", part("text/html", '<img src="cid:p1@x">'), picture, attached)
    mail = read(body, kind=kind)
    assert [(a.name, a.content_id, a.inline) for a in mail.attachments] == [
        ("", "p1@x", True),
        ("照片.png", "", False),
    ]


def test_a_nested_message_is_kept_byte_for_byte() -> None:
    inner = raw("Inner   text\r\n\r\n", "Subject:  a   strange   subject")
    body, kind = multipart(
        "mixed", part("text/plain", "see below"), b"Content-Type: message/rfc822\r\n\r\n" + inner
    )
    [attachment] = read(body, kind=kind).attachments
    assert attachment.data == inner
    assert attachment.name == "a strange subject.eml"


@pytest.mark.parametrize(
    "message",
    [
        b"no headers at all, only words",
        b"Subject only",
        b"From: a@b.example\r\n\r\n",
        raw(b"text", kind="multipart/mixed; boundary=nothing"),
        raw(
            b"--edge\r\nContent-Type: text/plain\r\n\r\ncut off in the mid",
            kind='multipart/mixed; boundary="edge"',
        ),
        raw(b"\xff\xfe\x00\x00", kind="text/plain; charset=utf-16"),
        raw(b"=ZZ=", "Content-Transfer-Encoding: quoted-printable"),
        raw(b"%%%", "Content-Transfer-Encoding: base64"),
        raw(b"x", "Content-Type: ;;;=\x00"),
        raw(b"x", 'Content-Type: text/plain; charset="\xff"'),
        raw(b"x", b"From: \xc4\xe3\xba\xc3 <a@b.example>"),
        raw(b"x", "Date: Tue, 99 Foo 2026", "Message-ID: -"),
        # A label that names a codec which the library cannot use for text, in a report whose parts are looked at.
        raw("\xe4".encode(), "Return-Path: <>", "Subject: Undelivered", kind="text/plain; charset=idna"),
        raw("\xe4".encode(), "Return-Path: <>", "Subject: Undelivered", kind='text/plain; charset="a\0b"'),
        raw("\xe4".encode(), kind="multipart/report; report-type=delivery-status; charset=punycode"),
        b"\x00" * 50 + raw(b"x"),
        raw(
            b"begin 644 a\r\n#\xff\xfe\xfd\r\nend\r\n",
            "Content-Type: image/png; name=a",
            "Content-Transfer-Encoding: x-uuencode",
        ),
    ],
)
def test_a_broken_mail_is_read_as_far_as_it_goes(message: bytes) -> None:
    parse(message)


def test_no_sender_and_no_id_are_no_obstacle() -> None:
    mail = read("help", "From: -", "Message-ID: -", "Date: -")
    assert (mail.sender.email, mail.message_id, mail.date, mail.body_text) == ("", "", None, "help")


@pytest.mark.parametrize(
    ("message", "code"),
    [
        (b"", "empty"),
        (b" \r\n\x00", "empty"),
        (raw(b"x" * 2000), "too_large"),
        (raw(b"x", *[f"X-{n}: y" for n in range(60)]), "too_many_headers"),
        (raw(b"x", "X-Long: " + "y" * 600), "header_too_long"),
        (raw(b"x", *[f"X-{n}: {'y' * 300}" for n in range(4)]), "header_block_too_large"),
    ],
)
def test_caps_are_checked_before_anything_is_parsed(message: bytes, code: str) -> None:
    with pytest.raises(Unreadable) as refused:
        parse(message, Caps(message=1900, header_block=1000, header=500, headers=50))
    assert refused.value.code == code


def test_too_many_and_too_deep_parts_are_refused() -> None:
    body, kind = multipart("mixed", *[part("text/plain", "x")] * 60)
    with pytest.raises(Unreadable, match="too_many_parts"):
        parse(raw(body, kind=kind), Caps(parts=50))
    inner = part("text/plain", "deep")
    for level in range(40):
        inner = (
            f'Content-Type: multipart/mixed; boundary="b{level}"\r\n\r\n--b{level}\r\n'.encode()
            + inner
            + f"\r\n--b{level}--".encode()
        )
    with pytest.raises(Unreadable, match="too_deep"):
        parse(b"From: a@b.example\r\n" + inner)


def test_a_large_attachment_is_read_quickly_and_byte_for_byte() -> None:
    data = bytes(range(256)) * 40_000
    files = [
        part(
            "application/zip; name=a.zip",
            base64.encodebytes(data).replace(b"\n", b"\r\n"),
            "Content-Transfer-Encoding: base64",
        ),
        part(
            "application/zip; name=b.zip", base64.encodebytes(data[::-1]), "Content-Transfer-Encoding: base64"
        ),
    ]
    inner = b"Content-Type: message/rfc822\r\n\r\nSubject: inner\r\n" + files[0]
    body, kind = multipart("mixed", part("text/plain", "two files"), *files, inner)
    began = time.process_time()
    mail = read(body, kind=kind)
    assert time.process_time() - began < 3
    assert [a.data for a in mail.attachments[:2]] == [data, data[::-1]]
    assert mail.attachments[2].data == b"Subject: inner\r\n" + files[0]
    assert mail.body_text == "two files"


def test_a_subject_of_a_megabyte_is_refused_at_once() -> None:
    began = time.monotonic()
    with pytest.raises(Unreadable, match="header"):
        parse(raw(b"x", "Subject: " + "=?utf-8?q?a?= " * 60_000))
    assert time.monotonic() - began < 2


def test_html_of_a_hundred_thousand_nested_elements_is_read() -> None:
    assert "end" in read("<div>" * 100_000 + "end", kind="text/html").body_text


def test_what_the_child_says_is_the_mail_again() -> None:
    body, kind = multipart(
        "mixed",
        part("text/plain; charset=utf-8", "正文"),
        part("application/pdf", b"%PDF-1", 'Content-Disposition: attachment; filename="a.pdf"'),
    )
    mail = read(body, "References: <a@b> <c@d>", kind=kind)
    values, blobs = wire.pack(mail)
    assert wire.unpack(values, blobs) == mail


def test_the_child_says_why_a_mail_is_refused() -> None:
    values, blobs = wire.answer(b"")
    with pytest.raises(Unreadable, match="empty"):
        wire.unpack(values, blobs)
