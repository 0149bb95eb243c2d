"""The mailboxes of this portal: how each is reached, what its mail begins with, and which of them a recipient means.

Refuses to read files and secrets: rules/mailbox_file.py reads the description, the doors ask for a secret when they need it.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from portal.tickets.rules.words import Kind, Urgency


@dataclass(frozen=True)
class MailboxDefaults:
    """What routing takes where the mail itself says nothing."""

    team: str | None = None
    """The name of the team that new tickets go to."""
    organisation_id: int | None = None
    """Whose tickets unknown senders open here; None: they are held."""
    kind: Kind = Kind.FAULT
    urgency: Urgency = Urgency.NORMAL
    language: str | None = None
    """Of answers to people whose language nobody knows; None: the provider's."""
    acknowledge: bool = True
    join_by_subject: bool = False
    """Whether a ticket's number in the subject alone names the ticket."""
    trust_reply_to: bool = False
    """Whether Reply-To says who writes; for forms on web sites that send in their own name."""
    closed_days: int | None = None
    """A reply to a ticket closed for longer opens a new one; None: the tickets' own rule."""
    authserv_id: str = ""
    """RFC 8601: the name under which our own server writes Authentication-Results; empty: none is believed."""


@dataclass(frozen=True)
class Secret:
    """Where a secret is: `source` "env" or "file" and its name there, or "given" with the value itself."""

    source: str
    name: str = field(repr=False)


@dataclass(frozen=True)
class OAuth:
    """How a new access token is asked for (RFC 6749, 6). Tokens go to `token_url` and nowhere else."""

    token_url: str
    client_id: str
    refresh_token: Secret
    client_secret: Secret | None = None
    scope: str = ""


@dataclass(frozen=True)
class Imap:
    """How a mailbox is fetched. Either `password` or `oauth`."""

    host: str
    user: str
    password: Secret | None = None
    oauth: OAuth | None = None
    port: int = 993
    tls: str = "tls"
    folders: tuple[str, ...] = ("INBOX",)
    archive: str = "Archive"
    """Committed messages are moved there; empty: they stay."""
    poll_seconds: int = 20
    idle: bool = True
    """Whether to wait for the server's word between two looks, where it offers that (RFC 2177)."""

    def place(self, folder: str) -> str:
        """As a folder is named to staff, and in MailboxState."""
        return f"{self.user}@{self.host}/{folder}"[:300]

    @property
    def places(self) -> list[str]:
        return [self.place(folder) for folder in self.folders]


@dataclass(frozen=True)
class Mailbox:
    """`addresses`: everything delivered here, in lower case, without sub-addresses. `imap` None: by pipe or LMTP alone."""

    name: str
    addresses: tuple[str, ...]
    defaults: MailboxDefaults = MailboxDefaults()
    imap: Imap | None = None


def bare(address: str) -> str:
    """An address as mailboxes are compared: lower case, without its sub-address (RFC 5233)."""
    local, _, domain = address.strip().strip("<>").lower().rpartition("@")
    return f"{local.partition('+')[0]}@{domain}"


def of_recipients(mailboxes: Iterable[Mailbox], recipients: Iterable[str]) -> Mailbox | None:
    """The mailbox that the first recipient of ours belongs to."""
    by_address = {address: box for box in reversed(tuple(mailboxes)) for address in box.addresses}
    return next((by_address[a] for r in recipients if (a := bare(r)) in by_address), None)


def recipients_named(raw: bytes, limit: int = 50) -> list[str]:
    """Who a message was delivered to and addressed to, by its own headers; the delivering server's words come first.

    For doors that are not told the recipient. Looks at the first 64 KiB of the header block alone.
    """
    block = re.split(rb"\r?\n\r?\n", raw[: 1 << 16], maxsplit=1)[0]
    found: dict[bytes, list[str]] = {}
    for line in re.split(rb"\r?\n(?![ \t])", block):
        name, _, value = line.partition(b":")
        addresses = re.findall(r"[^\s@<>,;:\"()]{1,64}@[A-Za-z0-9.-]{1,255}", value.decode("ascii", "ignore"))
        found.setdefault(name.strip().lower(), []).extend(addresses[:limit])
    order = (b"x-original-to", b"delivered-to", b"envelope-to", b"to", b"cc")
    return [a for name in order for a in found.get(name, ())][:limit]
