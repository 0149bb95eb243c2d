"""Reading a kept message: in the child process, outside of every transaction, and its files into the file store.

Owns the child. Refuses to decide: service.settling does.
"""

import io
import mimetypes
from dataclasses import dataclass
from typing import Any

from flask import current_app

from portal.config import Settings
from portal.infra import files
from portal.infra.child import Child, ChildFailed
from portal.intake.rules import wire
from portal.intake.rules.charsets import file_name
from portal.intake.rules.mail import Attachment, ParsedMail, Unreadable
from portal.web import uploads
from portal.web.uploads import StoredFile

SECONDS = 5.0
MEGABYTES = 300
_child = Child("portal.intake.rules.wire:answer", seconds=SECONDS, megabytes=MEGABYTES)


@dataclass(frozen=True)
class ReadFile:
    """An attachment in the file store, with the id by which the HTML text shows it."""

    stored: StoredFile
    content_id: str | None


@dataclass(frozen=True)
class Reading:
    """A mail with its files stored. `kept_back`: names of what stays in the original alone."""

    mail: ParsedMail
    files: tuple[ReadFile, ...]
    kept_back: tuple[str, ...]


def settings() -> Settings:
    found: Settings = current_app.extensions["portal_settings"]
    return found


def parse(raw: bytes) -> ParsedMail:
    """Read bytes in the child process. Raises Unreadable: over a cap, no mail, too slow, too hungry, or a fault of the parser."""
    if len(raw) > settings().max_mail_bytes:
        raise Unreadable("too_large", f"{len(raw)} bytes")
    try:
        return wire.unpack(*_ask(raw))
    except ChildFailed as error:
        raise Unreadable("timeout" if error.code == "starved" else error.code) from error


def _ask(raw: bytes) -> tuple[Any, list[bytes]]:
    """A machine that had no time for the child is no fault of the message: it is asked once more."""
    try:
        return _child.call(raw)
    except ChildFailed as error:
        if error.code != "starved":
            raise
    return _child.call(raw)


def read(sha256: str) -> ParsedMail:
    """Parse a kept message; raises Unreadable, FileNotFoundError."""
    return parse(files.read(sha256))


def read_with_files(sha256: str) -> Reading:
    """Parse a kept message and store its attachments; raises Unreadable, OSError."""
    mail = read(sha256)
    limit = settings().max_file_bytes
    good: list[ReadFile] = []
    back: list[str] = []
    for number, attachment in enumerate(mail.attachments, start=1):
        name = shown_name(attachment, number)
        if attachment.role == "machine":
            continue
        if attachment.size > limit or name.rpartition(".")[2].lower() in uploads.REFUSED_ENDINGS:
            back.append(name)
            continue
        sha, size = files.put(io.BytesIO(attachment.data), limit)
        stored = StoredFile(name, uploads.real_type(sha, attachment.type)[:120], size, sha)
        good.append(ReadFile(stored, attachment.content_id[:250] or None if attachment.inline else None))
    return Reading(mail, tuple(good), tuple(back))


def shown_name(attachment: Attachment, number: int) -> str:
    """The attachment's own name, or one made of its number and kind."""
    if attachment.name:
        return file_name(attachment.name)
    ending = {"image/jpeg": ".jpg", "text/plain": ".txt"}.get(attachment.type) or mimetypes.guess_extension(
        attachment.type
    )
    return f"attachment-{number}{ending or ''}"
