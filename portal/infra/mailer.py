"""A letter becomes bytes, and the bytes go to an SMTP server or, without one, into a folder.

Refuses control characters in headers, whatever the subject says. Knows no database: the caller claims before and settles after.
"""

import os
import re
import smtplib
import ssl
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import encoders
from email.header import Header
from email.message import Message
from email.mime.base import MIMEBase
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.policy import compat32
from email.utils import format_datetime, formataddr
from pathlib import Path

from portal.config import Settings

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_ADDRESS = re.compile(r"[^\s<>@,;:\"()\[\]\\\x00-\x1f\x7f]+@[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?")
_KIND = re.compile(r"[a-z]+/[a-z0-9.+-]+")


class NotSent(Exception):
    """The server did not take it; `words` is what it said."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.words = words


class Later(NotSent):
    """Worth another try: no connection, 4xx, or a sign-in that the settings got wrong."""


class Never(NotSent):
    """The same message to the same address will not be taken: 5xx, or an address that is none."""


@dataclass(frozen=True)
class EnclosedFile:
    name: str
    content_type: str
    data: bytes
    parameters: Mapping[str, str] = field(default_factory=dict)
    """Of the Content-Type, e.g. the method of a calendar file."""


@dataclass(frozen=True)
class Letter:
    """One mail to one person. `message_id`, `in_reply_to` and `references` are written with their angle brackets."""

    sender_name: str
    sender: str
    to_name: str
    to: str
    subject: str
    text: str
    html: str
    message_id: str
    at: datetime
    language: str = "en"
    """RFC 3282, e.g. zh-Hans."""
    reply_to: str | None = None
    in_reply_to: str | None = None
    references: str | None = None
    auto_submitted: str | None = None
    loop_mark: str | None = None
    """By which intake knows it again when it comes back."""
    files: Sequence[EnclosedFile] = ()


def one_line(text: str) -> str:
    """A header's text: no CR, LF, NUL, other control or line separators, each run of them a space."""
    return _CONTROL.sub(" ", text).strip()


def domain_of(address: str) -> str:
    return address.rpartition("@")[2] or "localhost"


def _header(text: str) -> str | Header:
    line = one_line(text)
    return line if line.isascii() else Header(line, "utf-8")


def _person(name: str, address: str) -> str:
    return formataddr((one_line(name), one_line(address)), "utf-8")


def compose(letter: Letter) -> bytes:
    """The message as it is sent: text and HTML as alternatives, files beside them; 7-bit, CRLF."""
    body = MIMEMultipart("alternative")
    body.attach(MIMEText(letter.text, "plain", "utf-8"))
    body.attach(MIMEText(letter.html, "html", "utf-8"))
    mail: Message = body
    if letter.files:
        mail = MIMEMultipart("mixed")
        mail.attach(body)
        for file in letter.files:
            mail.attach(_enclosed(file))
    mail["From"] = _person(letter.sender_name, letter.sender)
    mail["To"] = _person(letter.to_name, letter.to)
    if letter.reply_to:
        mail["Reply-To"] = one_line(letter.reply_to)
    mail["Subject"] = _header(letter.subject)  # type: ignore[assignment]
    mail["Date"] = format_datetime(letter.at.astimezone(UTC))
    mail["Message-ID"] = one_line(letter.message_id)
    if letter.in_reply_to:
        mail["In-Reply-To"] = one_line(letter.in_reply_to)
    if letter.references:
        mail["References"] = one_line(letter.references)
    mail["Content-Language"] = one_line(letter.language)
    if letter.auto_submitted:
        mail["Auto-Submitted"] = letter.auto_submitted
    if letter.loop_mark:
        mail["X-Portal-Loop"] = one_line(letter.loop_mark)
    # Not "All": that would silence the notice that an address does not exist, too.
    mail["X-Auto-Response-Suppress"] = "DR, RN, NRN, OOF, AutoReply"
    return mail.as_bytes(policy=compat32.clone(linesep="\r\n"))


def _enclosed(file: EnclosedFile) -> MIMEBase:
    kind = file.content_type.lower()
    if not _KIND.fullmatch(kind) or kind.startswith(("multipart/", "message/", "text/html")):
        kind = "application/octet-stream"
    part = MIMEBase(*kind.split("/"))
    for name, value in file.parameters.items():
        part.set_param(name, value)
    part.set_payload(file.data)
    encoders.encode_base64(part)
    shown = one_line(file.name)
    filename = shown if shown.isascii() else ("utf-8", "", shown)
    part.add_header("Content-Disposition", "attachment", filename=filename)
    return part


def hand_over(settings: Settings, to: str, raw: bytes) -> None:
    """Give the bytes to the configured server; returns after its 250. Raises Later or Never, with the server's words."""
    if not _ADDRESS.fullmatch(to) or not to.isascii():
        raise Never(f"{to!r} is not an address that mail can be sent to")
    server = _connect(settings)
    try:
        server.sendmail(settings.support_address, [to], raw)
    except smtplib.SMTPRecipientsRefused as error:
        code, said = next(iter(error.recipients.values()))
        raise _refusal(code, said) from error
    except smtplib.SMTPResponseException as error:
        raise _refusal(error.smtp_code, error.smtp_error) from error
    except (smtplib.SMTPException, OSError) as error:
        raise Later(_words_of(error)) from error
    finally:
        with suppress(smtplib.SMTPException, OSError):  # the message is taken or not by now
            server.quit()
        server.close()


def _connect(settings: Settings) -> smtplib.SMTP:
    """Whatever goes wrong here is not about this message: all of it is worth another try."""
    host, port, name = settings.smtp_host, settings.smtp_port, domain_of(settings.support_address)
    server: smtplib.SMTP | None = None
    try:
        if settings.smtp_tls == "tls":
            context = ssl.create_default_context()
            server = smtplib.SMTP_SSL(host, port, name, timeout=settings.smtp_timeout, context=context)
        else:
            server = smtplib.SMTP(host, port, name, timeout=settings.smtp_timeout)
        if settings.smtp_tls == "starttls":
            server.starttls(context=ssl.create_default_context())
        if settings.smtp_user:
            server.login(settings.smtp_user, settings.smtp_password)
        return server
    except (smtplib.SMTPException, OSError) as error:
        if server is not None:
            server.close()
        raise Later(_words_of(error)) from error


def _refusal(code: int, said: bytes | str) -> NotSent:
    words = one_line(f"{code} {said.decode(errors='replace') if isinstance(said, bytes) else said}")
    return Never(words) if code >= 500 else Later(words)


def _words_of(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        return _refusal(error.smtp_code, error.smtp_error).words
    return one_line(str(error)) or type(error).__name__


def keep(folder: Path, at: datetime, message_id: str, raw: bytes) -> Path:
    """Write the message into a folder, whole or not at all, readable by this account alone; again under the same name."""
    folder.mkdir(parents=True, exist_ok=True)
    name = re.sub(r"[^A-Za-z0-9._@-]", "", message_id)[:120]
    place = folder / f"{at.astimezone(UTC):%Y-%m-%d %H.%M.%S} {name}.eml"
    draft = folder / f".{name}.{os.getpid()}.part"
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(raw)
            file.flush()
            os.fsync(file.fileno())
        draft.rename(place)
    finally:
        draft.unlink(missing_ok=True)
    return place
