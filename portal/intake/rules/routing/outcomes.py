"""What can become of a mail, and the words by which the reasons are stored.

Owns the codes; render.py has a sentence for each. Refuses to decide: decide.py does.
"""

from dataclasses import dataclass, field

from portal.tickets.rules.words import Kind, Urgency

REASONS = (
    "too_large",
    "left_on_server",
    "header_block_too_large",
    "header_too_long",
    "too_many_headers",
    "too_many_lines",
    "too_many_parts",
    "too_deep",
    "empty",
    "timeout",
    "crashed",
    "memory",
    "no_sender",
    "own_mail",
    "heartbeat",
    "list_copy",
    "automatic",
    "automatic_unasked",
    "bounce",
    "bounce_temporary",
    "bounce_unproven",
    "receipt",
    "abuse",
    "challenge",
    "bulk",
    "auth_fail",
    "stranger_on_ticket",
    "no_right_on_ticket",
    "staff_by_mail",
    "unknown_sender",
    "unknown_at_domain",
    "no_organisation",
    "too_many",
    "by_staff",
    "refused",
)
"""Every code that a message may be held or put aside with."""


@dataclass(frozen=True)
class NewTicket:
    """Open a ticket.

    `contact_id` None: the writer becomes a contact whose address nobody has verified. `several`: the sender belongs to
    several organisations and this is a guess; staff are told. `copies`: contacts who follow it. `by_staff`: the contact of
    ours who forwarded it. `team`: its name.
    """

    organisation_id: int
    contact_id: int | None
    several: bool = False
    copies: tuple[int, ...] = ()
    by_staff: int | None = None
    team: str | None = None
    kind: Kind = Kind.FAULT
    urgency: Urgency = Urgency.NORMAL
    language: str | None = None
    acknowledge: bool = True


@dataclass(frozen=True)
class Reply:
    """Add it to a ticket as the sender's words. `closed_days`: as in MailboxDefaults."""

    number: int
    contact_id: int
    copies: tuple[int, ...] = ()
    closed_days: int | None = None


@dataclass(frozen=True)
class StaffReply:
    """Add it to a ticket as the words of one of the staff. `public`: for the client to read, else an internal note."""

    number: int
    contact_id: int
    public: bool


@dataclass(frozen=True)
class Report:
    """A machine's mail about a ticket: an internal line. Nobody is answered and nothing reopens. `kind` is a reason."""

    kind: str
    number: int


@dataclass(frozen=True)
class Ignore:
    reason: str


@dataclass(frozen=True)
class Hold:
    """For staff. `number`: the ticket that it claims to belong to, shown to staff alone. `organisation_id`: a likely one."""

    reason: str
    number: int | None = None
    organisation_id: int | None = None


Outcome = NewTicket | Reply | StaffReply | Report | Ignore | Hold


@dataclass(frozen=True)
class Decision:
    """`steps`: (name, finding) of every step taken; the last one decided."""

    outcome: Outcome
    steps: tuple[tuple[str, str], ...] = field(default=())
