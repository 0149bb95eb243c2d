"""What routing needs to know, and what the page of incoming mail shows. Staff alone see any of it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, selectinload

from portal.infra.db import db
from portal.intake.models import InboundMessage, MailboxState
from portal.intake.rules import author
from portal.intake.rules.mail import ParsedMail
from portal.intake.rules.mailboxes import MailboxDefaults, bare
from portal.intake.rules.routing.facts import Copied, Facts, NamedTicket, Sender
from portal.intake.rules.routing.subjects import bare_subject, is_answer
from portal.intake.rules.state import InboundState
from portal.kernel import refs
from portal.kernel.actor import SYSTEM, Actor
from portal.kernel.errors import NotFound
from portal.people import models as people_tables
from portal.people import queries as people
from portal.tickets.models import ticket as ticket_tables
from portal.tickets.queries import merged
from portal.tickets.queries import scope as tickets
from portal.tickets.rules.words import ENDED

Row = InboundMessage
"""What the pages are given."""
PAGE = 40
STUCK_AFTER = timedelta(minutes=10)
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


def facts_of(mail: ParsedMail, house: House, *, envelope_to: Iterable[str] = (), now: datetime) -> Facts:
    """Everything that rules.routing asks about a mail, gathered in a handful of queries."""
    writer = author.who(mail, reply_to_wins=house.mailbox.trust_reply_to)
    addressed = [*(a.email for a in (*mail.to, *mail.cc)), *mail.delivered_to, *envelope_to][:500]
    named = (n for a in addressed if (n := refs.ticket_of_reply_address(house.secret, a)) is not None)
    tokens = list(dict.fromkeys(named))[:50]
    # The parent first, then the chain from its newest end; for a report, the mail that it is about.
    ids = list(dict.fromkeys([*mail.in_reply_to, *reversed(mail.references), *mail.flags.original_ids]))[:60]
    by_reference = _numbers_of(ids, mail.subject) if ids else []
    contact = people.contact_by_email(writer.email) if "@" in writer.email else None
    actor = people.actor_of(contact) if contact else None
    by_subject = _numbers_by_subject(mail.subject, actor) if house.mailbox.join_by_subject else []
    known = _named_tickets({*tokens, *by_reference, *by_subject})
    recent = _recent(writer.email, now - timedelta(hours=1))
    forwarded = mail.forwarded.sender.email if mail.forwarded else ""
    client = people.contact_by_email(forwarded) if "@" in forwarded else None
    return Facts(
        now=now,
        mailbox=house.mailbox,
        own_addresses=house.own_addresses,
        writer=writer,
        sender=_sender(contact, actor, known) if contact and actor else None,
        loop_mark=house.loop_mark,
        sent_by_us=bool(mail.message_id) and _any_ours([mail.message_id]),
        answers_ours=any(_is_our_form(i, house.own_addresses) for i in ids) or (bool(ids) and _any_ours(ids)),
        token_numbers=tuple(n for n in tokens if n in known),
        reference_numbers=tuple(n for n in by_reference if n in known),
        subject_numbers=tuple(n for n in by_subject if n in known),
        tickets=known,
        forwarded_from=_sender(client, people.actor_of(client), {}) if client else None,
        domain_organisation=organisation_at(writer.email),
        copied=_copied([a.email for a in (*mail.to, *mail.cc)], house.own_addresses),
        tickets_last_hour=recent.get(InboundState.TICKET, 0),
        replies_last_hour=recent.get(InboundState.REPLY, 0),
    )


def _named_tickets(numbers: set[int]) -> dict[int, NamedTicket]:
    """Those that exist, each with the ticket in which it goes on."""
    if not numbers:
        return {}
    onward = merged.surviving(numbers)
    table = ticket_tables.Ticket
    query = select(table).where(table.number.in_({*numbers, *onward.values()}))
    found = {ticket.number: ticket for ticket in db.session.scalars(query)}
    known = {}
    for number in numbers & found.keys():
        last = found.get(onward.get(number, number), found[number])
        ended = None
        if last.status in ENDED:
            ended = max((t for t in (last.resolved_at, last.closed_at) if t), default=last.status_since)
        known[number] = NamedTicket(last.organisation_id, last.number, ended)
    return known


def _spellings(message_id: str) -> list[str]:
    return [message_id[:500], f"<{message_id}>"[:500]]


def _numbers_of(ids: list[str], subject: str) -> list[int]:
    """Tickets that hold these Message-IDs, in the order of the ids. An id that two different mails bore, and so two tickets
    hold, names the one whose subject is the mail's, else none."""
    kept, table, came = ticket_tables.TicketMessageId, ticket_tables.Ticket, InboundMessage
    known = (
        select(kept.message_id, table.number, table.subject)
        .join(table, table.id == kept.ticket_id)
        .where(kept.message_id.in_([s for i in ids for s in _spellings(i)]))
    )
    arrived = (
        select(came.message_id, table.number, table.subject)
        .join(table, table.id == came.ticket_id)
        .where(came.message_id.in_([i[:512] for i in ids]), came.state.in_(SETTLED_ON_TICKET))
    )
    by_id: dict[str, dict[int, str]] = {}
    for message_id, number, of_ticket in db.session.execute(known.union(arrived)):
        by_id.setdefault(message_id.strip("<>"), {})[number] = of_ticket
    wanted = bare_subject(subject)
    chosen: list[int] = []
    for of_id in (by_id.get(i, {}) for i in ids):
        chosen += [n for n, s in of_id.items() if len(of_id) == 1 or bare_subject(s) == wanted]
    return list(dict.fromkeys(chosen))


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


