"""The facts that routing decides by, gathered for one mail in a handful of queries.

Owns what is asked. Refuses to decide: rules.routing does.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import aliased, joinedload, selectinload

from portal.infra.db import Instant, db, fetch
from portal.intake import queries
from portal.intake.models import InboundMessage
from portal.intake.rules import author
from portal.intake.rules.mail import ParsedMail
from portal.intake.rules.mailboxes import MailboxDefaults, bare
from portal.intake.rules.routing.facts import Copied, Facts, NamedTicket, Sender
from portal.intake.rules.routing.subjects import bare_subject, is_answer
from portal.intake.rules.state import InboundState
from portal.intake.service import correspondents
from portal.intake.service.correspondents import Correspondent
from portal.kernel import refs
from portal.kernel.actor import Actor
from portal.people import models as people_tables
from portal.tickets.models import ticket as ticket_tables
from portal.tickets.queries import scope as tickets
from portal.tickets.rules.words import ENDED

SETTLED_ON_TICKET = (InboundState.TICKET, InboundState.REPLY)


@dataclass(frozen=True)
class House:
    """What routing takes from the settings: our key, our addresses, the mailbox that the mail came to."""

    secret: str
    own_addresses: frozenset[str]
    mailbox: MailboxDefaults

    @property
    def loop_mark(self) -> str:
        return refs.loop_mark(self.secret)


def facts_of(
    mail: ParsedMail, house: House, *, inbound_id: int = 0, envelope_to: Iterable[str] = (), now: datetime
) -> Facts:
    """Everything that rules.routing asks about a mail, gathered in a handful of queries."""
    writer = author.who(mail, reply_to_wins=house.mailbox.trust_reply_to)
    addressed = [*(a.email for a in (*mail.to, *mail.cc)), *mail.delivered_to, *envelope_to][:500]
    named = (n for a in addressed if (n := refs.ticket_of_reply_address(house.secret, a)) is not None)
    tokens = list(dict.fromkeys(named))[:50]
    # The parent first, then the chain from its newest end; for a report, the mail that it is about.
    ids = list(dict.fromkeys([*mail.in_reply_to, *reversed(mail.references), *mail.flags.original_ids]))[:60]
    by_reference = _numbers_of(ids, mail.subject) if ids else []
    known_as = correspondents.correspondent(writer.email) if "@" in writer.email else None
    actor = known_as.actor if known_as else None
    by_subject = _numbers_by_subject(mail.subject, actor) if house.mailbox.join_by_subject else []
    known = _named_tickets({*tokens, *by_reference, *by_subject})
    recent = _recent(writer.email, now - timedelta(hours=1))
    forwarded = mail.forwarded.sender.email if mail.forwarded else ""
    client = correspondents.correspondent(forwarded) if "@" in forwarded else None
    ours = _ours_among([*([mail.message_id] if mail.message_id else []), *ids])
    return Facts(
        now=now,
        mailbox=house.mailbox,
        own_addresses=house.own_addresses,
        writer=writer,
        sender=_sender(known_as, known) if known_as else None,
        actor=actor,
        loop_mark=house.loop_mark,
        sent_by_us=mail.message_id in ours,
        came_before=bool(mail.message_id) and _came_before(mail, writer.email, inbound_id),
        answers_ours=any(i in ours or _is_our_form(i, house.own_addresses) for i in ids),
        token_numbers=tuple(n for n in tokens if n in known),
        reference_numbers=tuple(n for n in by_reference if n in known),
        subject_numbers=tuple(n for n in by_subject if n in known),
        tickets=known,
        forwarded_from=_sender(client, {}) if client else None,
        domain_organisation=queries.organisation_at(writer.email),
        copied=_copied([a.email for a in (*mail.to, *mail.cc)], house.own_addresses),
        bounced=known_as is not None and known_as.bounces,
        tickets_last_hour=recent.get(InboundState.TICKET, 0),
        replies_last_hour=recent.get(InboundState.REPLY, 0),
    )


def _came_before(mail: ParsedMail, writer: str, inbound_id: int) -> bool:
    """Whether a list's copy says what the same writer's message under this id said on a ticket already, with a footer at most."""
    if not (mail.flags.via_list or mail.flags.bulk):
        return False
    came, entry = InboundMessage, ticket_tables.TimelineEntry
    query = (
        select(entry.text)
        .join(came, came.entry_id == entry.id)
        .where(came.message_id == mail.message_id[:512], came.id != inbound_id, came.sender == writer.lower())
    )
    said = " ".join(mail.reply_text.split())
    return any(said.startswith(" ".join(text.split())) for text in db.session.scalars(query.limit(5)) if text)


def _named_tickets(numbers: set[int]) -> dict[int, NamedTicket]:
    """Those that exist, each with the ticket in which it goes on."""
    if not numbers:
        return {}
    known = {}
    for number, goes_on_in, organisation_id, status, *instants in fetch(_NAMED, {"numbers": [*numbers]}):
        status_since, *ends = instants
        ended = max((t for t in ends if t), default=status_since) if status in ENDED else None
        known[number] = NamedTicket(organisation_id, goes_on_in, ended)
    return known


_TICKET = ticket_tables.Ticket
_END = aliased(_TICKET)
_NAMED = (
    select(
        _TICKET.number, _END.number, _END.organisation_id, _END.status, _END.status_since, _END.resolved_at, _END.closed_at
    )
    .join(_END, _END.id == func.coalesce(_TICKET.merged_into_id, _TICKET.id))
    .where(_TICKET.number.in_(bindparam("numbers", expanding=True)))
)  # fmt: skip


def _spellings(message_id: str) -> list[str]:
    return [message_id[:500], f"<{message_id}>"[:500]]


def _numbers_of(ids: list[str], subject: str) -> list[int]:
    """Tickets that hold these Message-IDs, in the order of the ids. An id that two different mails bore, and so two tickets
    hold, names the one whose subject is the mail's, else none."""
    by_id: dict[str, dict[int, str]] = {}
    values = {"spelt": [s for i in ids for s in _spellings(i)], "ids": [i[:512] for i in ids]}
    for message_id, number, of_ticket in fetch(_HOLDERS, values):
        by_id.setdefault(message_id.strip("<>"), {})[number] = of_ticket
    wanted = bare_subject(subject)
    chosen: list[int] = []
    for of_id in (by_id.get(i, {}) for i in ids):
        chosen += [n for n, s in of_id.items() if len(of_id) == 1 or bare_subject(s) == wanted]
    return list(dict.fromkeys(chosen))


