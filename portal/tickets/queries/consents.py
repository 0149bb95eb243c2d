"""Questions for leave to touch data, and their answers, by those who may see the ticket."""

import hmac
from collections.abc import Iterable

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from portal.contracts.queries import clauses
from portal.infra.db import db
from portal.kernel import refs
from portal.kernel.actor import Actor
from portal.kernel.errors import NotFound
from portal.people.models import User
from portal.tickets.models.attempts import DataConsent
from portal.tickets.models.ticket import Ticket
from portal.tickets.queries import scope
from portal.tickets.rules.consent import Facts

TABLE, RULE = "data_consent", "TS-09"
"""Of a contract form: where the table stands, or a clause that carries the rule, data is touched with leave alone."""


def facts(consent: DataConsent) -> Facts:
    """One as the rules read it."""
    return Facts(
        consent.answer_until,
        consent.answered_at,
        consent.granted,
        consent.holds_until,
        consent.withdrawn_at,
    )


def facts_of(consents: Iterable[DataConsent]) -> list[Facts]:
    return [facts(c) for c in consents]


def _scoped(actor: Actor) -> Select[tuple[DataConsent]]:
    return (
        scope.visible(select(DataConsent).join(Ticket, DataConsent.ticket_id == Ticket.id), actor)
        .options(
            joinedload(DataConsent.asked_of),
            joinedload(DataConsent.answered_by),
            joinedload(DataConsent.asked_by).joinedload(User.contact),
        )
        .order_by(DataConsent.id.desc())
    )


def consents_of(actor: Actor, ticket: Ticket) -> list[DataConsent]:
    """All that was asked on a ticket, the newest first."""
    return list(db.session.scalars(_scoped(actor).where(DataConsent.ticket_id == ticket.id).limit(20)))


def consent_for(actor: Actor, number: int, consent_id: int, *, lock: bool = False) -> DataConsent:
    """One of a ticket's; raises NotFound. `lock` holds it until the transaction ends."""
    query = _scoped(actor).where(DataConsent.id == consent_id, Ticket.number == number)
    if lock:
        query = query.with_for_update(of=DataConsent).execution_options(populate_existing=True)
    found = db.session.scalar(query)
    if found is None:
        raise NotFound
    return found


def by_token(token: str, *, lock: bool = False) -> DataConsent | None:
    """The question that a mailed secret belongs to, whatever became of it; None for a secret of nobody's."""
    digest = refs.hash_of(token)
    query = (
        select(DataConsent)
        .where(DataConsent.token_hash == digest)
        .options(
            joinedload(DataConsent.ticket).joinedload(Ticket.organisation),
            joinedload(DataConsent.ticket).joinedload(Ticket.device),
            joinedload(DataConsent.asked_of),
            joinedload(DataConsent.asked_by).joinedload(User.contact),
        )
    )
    if lock:
        query = query.with_for_update(of=DataConsent).execution_options(populate_existing=True)
    found = db.session.scalar(query)
    return found if found and hmac.compare_digest(found.token_hash, digest) else None


def consent_to_send(consent_id: int) -> DataConsent:
    """With its ticket and people, for the mail that carries the question."""
    query = select(DataConsent).where(DataConsent.id == consent_id)
    return db.session.scalars(
        query.options(
            joinedload(DataConsent.asked_of), joinedload(DataConsent.asked_by).joinedload(User.contact)
        )
    ).one()


def clause_of(ticket: Ticket) -> str:
    """The clause of the ticket's contract that asks for leave; "" where it has none, or no contract governs: then leave may be
    asked for and is not needed."""
    return clauses.table_clause(f"ticket:{ticket.id}", TABLE, rule=RULE) or ""
