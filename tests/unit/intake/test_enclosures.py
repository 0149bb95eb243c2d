"""What mails enclose besides plain files: winmail.dat, invitations, signed and encrypted parts, old encodings."""

import base64

import pytest

from portal.intake.rules import wire
from portal.intake.rules.mail import Attachment, ParsedMail
from tests.unit.intake.build import multipart, part, read
from tests.unit.intake.outlook import winmail

PDF = b"%PDF-1.4\n" + bytes(range(256))


def encoded(kind: str, data: bytes, *headers: str) -> bytes:
    return part(kind, base64.encodebytes(data), "Content-Transfer-Encoding: base64", *headers)


def with_part(
    *parts: bytes, subtype: str = "mixed", words: str = "See the file.", extra: str = ""
) -> ParsedMail:
    body, kind = multipart(subtype, part("text/plain; charset=utf-8", words), *parts, extra=extra)
    return read(body, kind=kind)


def test_winmail_dat_is_opened_and_its_names_are_read_in_its_code_page() -> None:
    data = winmail(("报价单.pdf".encode("gbk"), PDF), (b"..\\..\\evil\x00.txt", b"text"))
    mail = with_part(encoded("application/ms-tnef; name=winmail.dat", data))
    assert [(a.name, a.data) for a in mail.attachments] == [("报价单.pdf", PDF), ("evil.txt", b"text")]
    assert mail.body_text == "See the file."


def test_the_words_of_a_mail_that_has_them_in_winmail_dat_alone() -> None:
    data = winmail(body="打印机坏了".encode("gbk"))
    mail = with_part(encoded("application/octet-stream; name=WINMAIL.DAT", data), words="")
    assert (mail.reply_text, mail.attachments) == ("打印机坏了", ())


@pytest.mark.parametrize(
    "data", [b"\x78\x9f\x3e\x22", b"not one", winmail((b"a", PDF))[:60], b"\x78\x9f\x3e\x22" + b"\xff" * 500]
)
def test_a_winmail_dat_that_cannot_be_opened_is_kept_as_it_came(data: bytes) -> None:
    mail = with_part(encoded("application/ms-tnef; name=winmail.dat", data))
    assert [(a.name, a.data) for a in mail.attachments] == [("winmail.dat", data)]


def test_a_winmail_dat_of_a_hundred_thousand_objects_is_not_opened() -> None:
    data = winmail() + winmail()[6:] * 100_000
    assert [
        a.name for a in with_part(encoded("application/ms-tnef; name=winmail.dat", data)).attachments
    ] == ["winmail.dat"]


INVITATION = """BEGIN:VCALENDAR
PRODID:-//Microsoft Corporation//Outlook 16.0 MIMEDIR//EN
VERSION:2.0
METHOD:REQUEST
BEGIN:VTIMEZONE
TZID:China Standard Time
BEGIN:STANDARD
DTSTART:16010101T000000
TZOFFSETFROM:+0800
TZOFFSETTO:+0800
END:STANDARD
END:VTIMEZONE
BEGIN:VEVENT
UID:one@harbour.example
DTSTAMP:20261101T010000Z
SUMMARY:季度检修，机房
DTSTART;TZID=China Standard Time:20261103T100000
DTEND;TZID=China Standard Time:20261103T113000
LOCATION:3 楼\\, 机房
ORGANIZER;CN=王小明:mailto:owner@harbour.example
ATTENDEE;CN="Li Na";RSVP=TRUE:mailto:colleague@harbour.example
ATTENDEE:mailto:support@portal.example
RRULE:FREQ=MONTHLY
END:VEVENT
END:VCALENDAR
""".replace("\n", "\r\n")


def test_an_invitation_says_what_when_where_and_who_and_is_kept_as_a_file() -> None:
    calendar = part("text/calendar; charset=utf-8; method=REQUEST", INVITATION)
    mail = with_part(
        calendar, encoded("application/ics; name=invite.ics", INVITATION.encode()), subtype="alternative"
    )
    [meeting] = mail.invitations
    assert (meeting.method, meeting.summary, meeting.where) == ("request", "季度检修，机房", "3 楼, 机房")
    assert (meeting.begins, meeting.ends) == ("2026-11-03T10:00", "2026-11-03T11:30")
    assert meeting.zone in ("Asia/Shanghai", "China Standard Time")
    assert meeting.organiser == "王小明 <owner@harbour.example>"
    assert meeting.people == ("Li Na <colleague@harbour.example>", "support@portal.example")
    assert meeting.repeats
    assert [(a.name, a.type) for a in mail.attachments] == [("invite.ics", "text/calendar")]
    assert wire.unpack(*wire.pack(mail)) == mail


