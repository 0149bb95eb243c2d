"""Last month's tickets asked again under one contract, treated as signed. Reads only: nothing is kept of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import joinedload

from portal.contracts.models import ContractRecord
from portal.contracts.queries import facts, pages
from portal.contracts.rules import deadlines, plain
from portal.contracts.rules.decide import decide
from portal.contracts.rules.decision import Decision, Question
from portal.contracts.rules.terms import StartEvent
from portal.infra.db import db
from portal.kernel.actor import Actor
from portal.tickets.models.ticket import Ticket
from portal.tickets.queries import scope
from portal.tickets.rules import asking, trying

SPAN = timedelta(days=30)
MOST = 200
"""So many tickets are played, the newest."""


@dataclass(frozen=True)
class Played:
    """A ticket, what it would have been, and its answer: due by, and in time or not; None while it is open or where no answer
    is promised."""

    ticket: Ticket
    details: Mapping[str, Any]
    due_at: datetime | None
    in_time: bool | None


def last_month(actor: Actor, contract_id: int, now: datetime) -> tuple[ContractRecord, list[Played]]:
    """The organisation's tickets of the last 30 days, newest first. Raises NotFound."""
    record = pages.record_for(actor, contract_id)
    (known,) = facts.contracts_by_id({record.id}, now)
    tried = trying.as_if_signed(known.contract, now - SPAN, now)
    calendar = tried.versions[0].calendar
    query = (
        scope.tickets_for(actor)
        .where(Ticket.organisation_id == record.organisation_id, Ticket.received_at >= now - SPAN)
        .options(joinedload(Ticket.device))
        .order_by(Ticket.received_at.desc(), Ticket.id.desc())
        .limit(MOST)
    )

    def ask(question: Question) -> Decision:
        return decide(question, [tried], now)

    played = []
    for ticket in db.session.scalars(query):
        device = (ticket.device.id, ticket.device.kind.value) if ticket.device else None
        question = asking.question(
            ticket.organisation_id, ticket.kind, ticket.urgency, ticket.phase, ticket.received_at, device
        )
        decision = ask(asking.settled(question, ticket.kind, ticket.phase, ask))
        due_at = None
        for target in decision.targets:
            start = target.starts({StartEvent.RECEIVED: ticket.received_at})
            if target.metric == "response" and not target.internal and start is not None:
                due_at = deadlines.due(target.rule, start, calendar).due_at
        in_time = None
        if due_at is not None and (ticket.first_response_at is not None or now > due_at):
            in_time = (ticket.first_response_at or now) <= due_at
        played.append(Played(ticket, plain.of_decision(decision), due_at, in_time))
    return record, played
