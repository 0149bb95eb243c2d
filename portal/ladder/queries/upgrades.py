"""Upgrades of a ticket, and kinds of which the next one is free; for the staff."""

from collections.abc import Sequence

from sqlalchemy import select

from portal.contracts.models import ContractRecord, LedgerBucket
from portal.contracts.rules.upgrades import PREFIX
from portal.infra.db import db
from portal.kernel.actor import Actor
from portal.kernel.errors import NotFound
from portal.ladder.models import Upgrade
from portal.tickets.models.ticket import Ticket


def of_ticket(actor: Actor, ticket: Ticket) -> Sequence[Upgrade]:
    """Of a visible ticket, the oldest first."""
    if not actor.is_staff:
        return []
    return db.session.scalars(
        select(Upgrade).where(Upgrade.ticket_id == ticket.id).order_by(Upgrade.id)
    ).all()


def one_of(actor: Actor, ticket: Ticket, upgrade_id: int) -> Upgrade:
    """One of a visible ticket; raises NotFound."""
    found = db.session.get(Upgrade, upgrade_id) if actor.is_staff else None
    if found is None or found.ticket_id != ticket.id:
        raise NotFound
    return found


def free_next(actor: Actor, ticket: Ticket) -> list[str]:
    """Kinds of which the next upgrade of the ticket's organisation is free; one statement."""
    if not actor.is_staff:
        return []
    query = (
        select(LedgerBucket.entitlement)
        .join(ContractRecord, ContractRecord.id == LedgerBucket.contract_id)
        .where(
            ContractRecord.organisation_id == ticket.organisation_id,
            LedgerBucket.entitlement.startswith(PREFIX, autoescape=True),
            LedgerBucket.posted > LedgerBucket.held,
        )
        .distinct()
    )
    return sorted(name.removeprefix(PREFIX) for name in db.session.scalars(query))
