"""What a visit rests on and what it takes, as it is planned and as it would be at another hour: reckoned here and nowhere else.

Asked as if the visit held nothing, since what it holds moves along with it. Writes nothing.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from portal.contracts.models import LedgerEntry
from portal.contracts.queries import decisions
from portal.contracts.rules.decision import Decision, Outcome, Reason
from portal.dispatch.models import Visit
from portal.dispatch.rules.offering import Cost, Takes
from portal.dispatch.rules.visiting import QUOTED_VISITS, rests_on_quote
from portal.dispatch.service import asking, record
from portal.infra.db import db
from portal.kernel.errors import Refused
from portal.tickets.models.ticket import Ticket
from portal.tickets.service import holds
from portal.tickets.service.holds import Agreed


class NotNow(Refused):
    """The contract does not allow or include this visit; `code` for machines and scenarios, `decision` for the page."""

    def __init__(self, sentence: object, code: str, decision: Decision | None = None) -> None:
        super().__init__(sentence, field="starts_at")
        self.code, self.decision = code, decision


@dataclass(frozen=True)
class Ground:
    """The answer that a visit rests on; `agreed` where a quote that both sides confirmed pays for it instead."""

    answer: Decision
    agreed: Agreed | None = None


def ground_of(ticket: Ticket, found: asking.Ground, *, pay_extra: bool) -> Ground:
    """What a visit for a ticket would rest on, by the contracts' answer. `pay_extra`: take the charged visit where the included
    one is used up. Raises NotNow where there is nothing."""
    answer = found.decision
    agreed = next(
        (a for a in holds.approvals(ticket.id, *QUOTED_VISITS) if rests_on_quote(a.kind, answer)), None
    )
    if agreed is not None:
        return Ground(answer, agreed)
    match answer.outcome:
        case Outcome.INCLUDED | Outcome.CONSUME | Outcome.BILLABLE:
            return Ground(answer)
        case Outcome.DEFERRED if pay_extra and found.charged_now is not None:
            return Ground(found.charged_now)
        case Outcome.DEFERRED if answer.reason is Reason.WAITING_RENEWAL:
            sentence = _l("The contract is over on that day. It has to be renewed, or the work quoted.")
        case Outcome.DEFERRED:
            sentence = _l(
                "The visits of this period are used up; choose the later one, or the one that is charged."
            )
        case Outcome.QUOTE_REQUIRED:
            sentence = _l("This work is quoted first, and both sides confirm the quote before anybody comes.")
        case _ if answer.reason is Reason.TRIAGE_REQUIRED:
            sentence = _l(
                "Try by phone and remotely first: the contract asks for it. A manager may give a reason."
            )
        case Outcome.BLOCKED:
            sentence = _l("The contract does not allow a visit at this time; see the reason beside it.")
        case _:
            sentence = _l("Whether this is covered has to be decided by hand first.")
    raise NotNow(sentence, _code(answer), answer)


def _code(answer: Decision) -> str:
    if answer.outcome is Outcome.QUOTE_REQUIRED:
        return "QUOTE_NOT_CONFIRMED"
    used_up = answer.outcome is Outcome.DEFERRED and answer.reason is Reason.QUOTA_USED
    return "INSUFFICIENT" if used_up else str(answer.reason)


def asked(visit: Visit, starts_at: datetime) -> asking.Ground:
    """What the contracts say to a visit for a ticket at another hour."""
    entry = held_by(visit)
    given_back = (entry.bucket_id, entry.quantity) if entry else None
    return asking.ground(
        visit.tickets[0].ticket, starts_at, visit.override_reason or "", given_back=given_back
    )


def at_hour(visit: Visit, starts_at: datetime, *, pay_extra: bool) -> Ground:
    """What a visit for a ticket would rest on at another hour. Raises NotNow where it may not be."""
    return ground_of(visit.tickets[0].ticket, asked(visit, starts_at), pay_extra=pay_extra)


def keeps_cost(visit: Visit) -> bool:
    """Whether it takes the same at any hour: a planned round, or what a confirmed quote pays for."""
    return by_quote(visit) or visit.round_id is not None or not visit.tickets


def cost_at(visit: Visit, starts_at: datetime, *, pay_extra: bool) -> Cost:
    """What another time would take. Raises NotNow where it may not be."""
    if keeps_cost(visit):
        return cost_of(visit)
    ground = at_hour(visit, starts_at, pay_extra=pay_extra)
    if ground.agreed is not None:
        return Cost(Takes.AGREED, ground.agreed.amount or None, ground.agreed.clause)
    answer = ground.answer
    if answer.price:
        clauses = [line.clause for line in answer.price_lines if line.clause]
        return Cost(Takes.MONEY, answer.price, clauses[0] if clauses else answer.clause)
    return Cost(Takes.UNIT if answer.ledger else Takes.NOTHING, None, answer.clause)


def cost_of(visit: Visit) -> Cost:
    """What a visit takes as it is planned now."""
    if by_quote(visit):
        return Cost(Takes.AGREED, visit.price)
    held = held_by(visit)
    if held is not None:
        return Cost(Takes.UNIT, None, held.clause)
    kept = decisions.last_of(record.ref_of(visit))
    if visit.price is not None:
        return Cost(Takes.MONEY, visit.price, _price_clause(kept.details) if kept else "")
    return Cost(Takes.NOTHING, None, kept.clause if kept else "")


def pays_extra(visit: Visit) -> bool:
    """Whether the visit is the charged one as it is planned: another hour is charged, too, where nothing is included."""
    return visit.price is not None and held_by(visit) is None


def held_by(visit: Visit) -> LedgerEntry | None:
    """The reservation of a visit that nothing has ended yet."""
    if visit.reservation_id is None:
        return None
    closed = select(LedgerEntry.id).where(LedgerEntry.closes_id == visit.reservation_id)
    if db.session.scalar(closed) is not None:
        return None
    return db.session.get_one(LedgerEntry, visit.reservation_id)


def by_quote(visit: Visit) -> bool:
    """Whether it rests on a confirmed quote."""
    return bool(visit.agreed_how and visit.agreed_how.startswith("quote:"))


def _price_clause(details: dict[str, Any]) -> str:
    """The clause of the charged answer: the chosen one, or the alternative that was taken instead of a later visit."""
    for answer in (details, *details["alternatives"]):
        if answer["outcome"] == Outcome.BILLABLE.value:
            lines = [line["clause"] for line in answer["price_lines"] if line["clause"]]
            return str(lines[0] if lines else answer["clause"])
    return ""
