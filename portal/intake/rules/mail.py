"""What a message becomes once it is read: plain values that cross from the child process to the worker.

Owns the shape of a parsed mail and the caps on size. Refuses behaviour: reading is parse.py's, deciding is route.py's.
"""

from dataclasses import dataclass, field
from datetime import datetime


class Unreadable(Exception):
    """The bytes cannot be read as a mail within the caps. `code` is a stable word, stored as the reason."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(code, detail)
        self.code = code
        self.detail = detail

    def __str__(self) -> str:
        return f"{self.code}: {self.detail}" if self.detail else self.code


@dataclass(frozen=True)
class Caps:
    """Limits in bytes and counts, checked on the raw bytes or while walking, before anything costly happens."""

    message: int = 40 * 1024 * 1024
    header_block: int = 512 * 1024
    header: int = 64 * 1024
    headers: int = 2000
    parts: int = 500
    depth: int = 30
    addresses: int = 500
    text: int = 2 * 1024 * 1024
    html: int = 4 * 1024 * 1024


@dataclass(frozen=True)
class Address:
    """A bare address in lower-case domain form and the decoded display name, either of which may be empty."""

    email: str
    name: str = ""


@dataclass(frozen=True)
class Attachment:
    """A part that is kept as a file.

    `role`: "file" a person's; "picture" shown inside the text by its content id; "machine" a signature or a report's part.
    """

    name: str
    type: str
    data: bytes = field(repr=False)
    content_id: str = ""
    role: str = "file"

    @property
    def inline(self) -> bool:
        return self.role == "picture"

    @property
    def size(self) -> int:
        return len(self.data)


@dataclass(frozen=True)
class Flags:
    """What machines say about themselves. `no_autoreply` includes `auto`, bounces, lists and bulk mail."""

    auto: bool = False
    no_autoreply: bool = False
    bulk: bool = False
    bounce: bool = False
    bounce_recipients: tuple[str, ...] = ()
    bounce_status: str = ""
    bounce_temporary: bool = False
    original_ids: tuple[str, ...] = ()
    """Message-IDs of the mail that a report is about."""
    receipt: bool = False
    feedback_report: bool = False
    encrypted: bool = False
    signed: bool = False


@dataclass(frozen=True)
class ParsedMail:
    """A mail as a person should read it. All text is free of NUL, lone surrogates and header-breaking characters."""

    subject: str = ""
    sender: Address = Address("")
    to: tuple[Address, ...] = ()
    cc: tuple[Address, ...] = ()
    reply_to: tuple[Address, ...] = ()
    delivered_to: tuple[str, ...] = ()
    message_id: str = ""
    in_reply_to: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    date: datetime | None = None
    body_text: str = ""
    reply_text: str = ""
    quoted_text: str = ""
    body_html: str = ""
    attachments: tuple[Attachment, ...] = ()
    flags: Flags = Flags()
    headers: dict[str, tuple[str, ...]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