@pytest.mark.parametrize(
    ("lines", "begins", "ends", "zone"),
    [
        ("DTSTART:20261103T020000Z\r\nDTEND:20261103T030000Z", "2026-11-03T02:00", "2026-11-03T03:00", "UTC"),
        ("DTSTART;VALUE=DATE:20261103\r\nDTEND;VALUE=DATE:20261105", "2026-11-03", "2026-11-05", ""),
        ("DTSTART:20261103T100000\r\nDURATION:PT1H", "2026-11-03T10:00", "2026-11-03T11:00", ""),
        ("DTSTART;TZID=Europe/Berlin:20261103T100000", "2026-11-03T10:00", "", "Europe/Berlin"),
    ],
)
def test_times_of_a_meeting_stay_in_the_zone_of_its_writer(
    lines: str, begins: str, ends: str, zone: str
) -> None:
    data = f"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\n{lines}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    [meeting] = with_part(part("text/calendar", data)).invitations
    assert (meeting.begins, meeting.ends, meeting.zone) == (begins, ends, zone)


@pytest.mark.parametrize(
    "data",
    [
        "",
        "BEGIN:VCALENDAR",
        "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART:never\r\nEND:VEVENT\r\nEND:VCALENDAR",
        INVITATION[:400],
        "\0" * 100,
    ],
)
def test_a_broken_calendar_is_a_file_and_nothing_else(data: str) -> None:
    mail = with_part(part("text/calendar; name=a.ics", data))
    assert mail.invitations == ()
    assert mail.body_text == "See the file."


def test_a_signed_mail_shows_its_parts_and_sets_the_signature_aside() -> None:
    words = part("text/plain; charset=utf-8", "signed words")
    signature = encoded('application/pkcs7-signature; name="smime.p7s"', b"\x30\x80sig")
    body, kind = multipart("signed", words, signature, extra="; protocol=application/pkcs7-signature")
    mail = read(body, kind=kind)
    assert (mail.body_text, mail.flags.signed) == ("signed words", True)
    assert [(a.name, a.role) for a in mail.attachments] == [("smime.p7s", "machine")]


def test_an_encrypted_mail_says_so_and_is_kept() -> None:
    body, kind = multipart(
        "encrypted",
        part("application/pgp-encrypted", "Version: 1"),
        part("application/octet-stream; name=encrypted.asc", "-----BEGIN PGP MESSAGE-----\r\n"),
        extra="; protocol=application/pgp-encrypted",
    )
    mail = read(body, kind=kind)
    assert "encrypted" in mail.notes
    assert ("encrypted.asc", "file") in [(a.name, a.role) for a in mail.attachments]
    sealed = read(
        base64.encodebytes(b"\x30\x80"),
        "Content-Transfer-Encoding: base64",
        kind="application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m",
    )
    assert ("encrypted" in sealed.notes, sealed.attachments[0].name) == (True, "smime.p7m")
    opaque = read(
        base64.encodebytes(b"\x30\x80"),
        "Content-Transfer-Encoding: base64",
        kind="application/pkcs7-mime; smime-type=signed-data",
    )
    assert ("signed_inside" in opaque.notes, opaque.attachments[0].name) == (True, "smime.p7m")
    inline = read("-----BEGIN PGP MESSAGE-----\r\n\r\nhQEM\r\n-----END PGP MESSAGE-----")
    assert "encrypted" in inline.notes


def test_files_from_a_mac_come_without_their_resource_forks() -> None:
    double, kind = multipart(
        "appledouble",
        encoded("application/applefile; name=._a.pdf", b"\x00\x05\x16\x07"),
        encoded("application/pdf; name=a.pdf", PDF),
    )
    inner = f"Content-Type: {kind}\r\n\r\n".replace("edge", "inner").encode() + double.replace(
        b"--edge", b"--inner"
    )
    files = [a for a in with_part(inner).attachments if a.role == "file"]
    assert [(a.name, a.data) for a in files] == [("a.pdf", PDF)]


def test_a_file_written_into_the_text_is_taken_out_of_it() -> None:
    mail = read("Hello\r\n\r\nbegin 644 报价.txt\r\n#0V%T\r\n`\r\nend\r\nBye")
    assert mail.body_text.split() == ["Hello", "Bye"]
    assert mail.attachments == (Attachment("报价.txt", "application/octet-stream", b"Cat"),)


def test_prose_that_begins_with_begin_stays() -> None:
    words = "begin 644 times\r\nand never give up\r\nend\r\n"
    assert read(words).body_text == words.replace("\r\n", "\n").strip()
