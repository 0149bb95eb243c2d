"""What the contracts say to a request: included, counted, charged, quoted, later, or not; by whose clause; and what else.

Pure: the same question to the same facts has the same answer, and asking changes nothing. Twelve checks in a fixed order. A
request is never refused; only work is gated (HW-18).
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

from portal.contracts.rules.answer import Answer, in_order
from portal.contracts.rules.decision import CLOSENESS, Check, Decision, Outcome, Question, Reason
from portal.contracts.rules.terms import VISITS, Contract


def decide(question: Question, contracts: Sequence[Contract], as_of: datetime) -> Decision:
    """The best answer among the organisation's contracts, the others among its alternatives."""
    if not question.requester_belongs:
        failed = Check(1, "requester", False, reason=Reason.REQUESTER_UNKNOWN)
        return Decision(Outcome.MANUAL_REVIEW, reason=Reason.REQUESTER_UNKNOWN, checks=(failed,))
    mine = [c for c in contracts if c.organisation_id == question.organisation_id]
    if not mine:
        checks = Check(1, "requester", True), Check(2, "signed", False, reason=Reason.NO_CONTRACT)
        return Decision(Outcome.BLOCKED, reason=Reason.NO_CONTRACT, checks=checks)
    answers = [Answer(question, contract, as_of).decision() for contract in sorted(mine, key=lambda c: c.id)]
    usable = [a for a in answers if a.outcome not in (Outcome.BLOCKED, Outcome.MANUAL_REVIEW)]
    ranked = sorted(usable or answers, key=lambda a: _rank(a, emergency=question.emergency))
    chosen, losers = ranked[0], [a for a in answers if a is not ranked[0]]
    chosen = replace(chosen, checks=(*chosen.checks, Check(12, "chosen", True)))
    gated = _phone_first(question, chosen, mine, as_of)
    return replace(gated, alternatives=(*gated.alternatives, *losers))


_FAR = datetime.max.replace(tzinfo=UTC)
_WORST = [Outcome.MANUAL_REVIEW, Outcome.BLOCKED]


def _rank(answer: Decision, *, emergency: bool) -> tuple[object, ...]:
    """Check 12: lowest known price, quotes last; earliest service; closest naming; bucket closing first; lowest number."""
    price = (1, Decimal(0)) if answer.price is None else (0, answer.price)
    when = answer.service_at or _FAR
    first = (when, price) if emergency else (price, when)
    blocked = _WORST.index(answer.outcome) if answer.outcome in _WORST else -1
    return (
        blocked,
        *first,
        CLOSENESS[answer.specificity],
        answer.bucket_closes or _FAR,
        answer.contract_id or 0,
    )


def _phone_first(
    question: Question, chosen: Decision, contracts: list[Contract], as_of: datetime
) -> Decision:
    """Check 8, asked of the chosen contract alone: it never makes another contract win (TS-23, TS-27)."""
    if question.service not in VISITS or chosen.outcome in (Outcome.BLOCKED, Outcome.MANUAL_REVIEW):
        return chosen
    contract = next(c for c in contracts if c.id == chosen.contract_id)
    day = contract.versions[-1].calendar.local_day(chosen.service_at or question.received_at)
    version = contract.version_on(day, as_of)
    clause = version.phone_first_clause if version else None
    free = question.emergency or question.planned_round or bool(question.override_reason.strip())
    if clause is None or free or (question.triage_done and question.not_solvable_remotely):
        return replace(chosen, checks=in_order((*chosen.checks, Check(8, "phone_first", True, clause or ""))))
    failed = Check(8, "phone_first", False, clause, Reason.TRIAGE_REQUIRED)
    later = replace(chosen, checks=(), alternatives=())
    return Decision(
        Outcome.BLOCKED,
        contract_id=chosen.contract_id,
        version=chosen.version,
        term=chosen.term,
        clause=clause,
        reason=Reason.TRIAGE_REQUIRED,
        checks=in_order((*chosen.checks, failed)),
        targets=chosen.targets,
        specificity=chosen.specificity,
        alternatives=(later, *chosen.alternatives),
    )