def _any_ours(ids: list[str]) -> bool:
    kept = ticket_tables.TicketMessageId
    query = select(kept.id).where(kept.message_id.in_([s for i in ids for s in _spellings(i)]), kept.outgoing)
    return db.session.scalar(query.limit(1)) is not None


def _sender(contact: people_tables.Contact, actor: Actor, known: Mapping[int, NamedTicket]) -> Sender:
    user = contact.user
    sees: frozenset[int] = frozenset()
    if known:
        wanted = {*known, *(t.goes_on_in for t in known.values())}
        table = ticket_tables.Ticket
        visible = tickets.tickets_for(actor).with_only_columns(table.number).where(table.number.in_(wanted))
        seen = set(db.session.scalars(visible))
        sees = frozenset(n for n, t in known.items() if t.goes_on_in in seen)
    organisations = tuple(
        m.organisation_id for m in contact.memberships if m.active and m.organisation_id in actor.memberships
    )
    return Sender(contact.id, bool(user and user.active and user.staff_role), organisations, sees)


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


def organisation_at(address: str | None) -> int | None:
    """The client organisation that has this address's domain, as staff verified it."""
    domain = (address or "").lower().rpartition("@")[2]
    if not domain:
        return None
    table = people_tables.OrganisationDomain
    ours = people.organisations_for(SYSTEM).with_only_columns(people_tables.Organisation.id)
    return db.session.scalar(
        select(table.organisation_id).where(table.domain == domain, table.organisation_id.in_(ours))
    )


def _recent(address: str, since: datetime) -> dict[InboundState, int]:
    """What an address's mails became since then."""
    query = (
        select(InboundMessage.state, func.count(InboundMessage.id))
        .where(InboundMessage.sender == address.lower(), InboundMessage.received_at > since)
        .group_by(InboundMessage.state)
    )
    return {state: int(n) for state, n in db.session.execute(query)}


def staff_actor(contact_id: int) -> Actor:
    """One of the staff as an actor, for a mail whose DMARC was right; raises NotFound."""
    user = db.session.scalar(
        select(people_tables.User).where(
            people_tables.User.contact_id == contact_id,
            people_tables.User.active,
            people_tables.User.staff_role.is_not(None),
        )
    )
    if user is None:
        raise NotFound
    return Actor(user.id, contact_id, user.contact.name, user.staff_role)


def team_named(name: str | None) -> int | None:
    """A team's id; None where there is none of this name, so that a ticket is never lost over a mistyped one."""
    return (
        db.session.scalar(select(people_tables.Team.id).where(people_tables.Team.name == name))
        if name
        else None
    )


def answers_unread_mail(row: InboundMessage, mail: ParsedMail, now: datetime) -> bool:
    """Whether it refers to a mail that came shortly before and is not settled yet: the ticket to join is about to be."""
    ids = [i[:512] for i in (*mail.in_reply_to, *mail.references)][:60]
    if not ids:
        return False
    query = select(InboundMessage.id).where(
        InboundMessage.message_id.in_(ids),
        InboundMessage.state == InboundState.RECEIVED,
        InboundMessage.id < row.id,
        InboundMessage.received_at > now - STUCK_AFTER,
    )
    return db.session.scalar(query.limit(1)) is not None


