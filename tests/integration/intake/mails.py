"""Mails of the cast, as bytes."""

from collections.abc import Iterable

OWNER = "owner@harbour.example"


def mail(
    body: str | bytes = "The printer is jammed.",
    *headers: str,
    sender: str | None = OWNER,
    to: str = "support@portal.example",
    subject: str = "Printer",
    message_id: str | None = "<first@harbour.example>",
    kind: str = "text/plain; charset=utf-8",
) -> bytes:
    lines = [
        *headers,
        f"To: {to}",
        f"Subject: {subject}",
        "Date: Tue, 3 Nov 2026 10:22:11 +0800",
        f"Content-Type: {kind}",
    ]
    lines += [f"From: {sender}"] if sender else []
    lines += [f"Message-ID: {message_id}"] if message_id else []
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + (body.encode() if isinstance(body, str) else body)


def with_files(body: str, files: Iterable[tuple[str, bytes]], **options: str) -> bytes:
    """A mail with attachments."""
    parts = [f"--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{body}\r\n".encode()]
    for name, data in files:
        head = f'--b\r\nContent-Type: application/octet-stream\r\nContent-Disposition: attachment; filename="{name}"\r\n\r\n'
        parts.append(head.encode() + data + b"\r\n")
    return mail(b"".join(parts) + b"--b--\r\n", kind='multipart/mixed; boundary="b"', **options)  # type: ignore[arg-type]
