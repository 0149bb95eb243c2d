"""What becomes of a mail: ordered, named steps, each of which decides or passes on.

Owns the decision and its reasons. Refuses to look anything up: the facts are gathered before (queries.facts_of).
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from portal.intake.rules.mail import ParsedMail

TICKETS_AN_HOUR = 20
"""More new tickets than this from one address within an hour are held: a program without any mark, or a loop."""

REASONS = (
    "too_large",
    "header_block_too_large",
    "header_too_long",
    "too_many_headers",
    "too_many_parts",
    "too_deep",
    "empty",
    "timeout",
    "crashed",
    "memory",
    "no_sender",
    "own_mail",
    "automatic",
    "automatic_unasked",
    "bulk",
    "stranger_on_ticket",
    "no_right_on_ticket",
    "staff_by_mail",
    "unknown_sender",
    "no_organisation",
    "too_many",
    "by_staff",
    "refused",
)
"""Every code that a message may be held or ignored with; render.py has a sentence for each."""


@dataclass(frozen=True)
class NewTicket:
    """Open a ticket. `several`: the sender belongs to several organisations and this is a guess; staff are told."""

    organisation_id: int
    contact_id: int
    several: bool = False


@dataclass(frozen=True)
class Reply:
    """Add it to a ticket. `automatic`: as an internal line, nobody is told and nothing reopens."""

    number: int
    contact_id: int | None
    automatic: bool = False


@dataclass(frozen=True)
class Ignore:
    reason: str


@dataclass(frozen=True)
class Hold:
    """For staff. `number`: the ticket that it claims to belong to, shown to staff alone."""

    reason: str
    number: int | None = None


Outcome = NewTicket | Reply | Ignore | Hold


@dataclass(frozen=True)
class Sender:
    """A contact found by the address. `organisations`: client organisations with an active membership, the default first."""

    contact_id: int
    is_staff: bool
    organisations: tuple[int, ...]
    sees: frozenset[int]
    """Numbers, among those that the mail names, of tickets that this person may see and write to."""


@dataclass(frozen=True)
class Facts:
    """What routing needs to know. Numbers are tickets' public numbers."""

    own_addresses: frozenset[str]
    sent_by_us: bool
    """Its Message-ID is one of ours."""
    token_numbers: tuple[int, ...]
    """Existing tickets named by a signed reply address of ours, in the order of the addresses."""
    reference_numbers: tuple[int, ...]
    """Existing tickets whose mail it refers to, the newest reference first."""
    sender: Sender | None
    tickets_last_hour: int = 0


@dataclass(frozen=True)
class Decision:
    """`steps`: (name, finding) of every step taken; the last one decided."""

    outcome: Outcome
    steps: tuple[tuple[str, str], ...]


Step = Callable[[ParsedMail, Facts], tuple[str, Outcome | None]]


def decide(mail: ParsedMail, facts: Facts) -> Decision:
    """Take the steps in order until one decides."""
    taken: list[tuple[str, str]] = []
    for name, step in STEPS:
        finding, outcome = step(mail, facts)
        taken.append((name, finding))
        if outcome is not None:
            return Decision(outcome, tuple(taken))
    return Decision(Hold("unknown_sender"), tuple(taken))


def shape(mail: ParsedMail, facts: Facts) -> tuple[str, Outcome | None]:
    """It must say who writes."""
    if not mail.sender.email or "@" not in mail.sender.email:
        return ("no_sender", None) if mail.flags.bounce else ("no_sender", Hold("no_sender"))
    return "ok", None


def loop(mail: ParsedMail, facts: Facts) -> tuple[str, Outcome | None]:
    """Our own mail come back, by its id or because it says that we wrote it."""
    if facts.sent_by_us:
        return "own_id", Ignore("own_mail")
    if re.sub(r"\+[^@]*@", "@", mail.sender.email.lower()) in facts.own_addresses:
        return "own_address", Ignore("own_mail")
    return "no", None


def automatic(mail: ParsedMail, facts: Facts) -> tuple[str, Outcome | None]:
    """Kept and never answered: beside its ticket if it names one, else with what staff may look through."""
    if not mail.flags.auto:
        return "no", None
    number = next(iter((*facts.token_numbers, *facts.reference_numbers)), None)
    if number is not None:
        return "names_ticket", Reply(number, None, automatic=True)
    if facts.sender is not None and not _is_answer(mail):
        return "unasked", Hold(
            "automatic_unasked"
        )  # a device that writes of its own accord may report a fault
    return "answer", Ignore("automatic")


def _is_answer(mail: ParsedMail) -> bool:
    said = " ".join(mail.headers.get("auto-submitted", ())).lower()
    return (
        mail.flags.bounce
        or mail.flags.read_receipt
        or mail.flags.feedback_report
        or "auto-generated" not in said
    )


def bulk(mail: ParsedMail, facts: Facts) -> tuple[str, Outcome | None]:
    """Newsletters and lists open nothing, nor does what wants no answer, for a new ticket is acknowledged. What answers a
    ticket goes on to the next step."""
    if facts.token_numbers or facts.reference_numbers:
        return "no", None
    if mail.flags.bulk:
        return "bulk", Hold("bulk")
    if mail.flags.no_autoreply and facts.sender is not None:
        return "unasked", Hold("automatic_unasked")
    return "no", None


def token(mail: ParsedMail, facts: Facts) -> tuple[str, Outcome | None]:
    """A signed reply address names the ticket; the sender must have a right to it all the same."""
    return _to_ticket(facts, facts.token_numbers)


def references(mail: ParsedMail, facts: Facts) -> tuple[str, Outcome | None]:
    """It answers a mail that we sent or received."""
    return _to_ticket(facts, facts.reference_numbers)


def _to_ticket(facts: Facts, numbers: tuple[int, ...]) -> tuple[str, Outcome | None]:
    if not numbers:
        return "none", None
    if facts.sender is None:
        return "stranger", Hold("stranger_on_ticket", numbers[0])
    if facts.sender.is_staff:
        return "staff", Hold("staff_by_mail", numbers[0])
    allowed = next((n for n in numbers if n in facts.sender.sees), None)
    if allowed is None:
        return "no_right", Hold("no_right_on_ticket", numbers[0])
    return "participant", Reply(allowed, facts.sender.contact_id)


def known(mail: ParsedMail, facts: Facts) -> tuple[str, Outcome | None]:
    """Only a person of ours opens a ticket; staff do not by mail alone, since anybody can write their address."""
    if facts.sender is None:
        return "unknown", Hold("unknown_sender")
    if facts.sender.is_staff:
        return "staff", Hold("staff_by_mail")
    if not facts.sender.organisations:
        return "no_organisation", Hold("no_organisation")
    return "contact", None


def rate(mail: ParsedMail, facts: Facts) -> tuple[str, Outcome | None]:
    """A guard against loops that bear no mark at all."""
    if facts.tickets_last_hour >= TICKETS_AN_HOUR:
        return "too_many", Hold("too_many")
    return "ok", None


def organisation(mail: ParsedMail, facts: Facts) -> tuple[str, Outcome | None]:
    """The sender's organisation; the default one of several, and staff are told."""
    assert facts.sender is not None
    several = len(facts.sender.organisations) > 1
    ticket = NewTicket(facts.sender.organisations[0], facts.sender.contact_id, several)
    return "default_of_several" if several else "only", ticket


STEPS: tuple[tuple[str, Step], ...] = (
    ("shape", shape),
    ("loop", loop),
    ("automatic", automatic),
    ("bulk", bulk),
    ("token", token),
    ("references", references),
    ("known", known),
    ("rate", rate),
    ("organisation", organisation),
)
