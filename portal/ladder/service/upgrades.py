"""Upgrades: one that fell short makes the next of its kind free (TS-11), and people are trained after one that works (SS-05).

The free one is a unit of the contract's ledger; a training that is still to be given holds the ticket open. Refuses to decide
what an upgrade costs: the contracts are asked.
"""

from dataclasses import dataclass

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from portal.contracts.models import LedgerBucket
from portal.contracts.queries.facts import Known
from portal.contracts.rules import upgrades as rules
from portal.contracts.rules.decision import Decision, Outcome, Question
from portal.contracts.rules.ledger import UNIT
from portal.contracts.rules.terms import Service
from portal.contracts.service import assessing, ledger
from portal.contracts.service.ledger import Insufficient, Why
from portal.infra.db import db
from portal.kernel import clock
from portal.kernel.actor import SYSTEM, Actor
from portal.kernel.errors import Refused
from portal.ladder.models import Upgrade
from portal.tickets.models.ticket import Ticket
from portal.tickets.rules.holds import HoldKind, Work
from portal.tickets.rules.words import ENDED
from portal.tickets.service import holds, record, status


@dataclass(frozen=True)
class Made:
    """An upgrade as it was typed."""

    kind: str
    version: str
    worked: bool
    lacking: str = ""
    submission: str = ""


def asked(ticket: Ticket, kind: str) -> tuple[Decision, dict[int, Known]]:
    """What the contracts say to an upgrade of this kind now. Writes nothing."""
    device = ticket.device
    question = Question(
        ticket.organisation_id, Service.UPGRADE, ticket.received_at, device_id=ticket.device_id,
        device_class=device.kind.value if device else None, service_at=clock.now(), upgrade=kind,
    )  # fmt: skip
    return assessing.ask(SYSTEM, question)


def log(actor: Actor, ticket: Ticket, made: Made) -> Upgrade:
    """Record an upgrade on a locked ticket: it takes the free unit of its kind, if there is one, and leaves one if it fell short
    and the contract has the clause. The same form twice is one. Raises Refused."""
    assert actor.user_id is not None
    key = f"{ticket.id}:{actor.user_id}:{made.submission}"[:80] if made.submission else None
    twin = db.session.scalar(select(Upgrade).where(Upgrade.submission == key)) if key else None
    if twin is not None:
        return twin
    _check(ticket, made)
    now = clock.now()
    decision, known = asked(ticket, made.kind)
    found = known.get(decision.contract_id) if decision.contract_id is not None else None
    version = found.compiled[decision.version].version if found and decision.version is not None else None
    upgrade = Upgrade(
        ticket_id=ticket.id, contract_id=decision.contract_id, kind=made.kind.strip(), version=made.version.strip(),
        worked=made.worked, lacking=made.lacking.strip()[:500] or None, free=False, user_id=actor.user_id, at=now,
        free_again_clause=(version.free_again_clause if version and not made.worked else "") or None,
        training_clause=(version.training_clause if version and made.worked else "") or None, submission=key,
    )  # fmt: skip
    db.session.add(upgrade)
    db.session.flush()
    upgrade.free = _take(actor, ticket, upgrade, decision)
    if upgrade.free_again_clause and decision.contract_id is not None:
        span = rules.span_of(upgrade.id, now)
        bucket = ledger.open_bucket(decision.contract_id, rules.entitlement_of(upgrade.kind), span)
        why = Why(ref=_ref(ticket), clause=upgrade.free_again_clause, reason=upgrade.version)
        ledger.grant(actor, bucket, UNIT, f"grant:upgrade:{upgrade.id}", why)
    if upgrade.training_clause:
        holds.hold(ticket.id, _training(upgrade))
    details = {
        "what": "upgrade", "kind": upgrade.kind, "version": upgrade.version, "worked": upgrade.worked,
        "lacking": upgrade.lacking or "", "free": decision.clause if upgrade.free else "",
        "again": upgrade.free_again_clause or "",
    }  # fmt: skip
    record.add_change(ticket, actor, now, details, internal=False)
    status.touch_by_staff(ticket, actor, now)
    return upgrade


def _check(ticket: Ticket, made: Made) -> None:
    if ticket.status in ENDED:
        raise Refused(_l("This ticket has ended. Reopen it before you log work on it."))
    if not rules.key_of(made.kind):
        raise Refused(_l("Say what was upgraded."), field="kind")
    if not made.worked and not made.lacking.strip():
        raise Refused(_l("Say what fell short: by it the next one may be free."), field="lacking")


def _take(actor: Actor, ticket: Ticket, upgrade: Upgrade, decision: Decision) -> bool:
    """Use the unit that the contracts named; False where they named none, or somebody was quicker."""
    if decision.outcome is not Outcome.CONSUME or decision.ledger is None:
        return False
    if not decision.ledger.entitlement.startswith(rules.PREFIX):
        return False
    bucket = db.session.get_one(LedgerBucket, decision.ledger.bucket_id)
    why = Why(ref=_ref(ticket), clause=decision.clause, reason=upgrade.version)
    try:
        ledger.consume_directly(actor, bucket, UNIT, f"consume:upgrade:{upgrade.id}", why)
    except Insufficient:
        return False
    return True


def train(actor: Actor, ticket: Ticket, upgrade: Upgrade, words: str, *, needed: bool = True) -> None:
    """The training was given, or (`needed` False) the client wants none: the ticket is held by it no more. Twice is once."""
    if upgrade.trained_at is not None:
        return
    if not words.strip():
        raise Refused(_l("Write who was shown what, or why nobody needs it."), field="words")
    now = clock.now()
    upgrade.trained_at, upgrade.trained_by_id = now, actor.user_id
    upgrade.training = words.strip()[:500]
    holds.let_go(_training(upgrade).ref)
    details = {
        "what": "training", "kind": upgrade.kind, "version": upgrade.version, "words": upgrade.training,
        "given": needed, "clause": upgrade.training_clause or "",
    }  # fmt: skip
    record.add_change(ticket, actor, now, details, internal=False)


def _training(upgrade: Upgrade) -> Work:
    return Work(HoldKind.TRAINING, upgrade.id, f"{upgrade.kind} {upgrade.version}".strip())


def _ref(ticket: Ticket) -> str:
    return f"ticket:{ticket.number}"
