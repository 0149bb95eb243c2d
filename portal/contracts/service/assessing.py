"""Asking the engine: without a trace for "what will this cost?", or kept for a ticket with what it answers to."""

from portal.contracts.models import CoverageDecision
from portal.contracts.queries import decisions, facts
from portal.contracts.queries.facts import Known
from portal.contracts.rules import plain
from portal.contracts.rules.decide import decide
from portal.contracts.rules.decision import Decision, Question
from portal.infra.db import db
from portal.kernel import clock
from portal.kernel.actor import Actor


def ask(
    actor: Actor, question: Question, given_back: tuple[int, int] | None = None
) -> tuple[Decision, dict[int, Known]]:
    """What the actor's contracts say to a question, and those contracts by id. `given_back`: a bucket, and how many hundredths
    of a unit are counted as given back to it first, when the question is where a visit that holds them could be. Writes
    nothing."""
    now = clock.now()
    found = facts.contracts_of(actor, question.organisation_id, question.service_at or question.received_at)
    contracts = [k.contract.with_back(*given_back) if given_back else k.contract for k in found]
    return decide(question, contracts, now), {k.record.id: k for k in found}


def assess(
    actor: Actor, ref: str, question: Question, *, first: bool = False
) -> tuple[Decision, dict[int, Known]]:
    """Ask, and keep the answer under `ref`. The same as the last one under it is not kept twice; `first`: there is none yet."""
    decision, known = ask(actor, question)
    last = None if first else decisions.last_of(ref)
    details = plain.of_decision(decision)
    if last is not None and last.service is question.service and last.details == details:
        return decision, known
    kept = CoverageDecision(
        ref=ref,
        service=question.service,
        asked_at=clock.now(),
        outcome=decision.outcome,
        reason=decision.reason,
        clause=decision.clause,
        contract_id=decision.contract_id,
        version_number=decision.version,
        details=details,
        supersedes_id=last.id if last else None,
    )
    db.session.add(kept)
    return decision, known
