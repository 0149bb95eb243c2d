"""Messages of the kinds that reach a desk, written here, and a thousand ways in which they arrive broken.

Deterministic: one seed, one mutation. Nothing here is taken from anybody's real mail.
"""

import base64
import random
import re
from collections.abc import Callable
from pathlib import Path

from tests.unit.intake.build import multipart, part, raw

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
LABELS = (
    b"utf-8 gb2312 gbk gb18030 big5 iso-2022-jp shift_jis ks_c_5601-1987 utf-16 utf-7 hz-gb-2312 x-none us-ascii utf-32 "
    b"iso-8859-1 koi8-r idna unicode_escape base64 hex zip rot13 punycode"
).split()


def originals() -> list[bytes]:
    """One message of each kind."""
    words = "打印机卡纸了，请派人来看看。\r\n谢谢\r\n王小明\r\n"
    html = (
        "<html><body><p>打印机 <b>坏了</b></p><blockquote>old <img src='cid:p1@x'></blockquote></body></html>"
    )
    picture = part(
        "image/png; name=a.png",
        base64.encodebytes(PNG),
        "Content-Transfer-Encoding: base64",
        "Content-ID: <p1@x>",
    )
    attached = part(
        "application/pdf",
        base64.encodebytes(b"%PDF-1.4 " * 300),
        "Content-Transfer-Encoding: base64",
        "Content-Disposition: attachment; filename*0*=utf-8''%E6%8A%A5; filename*1*=%E4%BB%B7.pdf",
    )
    alternative, alternative_kind = multipart(
        "alternative", part("text/plain; charset=gb2312", words.encode("gb18030")), part("text/html", html)
    )
    related, related_kind = multipart("related", part("text/html; charset=utf-8", html), picture)
    mixed, mixed_kind = multipart("mixed", part("text/plain; charset=utf-8", words), attached, picture)
    inner = raw(words, "Subject: =?gb2312?B?tPLTobv6?=")
    nested, nested_kind = multipart(
        "mixed", part("text/plain", "fwd"), b"Content-Type: message/rfc822\r\n\r\n" + inner
    )
    report = (
        b"--edge\r\nContent-Type: text/plain\r\n\r\nNot delivered\r\n--edge\r\nContent-Type: message/delivery-status\r\n\r\n"
        b"Reporting-MTA: dns; mx.example\r\n\r\nFinal-Recipient: rfc822; gone@harbour.example\r\nAction: failed\r\n"
        b"Status: 5.1.1\r\n\r\n--edge\r\nContent-Type: message/rfc822\r\n\r\n" + inner + b"\r\n--edge--\r\n"
    )
    invitation = (
        "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\nUID:1@x\r\nSUMMARY:季度检修\r\n"
        "DTSTART;TZID=Asia/Shanghai:20261103T100000\r\nDTEND;TZID=Asia/Shanghai:20261103T110000\r\nLOCATION:3 楼\r\n"
        "ORGANIZER;CN=Wang:mailto:wang@harbour.example\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )
    meeting, meeting_kind = multipart(
        "alternative",
        part("text/plain", "meet"),
        part("text/calendar; method=REQUEST; charset=utf-8", invitation),
    )
    reply = f"还是不行\r\n\r\n在 2026-11-03 10:22:11，Lantern <support@portal.example> 写道：\r\n> {words}"
    uu = b"see below\r\nbegin 644 a.txt\r\n#0V%T\r\n`\r\nend\r\n"
    signed, signed_kind = multipart(
        "signed",
        part("text/plain", words),
        part("application/pgp-signature; name=signature.asc", "-----BEGIN PGP SIGNATURE-----\r\n"),
        extra="; protocol=application/pgp-signature",
    )
    return [
        raw(words),
        raw(words.encode("gb18030"), kind="text/plain; charset=gb2312"),
        raw("プリンタ".encode("iso2022_jp"), "Subject: プリンタ".encode("iso2022_jp"), kind="text/plain"),
        raw(base64.encodebytes(words.encode() * 40), "Content-Transfer-Encoding: base64"),
        raw(b"=E6=89=93=E5=8D=B0=\r\n=E6=9C=BA", "Content-Transfer-Encoding: quoted-printable"),
        raw(html, kind="text/html; charset=utf-8"),
        raw(alternative, kind=alternative_kind),
        raw(related, kind=related_kind),
        raw(mixed, "Cc: =?utf-8?q?A=2C_B?= <a@b.example>, c@d.example (D)", kind=mixed_kind),
        raw(nested, kind=nested_kind),
        raw(report, kind='multipart/report; report-type=delivery-status; boundary="edge"'),
        raw(meeting, kind=meeting_kind),
        raw(reply, "In-Reply-To: <x@portal.example>", "References: <y@x> <x@portal.example>"),
        raw(uu, kind="text/plain"),
        raw(signed, kind=signed_kind),
        raw("one two \r\nthree\r\n-- \r\nsig", kind="text/plain; format=flowed; delsp=yes"),
    ]


def mutated(sources: list[bytes], seed: int) -> bytes:
    """One of `sources` after one to four mutations; the same seed gives the same bytes."""
    chance = random.Random(seed)
    data = sources[seed % len(sources)]
    for _ in range(chance.randint(1, 4)):
        data = chance.choice(_WAYS)(data, chance)
    return data[:1_000_000]


def _cut(data: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(data) + 1)
    return data[:at] if chance.random() < 0.7 else data[at:]


def _flip(data: bytes, chance: random.Random) -> bytes:
    out = bytearray(data)
    for _ in range(chance.randint(1, 1 + len(out) // 50) if out else 0):
        out[chance.randrange(len(out))] = chance.randrange(256)
    return bytes(out)


def _swap_headers(data: bytes, chance: random.Random) -> bytes:
    block, blank, body = data.partition(b"\r\n\r\n")
    lines = block.split(b"\r\n")
    chance.shuffle(lines)
    if chance.random() < 0.3:
        lines += lines[: chance.randint(1, 4)]
    if chance.random() < 0.3:
        lines = lines[1:]
    return b"\r\n".join(lines) + blank + body


def _double(data: bytes, chance: random.Random) -> bytes:
    pieces = data.split(b"--edge")
    pieces.insert(chance.randrange(len(pieces) + 1), chance.choice(pieces))
    return b"--edge".join(pieces * chance.choice((1, 1, 1, 30)))


def _lie(data: bytes, chance: random.Random) -> bytes:
    label = chance.choice(LABELS)
    return re.sub(rb"(?i)(charset=|=\?)[a-z0-9_\-\"]+", lambda m: m.group(1) + label, data)


def _encode_wrongly(data: bytes, chance: random.Random) -> bytes:
    kinds = (b"base64", b"quoted-printable", b"x-uuencode", b"8bit", b"binary", b"bas e64", b"\xff")
    wrong = b"Content-Transfer-Encoding: " + chance.choice(kinds)
    if b"Content-Transfer-Encoding" in data:
        return re.sub(rb"Content-Transfer-Encoding: [^\r\n]+", lambda _m: wrong, data)
    return wrong + b"\r\n" + data


def _change_type(data: bytes, chance: random.Random) -> bytes:
    kinds = (
        b"multipart/mixed; boundary=edge", b"multipart/alternative", b"message/rfc822", b"message/partial", b"text/html",
        b"message/delivery-status", b"text/enriched", b"application/ms-tnef", b"text/calendar", b"application/pkcs7-mime",
        b"multipart/report; boundary=edge; report-type=delivery-status", b"multipart/appledouble; boundary=edge",
        b"text/plain; charset=utf-16", b"image/png", b"/", b"text/plain; format=flowed", b"message/external-body",
    )  # fmt: skip
    found = list(re.finditer(rb"(?i)content-type: [^\r\n;]+", data))
    if not found:
        return b"Content-Type: " + chance.choice(kinds) + b"\r\n" + data
    one = chance.choice(found)
    return data[: one.start()] + b"Content-Type: " + chance.choice(kinds) + data[one.end() :]


def _line_ends(data: bytes, chance: random.Random) -> bytes:
    return data.replace(b"\r\n", chance.choice((b"\n", b"\r", b"\r\r\n", b"\n\r", b"\x85", b"\n\n")))


def _wrap(data: bytes, chance: random.Random) -> bytes:
    if chance.random() < 0.5:
        return b"Content-Type: message/rfc822\r\n\r\n" * chance.choice((1, 3, 60, 400)) + data
    out = data
    for level in range(chance.choice((1, 2, 12, 60))):
        out = b"Content-Type: multipart/mixed; boundary=l%d\r\n\r\n--l%d\r\n%s\r\n--l%d--" % (
            level,
            level,
            out,
            level,
        )
    return out


def _stretch(data: bytes, chance: random.Random) -> bytes:
    """One piece of the message over and over, where parsers have their quadratic paths."""
    start = chance.randrange(len(data) + 1)
    piece = data[start : start + chance.randint(1, 40)]
    return data[:start] + piece * chance.choice((20, 1000, 15_000)) + data[start:]


def _sprinkle(data: bytes, chance: random.Random) -> bytes:
    bits = (
        b"\x00", b"\xef\xbb\xbf", b"=?utf-8?b?", b"?=", b"\x1b$B", b"\xed\xa0\x80", b"<div>", b"</", b"<!--", b"(", b'"', b"<",
        b"=\r\n", b"\r\n\r\n", b"--edge--", b"begin 644 x\r\n", b"\xe2\x80\xae", b"&#0;", b"&#xd800;", b"~{", b"+2AA-",
        b"From ", b"\r\n.\r\n", b";;;", b"*0*=", b"%00",
    )  # fmt: skip
    for _ in range(chance.randint(1, 12)):
        at = chance.randrange(len(data) + 1)
        data = data[:at] + chance.choice(bits) * chance.choice((1, 1, 3, 200)) + data[at:]
    return data


_WAYS: tuple[Callable[[bytes, random.Random], bytes], ...] = (
    _cut, _flip, _swap_headers, _double, _lie, _encode_wrongly, _change_type, _line_ends, _wrap, _stretch, _sprinkle,
)  # fmt: skip


def shared(folder: Path) -> list[bytes]:
    """Other projects' messages, where they lie beside the repository."""
    return [path.read_bytes() for path in sorted((folder / "eml").glob("*.eml"))]
