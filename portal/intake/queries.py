"""What routing needs to know, and what the page of incoming mail shows. Staff alone see any of it."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Select, bindparam, case, func, select

from portal.infra.db import BigId, Instant, db, fetch
from portal.intake.models import InboundMessage, MailboxState
from portal.intake.rules.mail import ParsedMail
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


def organisation_at(address: str | None) -> int | None:
    """The client organisation that has this address's domain, as staff verified it."""
    domain = (address or "").lower().rpartition("@")[2]
    if not domain:
        return None
    found = fetch(_AT_DOMAIN, {"domain": domain})
    return found[0][0] if found else None


_DOMAINS = people_tables.OrganisationDomain
_AT_DOMAIN = select(_DOMAINS.organisation_id).where(
    _DOMAINS.domain == bindparam("domain"),
    _DOMAINS.organisation_id.in_(
        people.organisations_for(SYSTEM).with_only_columns(people_tables.Organisation.id)
    ),
)


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
    return bool(fetch(_UNREAD_PARENT, {"ids": ids, "before": row.id, "since": now - STUCK_AFTER}))


_UNREAD_PARENT = (
    select(InboundMessage.id)
    .where(
        InboundMessage.message_id.in_(bindparam("ids", expanding=True)),
        InboundMessage.state == InboundState.RECEIVED,
        InboundMessage.id < bindparam("before", type_=BigId),
        InboundMessage.received_at > bindparam("since", type_=Instant),
    )
    .limit(1)
)


def unread(inbound_id: int) -> str | None:
    """The hash of the raw bytes of a message that nothing became of yet, for the job that reads it; None of any other."""
    found = fetch(_UNREAD, {"inbound": inbound_id})
    return found[0][0] if found else None


_UNREAD = select(InboundMessage.sha256).where(
    InboundMessage.id == bindparam("inbound", type_=BigId), InboundMessage.state == InboundState.RECEIVED
)


def inbound(actor: Actor, inbound_id: int, *, lock: bool = False) -> InboundMessage:
    """One message, for staff; raises NotFound. `lock` holds the row until the transaction ends."""
    if not (actor.is_staff or actor.is_system):
        raise NotFound
    found = db.session.scalar(_LOCKED_ONE if lock else _ONE, {"inbound": inbound_id})
    if found is None:
        raise NotFound
    return found


_ONE = select(InboundMessage).where(InboundMessage.id == bindparam("inbound", type_=BigId))
_LOCKED_ONE = _ONE.with_for_update().execution_options(populate_existing=True)


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
    """Of one day, or of one mailbox: received = tickets + replies + held + ignored + waiting; the last is 0 a minute later."""

    of: date | str
    tickets: int = 0
    replies: int = 0
    held: int = 0
    ignored: int = 0
    waiting: int = 0
    received: int = 0


def accounts(today: date, zone: ZoneInfo, days: int = 7) -> tuple[list[Account], list[Account]]:
    """What came in on each of the last days, in this zone, today first, and in all of them by mailbox: one statement."""
    dates = [today - timedelta(days=n) for n in range(days)]
    starts = [datetime(d.year, d.month, d.day, tzinfo=zone) for d in dates]
    following = today + timedelta(days=1)
    end = datetime(following.year, following.month, following.day, tzinfo=zone)
    table = InboundMessage
    day = case(*((table.received_at >= start, n) for n, start in enumerate(starts)))
    box = func.coalesce(table.mailbox_name, table.door)
    rows = db.session.execute(
        select(day, box, table.state, func.count(table.id))
        .where(table.received_at >= starts[-1], table.received_at < end)
        .group_by(day, box, table.state)
    ).all()
    by_day = [
        _account(d, ((s, n) for at, _box, s, n in rows if at == index)) for index, d in enumerate(dates)
    ]
    names = sorted({name for _at, name, _state, _n in rows})
    by_box = [_account(name, ((s, n) for _at, of, s, n in rows if of == name)) for name in names]
    return by_day, by_box


def _account(of: date | str, rows: Iterable[tuple[InboundState, int]]) -> Account:
    counts: Counter[InboundState] = Counter()
    for state, n in rows:
        counts[state] += n
    became = InboundState
    return Account(
        of, counts[became.TICKET], counts[became.REPLY], counts[became.HELD], counts[became.IGNORED],
        counts[became.RECEIVED], counts.total(),
    )  # fmt: skip


def claiming(actor: Actor, number: int) -> list[InboundMessage]:
    """Held messages that claim to belong to a ticket, the newest first, for staff; raises NotFound without such a ticket."""
    if not actor.is_staff or tickets.ticket_for(actor, number) is None:
        raise NotFound
    query = select(InboundMessage).where(
        InboundMessage.state == InboundState.HELD, InboundMessage.detail == refs.ticket_number(number)
    )
    return list(db.session.scalars(query.order_by(InboundMessage.id.desc()).limit(20)))


def waiting() -> Select[tuple[int]]:
    """Messages that wait for staff, for the menu's count."""
    return select(InboundMessage.id).where(InboundMessage.state == InboundState.HELD)


def mailboxes() -> list[MailboxState]:
    return list(db.session.scalars(select(MailboxState).order_by(MailboxState.mailbox)))


def mailbox(name: str) -> MailboxState | None:
    return db.session.scalar(select(MailboxState).where(MailboxState.mailbox == name))


def organisations(actor: Actor) -> list[people_tables.Organisation]:
    """Client organisations by name, for a choice."""
    query = people.organisations_for(actor).order_by(people_tables.Organisation.name)
    return list(db.session.scalars(query))


def likely_organisation(address: str | None) -> people_tables.Organisation | None:
    """The organisation whose verified domain an address has, for the staff's page."""
    found = organisation_at(address)
    return db.session.get(people_tables.Organisation, found) if found else None


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
