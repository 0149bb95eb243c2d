"""Calls and remote sessions: the attempts that the ladder is made of."""

from dataclasses import dataclass
from datetime import datetime

from flask_babel import lazy_gettext as _l

from portal.infra import outbox
from portal.infra.db import db
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.errors import Refused
from portal.people import queries as people
from portal.tickets.events import StaffReplied
from portal.tickets.models.ticket import Ticket, WorkLog
from portal.tickets.rules.words import ENDED, Channel, EntryKind, Outcome, Phase, Status
from portal.tickets.service import record, status
from portal.tickets.service.record import Words


@dataclass(frozen=True)
class Work:
    """One call or remote session. `minutes` of work, `contact_id` whom they spoke to."""

    started_at: datetime
    minutes: int
    outcome: Outcome
    contact_id: int | None = None
    symptom: str = ""
    advice: str = ""
    call_again_at: datetime | None = None
    touches_data: bool = False
    tell_client: bool = False
    """Mail the advice to the client, too."""


def log_call(actor: Actor, ticket: Ticket, work: Work) -> WorkLog:
    """Record a call on a locked ticket: the first human contact, and the first step of the ladder (TS-23)."""
    return _log(actor, ticket, work, Phase.PHONE, EntryKind.CALL)


def log_remote(actor: Actor, ticket: Ticket, work: Work) -> WorkLog:
    """Record a remote session; the ticket climbs to the remote phase if it stood on the phone."""
    return _log(actor, ticket, work, Phase.REMOTE, EntryKind.REMOTE)


def _log(actor: Actor, ticket: Ticket, work: Work, phase: Phase, kind: EntryKind) -> WorkLog:
    assert actor.user_id is not None
    now = clock.now()
    if ticket.status in ENDED:
        raise Refused(_l("This ticket has ended. Reopen it before you log work on it."))
    if work.started_at > now:
        raise Refused(_l("That lies in the future. When did it start?"), field="started_at")
    if work.contact_id is not None:
        people.member_of(ticket.organisation_id, work.contact_id)
    reached = work.outcome is not Outcome.NOT_REACHED
    if phase is Phase.REMOTE and ticket.phase is Phase.PHONE:
        status.change_phase(actor, ticket, Phase.REMOTE)
    text = "\n".join(t for t in (work.symptom.strip(), work.advice.strip()) if t)
    entry = record.add_entry(
        ticket, actor, kind, now, Words(text), channel=Channel.PHONE if phase is Phase.PHONE else Channel.WEB
    )
    log = WorkLog(
        ticket_id=ticket.id, entry_id=entry.id, phase=phase, user_id=actor.user_id, contact_id=work.contact_id,
        started_at=work.started_at, minutes=work.minutes, symptom=work.symptom.strip() or None,
        advice=work.advice.strip() or None, outcome=work.outcome, call_again_at=work.call_again_at,
        touches_data=work.touches_data,
    )  # fmt: skip
    db.session.add(log)
    db.session.flush()
    if reached:
        status.touch_by_staff(ticket, actor, now, contact_at=max(work.started_at, ticket.received_at))
    elif ticket.assignee_id is None:
        status.assign(ticket, actor, actor.user_id)
    if work.tell_client and reached:
        outbox.record(StaffReplied(ticket.id, entry.id))
    if reached and ticket.status in (Status.WAITING_CUSTOMER, Status.WAITING_INTERNAL):
        status.become(ticket, actor, Status.IN_PROGRESS, now)
    return log
