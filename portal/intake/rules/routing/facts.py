"""What routing needs to know about a mail, and what its steps have found so far.

Owns plain values. Refuses to look anything up: service/facts.py gathers them before.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from portal.intake.rules.mail import Address, ParsedMail
from portal.intake.rules.mailboxes import MailboxDefaults
from portal.intake.rules.routing.outcomes import NewTicket
from portal.kernel.actor import Actor


@dataclass(frozen=True)
class Sender:
    """A contact found by the address. `organisations`: client organisations with an active membership, the default first."""

    contact_id: int
    is_staff: bool
    organisations: tuple[int, ...]
    sees: frozenset[int] = frozenset()
    """Numbers, among the tickets that the mail names and those in which they go on, that this person may see and write to."""


@dataclass(frozen=True)
class Copied:
    """A contact among the other addresses of a mail."""

    contact_id: int
    is_staff: bool
    organisations: frozenset[int]


@dataclass(frozen=True)
class NamedTicket:
    """A ticket that the mail names. `goes_on_in`: its own number, or the one that it was merged into, to the chain's end."""

    organisation_id: int
    goes_on_in: int
    ended_at: datetime | None = None
    """Of the ticket that it goes on in: when it was resolved, closed or cancelled; None while it is open."""


@dataclass(frozen=True)
class Facts:
    """Numbers are tickets' public numbers; every one is a key of `tickets`."""

    now: datetime
    mailbox: MailboxDefaults
    own_addresses: frozenset[str]
    """In lower case, without sub-addresses."""
    writer: Address
    """Whose words these are: From, the writer behind a list, or Reply-To where the mailbox says so."""
    sender: Sender | None
    actor: Actor | None = None
    """The sender, for what is written in their name; without a staff role, for mail alone proves none."""
    loop_mark: str = ""
    """What our own mail bears in X-Portal-Loop; nobody can make it without our key."""
    sent_by_us: bool = False
    """Its Message-ID is one of ours."""
    came_before: bool = False
    """It is a list's copy of a message that is on a ticket already: the same writer, id and words, a footer at most."""
    answers_ours: bool = False
    """It names a Message-ID of ours: in In-Reply-To, in References, or as the mail that a report is about."""
    token_numbers: tuple[int, ...] = ()
    """Tickets named by a signed reply address of ours, in the order of the addresses."""
    reference_numbers: tuple[int, ...] = ()
    """Tickets whose mail it refers to, the newest reference first."""
    subject_numbers: tuple[int, ...] = ()
    """Tickets named by the subject."""
    tickets: Mapping[int, NamedTicket] = field(default_factory=dict)
    forwarded_from: Sender | None = None
    """The contact whose message is forwarded in it."""
    domain_organisation: int | None = None
    """The organisation whose verified domain the writer's address has."""
    copied: tuple[Copied, ...] = ()
    bounced: bool = False
    """Our mail to the writer came back before."""
    tickets_last_hour: int = 0
    replies_last_hour: int = 0


@dataclass(frozen=True)
class Found:
    """What the steps know by now. `mail` is without what only our own servers may say."""

    mail: ParsedMail
    authentic: str = "none"
    """"pass" or "fail" by our own server's DMARC verdict on the writer's address; "none": it said neither."""
    claimed: tuple[int, ...] = ()
    by: str = ""
    """Which step found the claimed tickets."""
    number: int | None = None
    """The ticket to which the sender has a right."""
    new: NewTicket | None = None
