"""Asking the contracts about a visit: what it is (included, counted, charged, to be quoted, later), and on what ground it comes.

Writes nothing but the kept answer of a visit that is planned.
"""

from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select

from portal.contracts.queries import facts
from portal.contracts.queries.facts import Known
from portal.contracts.rules.decide import decide
from portal.contracts.rules.decision import Decision, Outcome, Question
from portal.contracts.rules.terms import Service, VisitTerms
from portal.contracts.service import assessing
from portal.dispatch.models import Visit
from portal.dispatch.rules.visiting import Basis, VisitKind, basis_of
from portal.infra.db import db
from portal.kernel import clock
from portal.kernel.actor import SYSTEM
from portal.tickets.models.ticket import Ticket, WorkLog
from portal.tickets.rules import visiting as ladder
from portal.tickets.rules.visiting import Attempt, Tried
from portal.tickets.rules.words import Urgency


@dataclass(frozen=True)
class Ground:
    """Whether somebody may come (`basis` None: not yet) and what the contracts say to it at that hour."""

    basis: Basis | None
    decision: Decision
    known: dict[int, Known]

    @property
    def included_later(self) -> Decision | None:
        """The visit that the contract includes at another time, where this one is not."""
        return self.decision if self.decision.outcome is Outcome.DEFERRED else None

    @property
    def charged_now(self) -> Decision | None:
        """The same contract's visit at this hour for money, where the included one is used up."""
        if self.decision.outcome is not Outcome.DEFERRED:
            return None
        same = (a for a in self.decision.alternatives if a.contract_id == self.decision.contract_id)
        return next((a for a in same if a.outcome is Outcome.BILLABLE), None)


def tried(ticket: Ticket) -> Tried:
    """What the ladder of a ticket knows (TS-23, TS-27)."""
    logs = db.session.execute(select(WorkLog.phase, WorkLog.outcome).where(WorkLog.ticket_id == ticket.id))
    return ladder.tried(Attempt(row.phase, row.outcome) for row in logs)


def emergency_of(ticket: Ticket) -> bool:
    return ticket.urgency is Urgency.CRITICAL


def ground(
    ticket: Ticket, at: datetime, override_reason: str = "", *, given_back: tuple[int, int] | None = None
) -> Ground:
    """What a visit for this ticket that begins at `at` would be; `given_back` as for assessing.ask. Writes nothing."""
    question = question_of(ticket, at, override_reason)
    decision, known = assessing.ask(SYSTEM, question, given_back)
    basis = basis_of(
        tried(ticket),
        emergency=emergency_of(ticket),
        planned_round=False,
        override_reason=override_reason,
        phone_first=_asks_phone_first(decision, known),
    )
    return Ground(basis, decision, known)


def next_hour(ticket: Ticket) -> datetime | None:
    """The next opening of the contract's hours from tomorrow on, for a first suggestion; None where no contract answers."""
    tomorrow = clock.now() + timedelta(days=1)
    zone = ZoneInfo(ticket.organisation.time_zone)
    morning = datetime.combine(tomorrow.astimezone(zone).date(), time(), tzinfo=zone)
    answer, _ = assessing.ask(
        SYSTEM, replace(question_of(ticket, morning), received_at=morning, service_at=None)
    )
    return answer.service_at if answer.service_at and answer.service_at > clock.now() else None


def _asks_phone_first(decision: Decision, known: dict[int, Known]) -> bool:
    """Whether the wording that governs the visit asks to try by phone first; without a contract it is treated as though."""
    chosen = known.get(decision.contract_id) if decision.contract_id is not None else None
    if chosen is None or decision.version not in chosen.compiled:
        return True
    return chosen.compiled[decision.version].version.phone_first_clause is not None


def question_of(ticket: Ticket, at: datetime, override_reason: str = "") -> Question:
    """A visit for a ticket, as the engine is asked."""
    done = tried(ticket)
    return Question(
        organisation_id=ticket.organisation_id,
        service=Service.ON_SITE,
        received_at=ticket.received_at,
        device_id=ticket.device_id,
        device_class=ticket.device.kind.value if ticket.device else None,
        service_at=at,
        emergency=emergency_of(ticket),
        priority=ticket.urgency.value,
        triage_done=done.by_phone,
        not_solvable_remotely=done.not_solvable_remotely,
        override_reason=override_reason,
    )


def round_question(visit: Visit) -> Question:
    """A planned round, as the engine is asked: owed on the day of the clause, which lies in the term, wherever it was moved."""
    assert visit.round is not None
    assert visit.contract is not None
    zone = ZoneInfo(visit.contract.time_zone)
    return Question(
        organisation_id=visit.organisation_id,
        service=Service.PREVENTIVE,
        received_at=datetime.combine(visit.round.planned_on, time(), tzinfo=zone),
        service_at=visit.starts_at,
        planned_round=True,
    )


def done_question(visit: Visit) -> Question:
    """A visit that was made, for what it costs: at the hour of arrival, with its cause and labour, as work in progress."""
    ticket = visit.tickets[0].ticket if visit.tickets and visit.round is None else None
    at = visit.arrived_at or visit.starts_at
    asked = (
        round_question(visit) if ticket is None else question_of(ticket, at, visit.override_reason or "made")
    )
    return replace(
        asked,
        service_at=at,
        emergency=visit.kind is VisitKind.EMERGENCY,
        cause=visit.cause,
        labour_hours=visit.labour_hours or asked.labour_hours,
        in_progress=True,
    )


def answer_for(visit: Visit) -> tuple[Decision, dict[int, Known]]:
    """What a visit that was made costs, asked of the contract that it was planned under; that contract by id.

    A visit without a contract rests on a confirmed quote: it has no lines of its own.
    """
    if visit.contract_id is None:
        return Decision(Outcome.MANUAL_REVIEW), {}
    known = {k.record.id: k for k in facts.contracts_by_id({visit.contract_id}, clock.now())}
    answer = decide(done_question(visit), [k.contract for k in known.values()], clock.now())
    return answer, known


def terms_of(known: dict[int, Known], visit: Visit) -> VisitTerms:
    """What the wording says of the visit itself; nothing, without a contract."""
    if visit.contract_id is None or visit.version_number is None:
        return VisitTerms()
    return known[visit.contract_id].compiled[visit.version_number].visit
