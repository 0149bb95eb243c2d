"""What routing needs to know, and what the page of incoming mail shows. Staff alone see any of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from portal.infra.db import db
from portal.intake.models import InboundMessage, MailboxState
from portal.intake.rules.mail import ParsedMail
from portal.intake.rules.route import Facts, Sender
from portal.intake.rules.state import InboundState
from portal.kernel import refs
from portal.kernel.actor import SYSTEM, Actor
from portal.kernel.errors import NotFound
from portal.people import models as people_tables
from portal.people import queries as people
from portal.tickets.models import ticket as ticket_tables
from portal.tickets.queries import scope as tickets

Row = InboundMessage
"""What the pages are given."""
PAGE = 40
STUCK_AFTER = timedelta(minutes=10)


def facts_of(mail: ParsedMail, *, secret: str, own_addresses: frozenset[str], now: datetime) -> Facts:
    """Everything that rules.route asks about a mail, gathered in a handful of queries."""
    addressed = [*(a.email for a in (*mail.to, *mail.cc)), *mail.delivered_to]
    named = [n for a in addressed[:500] if (n := refs.ticket_of_reply_address(secret, a)) is not None]
    token_numbers = _existing(dict.fromkeys(named))
    # The parent first, then the chain from its newest end; for a report, the mail that it is about.
    ids = list(dict.fromkeys([*mail.in_reply_to, *reversed(mail.references), *mail.flags.original_ids]))[:60]
    reference_numbers = _numbers_of(ids)
    return Facts(
        own_addresses=own_addresses,
        sent_by_us=bool(mail.message_id) and _is_ours(mail.message_id),
        token_numbers=tuple(token_numbers),
        reference_numbers=tuple(reference_numbers),
        sender=_sender(mail.sender.email, {*token_numbers, *reference_numbers}),
        tickets_last_hour=_recent_tickets(mail.sender.email, now - timedelta(hours=1)),
    )


def _existing(numbers: Iterable[int]) -> list[int]:
    wanted = list(numbers)[:50]
    if not wanted:
        return []
    table = ticket_tables.Ticket
    found = set(db.session.scalars(select(table.number).where(table.number.in_(wanted))))
    return [n for n in wanted if n in found]


def _spellings(message_id: str) -> list[str]:
    return [message_id[:500], f"<{message_id}>"[:500]]


def _numbers_of(ids: list[str]) -> list[int]:
    if not ids:
        return []
    kept, table = ticket_tables.TicketMessageId, ticket_tables.Ticket
    rows = db.session.execute(
        select(kept.message_id, table.number)
        .join(table, table.id == kept.ticket_id)
        .where(kept.message_id.in_([s for i in ids for s in _spellings(i)]))
    )
    by_id = {row.message_id.strip("<>"): row.number for row in rows}
    return list(dict.fromkeys(by_id[i] for i in ids if i in by_id))


def _is_ours(message_id: str) -> bool:
    kept = ticket_tables.TicketMessageId
    query = select(kept.id).where(kept.message_id.in_(_spellings(message_id)), kept.outgoing)
    return db.session.scalar(query.limit(1)) is not None


def _sender(address: str, numbers: set[int]) -> Sender | None:
    contact = people.contact_by_email(address) if address else None
    if contact is None:
        return None
    actor = people.actor_of(contact)
    user = contact.user
    sees: frozenset[int] = frozenset()
    if numbers:
        visible = tickets.tickets_for(actor).where(ticket_tables.Ticket.number.in_(numbers))
        sees = frozenset(ticket.number for ticket in db.session.scalars(visible))
    organisations = tuple(
        m.organisation_id for m in contact.memberships if m.active and m.organisation_id in actor.memberships
    )
    return Sender(contact.id, bool(user and user.active and user.staff_role), organisations, sees)


def _recent_tickets(address: str, since: datetime) -> int:
    query = select(func.count(InboundMessage.id)).where(
        InboundMessage.sender == address.lower(),
        InboundMessage.received_at > since,
        InboundMessage.state == InboundState.TICKET,
    )
    return int(db.session.scalar(query) or 0)


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
