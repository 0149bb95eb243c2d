"""Makes messages for the tests, byte by byte where the standard library would be too polite."""

from portal.intake.rules.mail import ParsedMail
from portal.intake.rules.parse import parse


def raw(
    body: bytes | str = b"Hello", *headers: str | bytes, kind: str = "text/plain; charset=utf-8"
) -> bytes:
    """A message with these header lines before the usual ones; a header given replaces the usual one of its name."""
    lines = [h if isinstance(h, bytes) else h.encode() for h in headers]
    given = {line.partition(b":")[0].strip().lower() for line in lines}
    usual = [
        b"From: Wang Xiaoming <owner@harbour.example>",
        b"To: support@portal.example",
        b"Subject: The printer is jammed",
        b"Date: Tue, 3 Nov 2026 10:22:11 +0800",
        b"Message-ID: <one@harbour.example>",
        b"MIME-Version: 1.0",
        b"Content-Type: " + kind.encode(),
    ]
    lines += [line for line in usual if line.partition(b":")[0].lower() not in given]
    lines = [
        line for line in lines if line.partition(b":")[2].strip() != b"-"
    ]  # "Date: -" leaves the header out
    return b"\r\n".join(lines) + b"\r\n\r\n" + (body.encode() if isinstance(body, str) else body)


def read(
    body: bytes | str = b"Hello", *headers: str | bytes, kind: str = "text/plain; charset=utf-8"
) -> ParsedMail:
    return parse(raw(body, *headers, kind=kind))


def multipart(subtype: str, *parts: bytes, extra: str = "") -> tuple[bytes, str]:
    """The body and the Content-Type of a multipart message."""
    body = b"".join(b"--edge\r\n" + part + b"\r\n" for part in parts) + b"--edge--\r\n"
    return body, f'multipart/{subtype}; boundary="edge"{extra}'


def part(kind: str, data: bytes | str, *headers: str) -> bytes:
    data = data.encode() if isinstance(data, str) else data
    return "\r\n".join([f"Content-Type: {kind}", *headers]).encode() + b"\r\n\r\n" + data