_HOLDERS = (
    select(ticket_tables.TicketMessageId.message_id, _TICKET.number, _TICKET.subject)
    .join(_TICKET, _TICKET.id == ticket_tables.TicketMessageId.ticket_id)
    .where(ticket_tables.TicketMessageId.message_id.in_(bindparam("spelt", expanding=True)))
    .union(
        select(InboundMessage.message_id, _TICKET.number, _TICKET.subject)
        .join(_TICKET, _TICKET.id == InboundMessage.ticket_id)
        .where(
            InboundMessage.message_id.in_(bindparam("ids", expanding=True)),
            InboundMessage.state.in_(SETTLED_ON_TICKET),
        )
    )
)


def _numbers_by_subject(subject: str, actor: Actor | None) -> list[int]:
    """Tickets whose number the subject names; else, of an answer, the sender's newest one with these very words."""
    if numbers := refs.ticket_numbers_in(subject)[:5]:
        return numbers
    words = bare_subject(subject)
    if actor is None or not words or not is_answer(subject):
        return []
    table = ticket_tables.Ticket
    query = tickets.tickets_for(actor).where(func.lower(table.subject) == words)
    return [t.number for t in db.session.scalars(query.order_by(table.id.desc()).limit(1))]


def _is_our_form(message_id: str, own_addresses: frozenset[str]) -> bool:
    """Whether it looks like one of ours, e.g. of an invitation, which belongs to no ticket. notify knows for certain."""
    local, _, domain = message_id.partition("@")
    return local.startswith("delivery.") and any(a.endswith(f"@{domain}") for a in own_addresses)


def _ours_among(ids: list[str]) -> frozenset[str]:
    """Those of these Message-IDs that our own mail about tickets bears."""
    spelt = {s: i for i in ids for s in _spellings(i)}
    return frozenset(spelt[row[0]] for row in fetch(_OURS, {"ids": [*spelt]})) if spelt else frozenset()


_MESSAGE_IDS = ticket_tables.TicketMessageId
_OURS = select(_MESSAGE_IDS.message_id).where(
    _MESSAGE_IDS.message_id.in_(bindparam("ids", expanding=True)), _MESSAGE_IDS.outgoing
)


def _sender(person: Correspondent, known: Mapping[int, NamedTicket]) -> Sender:
    sees: frozenset[int] = frozenset()
    if known:
        wanted = {*known, *(t.goes_on_in for t in known.values())}
        table = ticket_tables.Ticket
        visible = tickets.tickets_for(person.actor).with_only_columns(table.number)
        sees = frozenset(db.session.scalars(visible.where(table.number.in_(wanted))))
    return Sender(person.contact_id, person.is_staff, tuple(person.actor.memberships), sees)


def _copied(addresses: list[str], own_addresses: frozenset[str]) -> tuple[Copied, ...]:
    """Contacts behind the other addresses, in their order."""
    wanted = dict.fromkeys(a.lower() for a in addresses if "@" in a and bare(a) not in own_addresses)
    asked = list(wanted)[:50]
    if not asked:
        return ()
    emails = people_tables.ContactEmail
    query = (
        select(people_tables.Contact, emails.address)
        .join(emails, emails.contact_id == people_tables.Contact.id)
        .where(emails.address.in_(asked), people_tables.Contact.active)
        .options(selectinload(people_tables.Contact.memberships), joinedload(people_tables.Contact.user))
    )
    found = {address: contact for contact, address in db.session.execute(query)}
    return tuple(
        Copied(
            c.id,
            bool(c.user and c.user.staff_role),
            frozenset(m.organisation_id for m in c.memberships if m.active),
        )
        for a in asked
        if (c := found.get(a))
    )


def _recent(address: str, since: datetime) -> dict[InboundState, int]:
    """What an address's mails became since then."""
    return {state: int(n) for state, n in fetch(_RECENT, {"address": address.lower(), "since": since})}


_RECENT = (
    select(InboundMessage.state, func.count(InboundMessage.id))
    .where(
        InboundMessage.sender == bindparam("address"),
        InboundMessage.received_at > bindparam("since", type_=Instant),
    )
    .group_by(InboundMessage.state)
)
