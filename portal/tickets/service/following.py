"""Who follows a ticket, what staff have read of it, and what it is about."""

from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite

from portal.assets import queries as assets
from portal.infra.db import db
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.errors import Refused
from portal.people import queries as people
from portal.tickets.models.ticket import Participant, Ticket, TicketSeen
from portal.tickets.rules.words import Kind, Urgency
from portal.tickets.service import clocks, indexing, record


def add_participant(actor: Actor, ticket: Ticket, contact_id: int) -> None:
    """Let a contact of the same organisation follow and see the ticket."""
    contact = people.member_of(ticket.organisation_id, contact_id)
    taken = select(Participant.id).where(
        Participant.ticket_id == ticket.id, Participant.contact_id == contact_id
    )
    if contact_id == ticket.requester_id or db.session.scalar(taken):
        raise Refused(_l("This person follows the ticket already."), field="contact_id")
    now = clock.now()
    db.session.add(Participant(ticket_id=ticket.id, contact_id=contact_id, added_at=now))
    record.add_change(ticket, actor, now, {"what": "participant_added", "name": contact.name}, internal=False)


def remove_participant(actor: Actor, ticket: Ticket, contact_id: int) -> None:
    """End it; what they wrote stays."""
    row = db.session.scalar(
        select(Participant).where(Participant.ticket_id == ticket.id, Participant.contact_id == contact_id)
    )
    if row is not None:
        name = row.contact.name
        db.session.delete(row)
        details = {"what": "participant_removed", "name": name}
        record.add_change(ticket, actor, clock.now(), details, internal=False)


def mark_seen(actor: Actor, ticket: Ticket, entry_id: int) -> None:
    """The actor has read up to this entry; reading an older page later takes nothing back."""
    insert = postgresql.insert if db.engine.dialect.name == "postgresql" else sqlite.insert
    statement = insert(TicketSeen).values(user_id=actor.user_id, ticket_id=ticket.id, entry_id=entry_id)
    newer = {"entry_id": statement.excluded.entry_id}
    db.session.execute(
        statement.on_conflict_do_update(
            index_elements=["user_id", "ticket_id"],
            set_=newer,
            where=TicketSeen.entry_id < statement.excluded.entry_id,
        )
    )


def keep_read(actor: Actor, ticket: Ticket, newest_before: int) -> None:
    """Who had read all before their own step has read that, too; what others wrote meanwhile stays unread."""
    db.session.execute(
        update(TicketSeen)
        .where(
            TicketSeen.user_id == actor.user_id,
            TicketSeen.ticket_id == ticket.id,
            TicketSeen.entry_id >= newest_before,
        )
        .values(entry_id=ticket.last_entry_id)
    )


def mark_unread(actor: Actor, ticket: Ticket) -> None:
    """The actor wants to be reminded: the newest entry counts as not read."""
    insert = postgresql.insert if db.engine.dialect.name == "postgresql" else sqlite.insert
    before = {"entry_id": max(0, ticket.last_entry_id - 1)}
    statement = insert(TicketSeen).values(user_id=actor.user_id, ticket_id=ticket.id, **before)
    db.session.execute(statement.on_conflict_do_update(index_elements=["user_id", "ticket_id"], set_=before))


@dataclass(frozen=True)
class About:
    """What a ticket is about, as staff may correct it."""

    subject: str
    kind: Kind
    urgency: Urgency
    device_id: int | None
    site_id: int | None


def correct(actor: Actor, ticket: Ticket, about: About) -> None:
    """Change subject, kind, urgency, device or site; the timeline keeps what it was."""
    if about.device_id:
        assets.device_of(ticket.organisation_id, about.device_id)
    if about.site_id:
        people.site_of(ticket.organisation_id, about.site_id)
    changes: dict[str, Any] = {
        name: (getattr(ticket, name), getattr(about, name))
        for name in ("subject", "kind", "urgency", "device_id", "site_id")
        if getattr(ticket, name) != getattr(about, name)
    }
    now = clock.now()
    for name, (before, after) in changes.items():
        setattr(ticket, name, after)
        record.add_change(
            ticket, actor, now, {"what": name, "from": str(before or ""), "to": str(after or "")}
        )
    if changes.keys() & {"subject", "device_id"}:
        db.session.flush()
        indexing.anew(ticket.id)
    if changes.keys() & {"kind", "urgency", "device_id"}:
        db.session.flush()
        db.session.refresh(ticket, ["device"])
        clocks.promise(ticket, now)