def unread(inbound_id: int) -> str | None:
    """The hash of the raw bytes of a message that nothing became of yet, for the job that reads it; None of any other."""
    query = select(InboundMessage.sha256).where(
        InboundMessage.id == inbound_id, InboundMessage.state == InboundState.RECEIVED
    )
    return db.session.scalar(query)


def inbound(actor: Actor, inbound_id: int, *, lock: bool = False) -> InboundMessage:
    """One message, for staff; raises NotFound. `lock` holds the row until the transaction ends."""
    if not (actor.is_staff or actor.is_system):
        raise NotFound
    query = select(InboundMessage).where(InboundMessage.id == inbound_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    found = db.session.scalar(query)
    if found is None:
        raise NotFound
    return found


def messages(actor: Actor, states: Iterable[InboundState], before: int | None = None) -> list[InboundMessage]:
    """Newest first, one more than a page, for staff; clients get nothing."""
    if not actor.is_staff:
        return []
    query = select(InboundMessage).where(InboundMessage.state.in_(list(states)))
    if before is not None:
        query = query.where(InboundMessage.id < before)
    return list(db.session.scalars(query.order_by(InboundMessage.id.desc()).limit(PAGE + 1)))


def stuck(actor: Actor, now: datetime) -> list[InboundMessage]:
    """Messages that wait to be read for longer than they should."""
    if not actor.is_staff:
        return []
    query = select(InboundMessage).where(
        InboundMessage.state == InboundState.RECEIVED, InboundMessage.received_at < now - STUCK_AFTER
    )
    return list(db.session.scalars(query.order_by(InboundMessage.id).limit(50)))


@dataclass(frozen=True)
class Account:
    """Of one day: received = tickets + replies + held + ignored + waiting, and waiting is 0 a minute later."""

    received: int
    tickets: int
    replies: int
    held: int
    ignored: int
    waiting: int


def account_of(day: date, zone: ZoneInfo) -> Account:
    """What came in on a day, in this zone, and what became of it."""
    start = datetime(day.year, day.month, day.day, tzinfo=zone)
    following = day + timedelta(days=1)
    end = datetime(following.year, following.month, following.day, tzinfo=zone)
    rows = db.session.execute(
        select(InboundMessage.state, func.count(InboundMessage.id))
        .where(InboundMessage.received_at >= start, InboundMessage.received_at < end)
        .group_by(InboundMessage.state)
    )
    counts = {state: int(n) for state, n in rows}
    return Account(
        sum(counts.values()),
        counts.get(InboundState.TICKET, 0),
        counts.get(InboundState.REPLY, 0),
        counts.get(InboundState.HELD, 0),
        counts.get(InboundState.IGNORED, 0),
        counts.get(InboundState.RECEIVED, 0),
    )


def held_count(actor: Actor) -> int:
    """How many messages wait for staff, counted up to 100."""
    if not actor.is_staff:
        return 0
    some = select(InboundMessage.id).where(InboundMessage.state == InboundState.HELD).limit(100).subquery()
    return int(db.session.scalar(select(func.count()).select_from(some)) or 0)


def mailboxes() -> list[MailboxState]:
    return list(db.session.scalars(select(MailboxState).order_by(MailboxState.mailbox)))


def mailbox(name: str) -> MailboxState | None:
    return db.session.scalar(select(MailboxState).where(MailboxState.mailbox == name))


def organisations(actor: Actor) -> list[people_tables.Organisation]:
    """Client organisations by name, for a choice."""
    query = people.organisations_for(actor).order_by(people_tables.Organisation.name)
    return list(db.session.scalars(query))


def known_sender(address: str | None) -> people_tables.Contact | None:
    """The contact behind an address, for the staff's page."""
    return people.contact_by_email(address) if address else None


def ticket_number_of(ticket_id: int | None) -> int | None:
    """The public number, for a link."""
    if ticket_id is None:
        return None
    table = ticket_tables.Ticket
    return db.session.scalar(
        tickets.tickets_for(SYSTEM).with_only_columns(table.number).where(table.id == ticket_id)
    )


def ticket_numbers_of(rows: Iterable[InboundMessage]) -> dict[int, int]:
    """Public numbers by ticket id, for a list, in one query."""
    ids = {row.ticket_id for row in rows if row.ticket_id is not None}
    if not ids:
        return {}
    table = ticket_tables.Ticket
    rows_found = db.session.execute(select(table.id, table.number).where(table.id.in_(ids)))
    return {row.id: row.number for row in rows_found}
