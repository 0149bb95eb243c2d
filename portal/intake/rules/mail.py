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
    text: int = 1_000_000
    """Characters of plain text that are read; a longer part is kept as a file as well."""
    html: int = 2_000_000


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
class Verdict:
    """One method's result in an Authentication-Results header (RFC 8601).

    `server` is the authserv-id: only our own server's word counts, for anybody can write the header. `domain`: whom the method
    judged (dmarc: of From; dkim: the signer, d=; spf: the envelope's sender), in lower case. `position`: 0 is the topmost header.
    """

    server: str
    method: str
    result: str
    domain: str = ""
    position: int = 0


@dataclass(frozen=True)
class Forwarded:
    """What a forwarded message says of itself. `note`: the forwarder's own words above; `text`: the forwarded message's."""

    sender: Address
    subject: str = ""
    text: str = ""
    note: str = ""


@dataclass(frozen=True)
class Flags:
    """What machines say about themselves. `no_autoreply` includes `auto`, bounces, lists, bulk mail and loops."""

    auto: bool = False
    no_autoreply: bool = False
    bulk: bool = False
    via_list: str = ""
    """The List-Id (RFC 2919) or else the posting address of the list that it came through."""
    bounce: bool = False
    bounce_recipients: tuple[str, ...] = ()
    """Whom it did not reach, in lower case; with `bounce_temporary` whom it has not reached yet."""
    bounce_status: str = ""
    """The enhanced code (RFC 3463) such as 5.1.1; derived from the reply code or the words where no field says it."""
    bounce_temporary: bool = False
    original_ids: tuple[str, ...] = ()
    """Message-IDs of the mail that a report is about."""
    read_receipt: bool = False
    feedback_report: bool = False
    challenge: bool = False
    """It asks the sender to prove that they are a person before it delivers their mail."""
    gateway: str = ""
    """"fax" or "voicemail": a machine wrote down a call."""
    gateway_number: str = ""
    """The caller's number, digits with at most a leading +."""
    looped: bool = False
    """It bears the loop mark of a desk program, ours or another's."""
    own_loop: bool = False
    """It bears this program's loop mark. Anybody can write it: the signed Message-ID is the proof."""
    spam: bool = False
    """A filter on its way calls it spam."""
    auth_fail: bool = False
    """The topmost verdicts say that the sender is not who From says. For a decision about rights read `verdicts`."""
    verdicts: tuple[Verdict, ...] = ()
    encrypted: bool = False
    signed: bool = False


@dataclass(frozen=True)
class Invitation:
    """A meeting that a mail invites to, moves or cancels. Times are ISO without a zone, a bare date for a whole day."""

    method: str = ""
    """As RFC 5546 has it, in lower case: request, cancel, reply, publish…"""
    summary: str = ""
    begins: str = ""
    ends: str = ""
    zone: str = ""
    """A name of the zone database, "UTC", the writer's own name for it, or empty: then no zone is said."""
    where: str = ""
    organiser: str = ""
    people: tuple[str, ...] = ()
    repeats: bool = False


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
    author: Address = Address("")
    """Who really wrote, behind a list's rewriting of From; else the sender. Reply-To counts by setting: author.who()."""
    author_by: str = "from"
    """What named the author: "from", "original_from", "list"."""
    forwarded: Forwarded | None = None
    """Set where the newest text is a message of somebody else, forwarded. Who may forward for whom is route.py's."""
    headers: dict[str, tuple[str, ...]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    """"text_cut", "html_too_deep"; "encrypted" and "signed_inside": words are in it that nobody here can read."""
    invitations: tuple[Invitation, ...] = ()
