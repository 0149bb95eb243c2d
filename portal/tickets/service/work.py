"""Calls and remote sessions: the attempts that the ladder is made of."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from portal.infra import outbox
from portal.infra.db import db
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.errors import Refused
from portal.people import queries as people
from portal.people.models import Contact
from portal.tickets.events import StaffReplied, WorkLogged
from portal.tickets.models.attempts import RunningWork
from portal.tickets.models.ticket import Ticket, WorkLog
from portal.tickets.queries import consents
from portal.tickets.rules import consent
from portal.tickets.rules.words import ENDED, Channel, EntryKind, Outcome, Phase, Status
from portal.tickets.service import clocks, record, running, status, time
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
    why_not: str = ""
    """Why it could not be solved on this step."""
    number: str = ""
    """Of the phone (HW-13); empty takes the running call's, or the person's."""
    last_backup: str = ""
    """The client's answer, when its data was last backed up (TS-17)."""
    tell_client: bool = False
    """Mail the advice to the client, too."""
    submission: str = ""
    """Key of the form; the same key of the same person on the same ticket is the same call."""


class LoggedAlready(Refused):
    """The form's key was used for a call or session with other words."""


def log_call(actor: Actor, ticket: Ticket, work: Work) -> WorkLog:
    """Record a call on a locked ticket: the first human contact, and the first step of the ladder (TS-23)."""
    return _log(actor, ticket, work, Phase.PHONE, EntryKind.CALL)


def log_remote(actor: Actor, ticket: Ticket, work: Work) -> WorkLog:
    """Record a remote session; the ticket climbs to the remote phase if it stood on the phone.

    One that touched the client's data needs a consent that held meanwhile, where the contract says so (TS-09); raises Refused
    without.
    """
    return _log(actor, ticket, work, Phase.REMOTE, EntryKind.REMOTE)


def _log(actor: Actor, ticket: Ticket, work: Work, phase: Phase, kind: EntryKind) -> WorkLog:
    assert actor.user_id is not None
    now = clock.now()
    key = f"{ticket.id}:{actor.user_id}:{work.submission}"[:80] if work.submission else None
    twin = db.session.scalar(select(WorkLog).where(WorkLog.submission == key)) if key else None
    if twin is not None:
        return _same(twin, work, phase)
    if ticket.status in ENDED:
        raise Refused(_l("This ticket has ended. Reopen it before you log work on it."))
    if work.started_at > now:
        raise Refused(_l("That lies in the future. When did it start?"), field="started_at")
    spoke_to = (
        people.member_of(ticket.organisation_id, work.contact_id) if work.contact_id is not None else None
    )
    if work.touches_data:
        _refuse_without_consent(actor, ticket, work)
    timer = running.finish(actor, ticket, phase)
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
        touches_data=work.touches_data, why_not=work.why_not.strip() or None, last_backup=work.last_backup.strip()[:200] or None,
        number=_number(phase, work, timer, spoke_to), submission=key,
    )  # fmt: skip
    db.session.add(log)
    db.session.flush()
    time.of_work(log)
    outbox.record(WorkLogged(ticket.id, log.id))
    if reached and phase is Phase.REMOTE:  # the promise to begin is kept on the spot or remotely (SS-11)
        clocks.stop(ticket, "action", max(work.started_at, ticket.received_at))
    if reached:
        status.touch_by_staff(ticket, actor, now, contact_at=max(work.started_at, ticket.received_at))
    elif ticket.assignee_id is None:
        status.assign(ticket, actor, actor.user_id)
    if work.tell_client and reached:
        outbox.record(StaffReplied(ticket.id, entry.id))
    if reached and ticket.status in (Status.WAITING_CUSTOMER, Status.WAITING_INTERNAL):
        status.become(ticket, actor, Status.IN_PROGRESS, now)
    return log


def _same(twin: WorkLog, work: Work, phase: Phase) -> WorkLog:
    """What a form logged that is sent once more. Raises LoggedAlready if it says something else by now: nothing typed is lost."""
    sent = (phase, work.outcome, work.symptom.strip(), work.advice.strip(), work.why_not.strip())
    if sent == (twin.phase, twin.outcome, twin.symptom or "", twin.advice or "", twin.why_not or ""):
        return twin
    raise LoggedAlready(
        _l(
            "This form was sent already, with other words, and is logged. Send it again to log these words as another attempt."
        )
    )


def _number(phase: Phase, work: Work, timer: RunningWork | None, spoke_to: Contact | None) -> str | None:
    """The number of a call: as it was typed, as it was dialled, or the first of the person's (HW-13)."""
    if phase is not Phase.PHONE:
        return None
    known = work.number.strip() or (timer.number if timer else None) or (spoke_to.phone if spoke_to else None)
    return known[:64] if known else None


def _refuse_without_consent(actor: Actor, ticket: Ticket, work: Work) -> None:
    """Invariant 45: a work log that touches data has a consent, where the contract has the clause (TS-09)."""
    if not consents.clause_of(ticket):
        return
    known = consents.facts_of(consents.consents_of(actor, ticket))
    if not consent.allows(known, work.started_at, work.started_at + timedelta(minutes=work.minutes)):
        raise Refused(
            _l(
                "Data may be touched only with the client's consent, and none held at that time. Ask for it on the ticket, "
                "or log the session without data."
            ),
            field="touches_data",
        )
