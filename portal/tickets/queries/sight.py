"""The facts of who can see a ticket: the people around it with their memberships, in a fixed number of statements."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import joinedload

from portal.infra.db import db
from portal.kernel.actor import Actor, ClientRole
from portal.people import queries
from portal.people.models import Contact, Membership, Organisation, OrganisationKind
from portal.tickets.models.ticket import Participant, Ticket
from portal.tickets.rules import sight as rules
from portal.tickets.rules.sight import Sight, Whose

MOST = 60
LONGEST = 100


@dataclass(frozen=True)
class Seen:
    """A person, where they belong, and whether and why they see the ticket."""

    contact_id: int
    name: str
    organisations: list[str]
    staff_role: str | None
    sight: Sight


def whose(ticket: Ticket) -> Whose:
    """The facts of a ticket; one statement."""
    rows = db.session.execute(
        select(Participant.contact_id, Participant.added_at).where(Participant.ticket_id == ticket.id)
    )
    return Whose(ticket.organisation_id, ticket.requester_id, {row[0]: row[1] for row in rows})


def people(condition: ColumnElement[bool], limit: int = MOST) -> list[tuple[Contact, Actor, list[str]]]:
    """Active people with what they are to the queries, and the names of their organisations; two statements."""
    query = select(Contact).where(Contact.active, condition).options(joinedload(Contact.user))
    contacts = db.session.scalars(query.order_by(func.lower(Contact.name), Contact.id).limit(limit)).all()
    rows = db.session.execute(
        select(Membership.contact_id, Membership.organisation_id, Membership.role, Organisation.name)
        .join(Organisation)
        .where(
            Membership.contact_id.in_([c.id for c in contacts]),
            Membership.active,
            Organisation.kind == OrganisationKind.CLIENT,
            Organisation.active,
        )
        .order_by(Organisation.name)
    )
    belongs: dict[int, list[Any]] = {}
    for row in rows:
        belongs.setdefault(row.contact_id, []).append(row)
    found = []
    for contact in contacts:
        places = belongs.get(contact.id, [])
        user = contact.user
        role = user.staff_role if user and user.active else None
        roles = {row.organisation_id: ClientRole(row.role) for row in places}
        actor = Actor(user.id if user else None, contact.id, contact.name, role, roles)
        found.append((contact, actor, [row.name for row in places]))
    return found


def who_sees(ticket: Ticket, typed: str) -> list[Seen]:
    """Nothing typed: everybody of the client's side who sees it, and of its organisation who does not. Else people by a part
    of the name or address, of either side and of any organisation."""
    wanted = " ".join(typed[:LONGEST].split())
    if wanted:
        condition: ColumnElement[bool] = Contact.id.in_(queries.contacts_called(wanted))
    else:
        condition = _around(ticket, {ticket.organisation_id})
    facts = whose(ticket)
    found = [
        Seen(
            c.id,
            c.name,
            names,
            actor.staff_role.value if actor.staff_role else None,
            rules.sight(actor, facts),
        )
        for c, actor, names in people(condition)
    ]
    return sorted(found, key=lambda seen: not seen.sight.sees)


def _around(ticket: Ticket, organisation_ids: Iterable[int]) -> ColumnElement[bool]:
    member = select(Membership.contact_id).where(
        Membership.organisation_id.in_(list(organisation_ids)), Membership.active
    )
    takes_part = select(Participant.contact_id).where(Participant.ticket_id == ticket.id)
    return or_(Contact.id == ticket.requester_id, Contact.id.in_(member), Contact.id.in_(takes_part))


@dataclass(frozen=True)
class Moved:
    """What a move would mean: names of who no longer sees the ticket, who begins to, and who is dropped as participant."""

    lose: list[str]
    gain: list[str]
    dropped: list[str]


def if_moved(ticket: Ticket, organisation_id: int, requester_id: int) -> Moved:
    """Asked of the rule for everybody of both organisations."""
    around = people(_around(ticket, {ticket.organisation_id, organisation_id}), 1000)
    names = {contact.id: contact.name for contact, _actor, _names in around}
    before = whose(ticket)
    after = Whose(organisation_id, requester_id, {})
    change = rules.change({contact.id: actor for contact, actor, _names in around}, before, after)
    named = {c: names.get(c, "") for c in (*change.lose, *change.gain, *before.participants)}
    return Moved(
        sorted(named[c] for c in change.lose),
        sorted(named[c] for c in change.gain),
        sorted(named[c] for c in before.participants if named[c]),
    )
