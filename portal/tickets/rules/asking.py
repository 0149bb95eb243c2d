"""What a ticket asks of its organisation's contracts; the same for one that is only being written."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from portal.contracts.rules.decision import Decision, Question, Reason
from portal.tickets.rules import clocks
from portal.tickets.rules.words import Kind, Phase, Urgency


def question(
    organisation_id: int,
    kind: Kind,
    urgency: Urgency,
    phase: Phase,
    received_at: datetime,
    device: tuple[int, str] | None,
) -> Question:
    """At this step of the ladder. `device`: its id and class."""
    emergency = urgency is Urgency.CRITICAL
    return Question(
        organisation_id=organisation_id,
        service=clocks.service_of(kind, phase, emergency=emergency),
        received_at=received_at,
        device_id=device[0] if device else None,
        device_class=device[1] if device else None,
        emergency=emergency,
        priority=urgency.value,
        triage_done=phase is not Phase.PHONE,
        not_solvable_remotely=phase is Phase.ON_SITE,
    )


def settled(asked: Question, kind: Kind, phase: Phase, ask: Callable[[Question], Decision]) -> Question:
    """An emergency asks for somebody to come; where the contract knows no visits, it asks for what the ladder offers."""
    if asked.emergency and phase is not Phase.ON_SITE and ask(asked).reason is Reason.OUT_OF_SCOPE:
        return replace(asked, service=clocks.service_of(kind, phase, emergency=False))
    return asked
