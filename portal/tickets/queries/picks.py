"""Tickets to choose from where another ticket is asked for: a few, found by what was typed, of those that the actor may see."""

from dataclasses import dataclass

from sqlalchemy import case, select

from portal.infra.db import db
from portal.kernel.actor import Actor
from portal.people.models import Organisation
from portal.tickets.models.ticket import Ticket
from portal.tickets.queries import scope, search
from portal.tickets.rules.words import OPEN, Status

MOST = 12


@dataclass(frozen=True)
class Pick:
    number: int
    subject: str
    status: Status
    organisation: str


def picks(actor: Actor, ticket: Ticket, typed: str, *, only_same: bool = False) -> list[Pick]:
    """Nothing typed: the open tickets of the same organisation, the last active first. Else what the words find, those of
    the same organisation first, or they alone. Never the ticket itself, and none that was merged.
    """
    same = Ticket.organisation_id == ticket.organisation_id
    query = (
        scope.visible(select(Ticket.number, Ticket.subject, Ticket.status, Organisation.name), actor)
        .join(Organisation, Organisation.id == Ticket.organisation_id)
        .where(Ticket.id != ticket.id, Ticket.merged_into_id.is_(None))
    )
    query = query.where(search.matches(actor, typed) if typed.strip() else same & Ticket.status.in_(OPEN))
    if only_same:
        query = query.where(same)
    query = query.order_by(case((same, 0), else_=1), Ticket.last_activity_at.desc(), Ticket.id.desc())
    return [Pick(*row) for row in db.session.execute(query.limit(MOST))]
