"""What the contracts would say to a request that is being written. Reads only: nothing is kept of the question."""

from dataclasses import dataclass
from datetime import date, datetime

from portal.assets.models import Device
from portal.contracts.queries import facts
from portal.contracts.rules import deadlines, plain
from portal.contracts.rules.decide import decide
from portal.contracts.rules.decision import Decision, Question, Reason
from portal.contracts.rules.running import Cover, Running
from portal.contracts.rules.terms import StartEvent
from portal.kernel.actor import Actor
from portal.tickets.rules import asking
from portal.tickets.rules.words import Kind, Phase, Urgency


@dataclass(frozen=True)
class Ahead:
    """The answer, the last day of a contract that has ended, and the promises that would begin now; internal ones left out."""

    decision: Decision
    ended_on: date | None
    promises: list[Running]

    @property
    def cover(self) -> Cover:
        """The answer as the ticket would keep it."""
        return Cover(None, self.decision.contract_id, plain.of_decision(self.decision), [])


def cover_ahead(
    actor: Actor, organisation_id: int, device: Device | None, kind: Kind, urgency: Urgency, now: datetime
) -> Ahead:
    """As a ticket that is opened now would be answered. The contracts are loaded once."""
    known = facts.contracts_of(actor, organisation_id, now)
    contracts = [k.contract for k in known]

    def ask(question: Question) -> Decision:
        return decide(question, contracts, now)

    named = (device.id, device.kind.value) if device else None
    asked = asking.question(organisation_id, kind, urgency, Phase.PHONE, now, named)
    decision = ask(asking.settled(asked, kind, Phase.PHONE, ask))
    governs = next((k for k in known if k.record.id == decision.contract_id), None)
    if governs is None:
        return Ahead(decision, None, [])
    ended_on = (
        max(t.end for t in governs.contract.terms)
        if decision.reason is Reason.EXPIRED and governs.contract.terms
        else None
    )
    if decision.reason is Reason.SUSPENDED or decision.version is None:
        return Ahead(decision, ended_on, [])
    calendar = governs.compiled[decision.version].version.calendar
    promises = []
    for target in decision.targets:
        start = target.starts({StartEvent.RECEIVED: now})
        if start is not None and not target.internal:
            due = deadlines.due(target.rule, start, calendar)
            promises.append(
                Running(
                    target.metric, target.clause, start, due.due_at, None, None, None, due.provisional, False
                )
            )
    return Ahead(decision, ended_on, promises)
