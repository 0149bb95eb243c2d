"""Calls that were promised: asked for, taken by one of the staff, settled by the call that was logged."""

from dataclasses import dataclass
from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from portal.infra.db import db
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.errors import NotFound, Refused
from portal.ladder.models import Callback
from portal.ladder.queries import callbacks as queries
from portal.ladder.queries import hours
from portal.ladder.rules import callbacks as rules
from portal.ladder.rules.callbacks import State, WhyNot
from portal.people.models import Contact
from portal.people.rules import phones
from portal.tickets.models.ticket import Ticket, WorkLog
from portal.tickets.rules.words import ENDED, Outcome, Phase
from portal.web import filters

_WHY_NOT = {
    WhyNot.PAST: _l("That time has passed already. When shall we call?"),
    WhyNot.TOO_FAR: _l("That is more than 30 days away. Choose an earlier time."),
}


@dataclass(frozen=True)
class Wish:
    """Who wants to be called where, when and about what."""

    number: str
    wanted_at: datetime
    about: str = ""
    submission: str | None = None


def ask(actor: Actor, ticket: Ticket, wish: Wish) -> Callback:
    """A client wants to be called on a ticket of theirs. Sent twice it is one; a second wish on the same ticket moves the first.
    Raises Refused for what is no number, a time that cannot be promised, a ticket that has ended."""
    now = clock.now()
    if ticket.status in ENDED:
        raise Refused(_l("This request has ended. Write to us on it, or raise a new one."))
    if phones.international(wish.number) is None:
        raise Refused(_l("Enter a phone number, such as 138 0013 8000 or +44 20 7946 0991."), field="number")
    why = rules.why_not(wish.wanted_at, now)
    if why is not None:
        raise Refused(_WHY_NOT[why], field="wanted_at")
    key = f"{actor.contact_id}:{wish.submission}"[:80] if wish.submission else None
    twin = db.session.scalar(select(Callback).where(Callback.submission == key)) if key else None
    if twin is not None:
        return twin
    present = _open_on(ticket, actor.contact_id)
    row = present or Callback(
        ticket_id=ticket.id, contact_id=actor.contact_id, by_client=True, asked_at=now, state=State.OPEN
    )
    row.number, row.wanted_at = wish.number, max(wish.wanted_at, now)
    row.about, row.submission = wish.about.strip(), key
    db.session.add(row)
    db.session.flush()
    return row


def refuse_unstaffed(wanted_at: datetime) -> None:
    """A client's wish for a time at which nobody is at the desk: raises Refused with the next time that somebody is."""
    opens = hours.staffed_again(wanted_at)
    if opens is not None:
        raise Refused(
            _l(
                "Nobody is at our phone at that time. Somebody is there again from: %(when)s.",
                when=filters.when_text(opens),
            ),
            field="wanted_at",
        )


def _open_on(ticket: Ticket, contact_id: int | None) -> Callback | None:
    return db.session.scalar(
        select(Callback)
        .where(
            Callback.ticket_id == ticket.id, Callback.state == State.OPEN, Callback.contact_id == contact_id
        )
        .limit(1)
    )


def withdraw(actor: Actor, callback_id: int) -> Callback:
    """It is not needed any more. By the person who is to be called, or by staff; raises NotFound for others, Refused when it is
    over."""
    row = queries.callback_for(actor, callback_id, lock=True)
    if not actor.is_staff and row.contact_id != actor.contact_id:
        raise NotFound
    _refuse_settled(row)
    row.state, row.settled_at = State.WITHDRAWN, clock.now()
    return row


def take(actor: Actor, callback_id: int) -> Callback:
    """One of the staff will make the call. Raises Refused when another one has it; again changes nothing."""
    assert actor.user_id is not None
    row = queries.callback_for(actor, callback_id, lock=True)
    _refuse_settled(row)
    if row.assignee_id is not None and row.assignee_id != actor.user_id:
        name = row.assignee.name if row.assignee else ""
        raise Refused(_l("%(name)s has taken this call already.", name=name))
    if row.assignee_id is None:
        row.assignee_id, row.taken_at = actor.user_id, clock.now()
    return row


def give_back(actor: Actor, callback_id: int) -> Callback:
    """Somebody else shall make the call; a manager may take it from anybody, others give back their own."""
    row = queries.callback_for(actor, callback_id, lock=True)
    _refuse_settled(row)
    row.assignee_id = row.taken_at = None
    return row


def _refuse_settled(row: Callback) -> None:
    if row.state is not State.OPEN:
        raise Refused(_l("This call was made or withdrawn meanwhile."))


def follow_work(ticket_id: int, work_id: int) -> None:
    """A call was logged: what was promised on its ticket is done or moves; a noted time becomes a promise of its own. Once for
    each call, however often it is told."""
    log = db.session.scalar(select(WorkLog).where(WorkLog.id == work_id))
    if log is None:
        return
    if db.session.scalar(select(Callback.id).where(Callback.work_log_id == work_id).limit(1)) is not None:
        return
    now = clock.now()
    after = rules.after_attempt(log.outcome, log.call_again_at, now)
    promised = _promised(ticket_id, log) if log.phase is Phase.PHONE else None
    if promised is None:
        if log.outcome is Outcome.CALL_AGAIN and after.again_at is not None:
            _promise(log, after.again_at, now)
        return
    promised.attempts += 1
    promised.tried_at, promised.work_log_id = log.started_at, log.id
    if after.again_at is None:
        promised.state, promised.settled_at = State.DONE, now
    else:
        promised.wanted_at = after.again_at
        promised.assignee_id = promised.taken_at = None


def _promised(ticket_id: int, log: WorkLog) -> Callback | None:
    """The one that this call was for: of the person called, else the caller's own, else the first."""
    rows = db.session.scalars(
        select(Callback)
        .where(Callback.ticket_id == ticket_id, Callback.state == State.OPEN)
        .order_by(Callback.wanted_at)
        .with_for_update(of=Callback)
    ).all()
    own = [r for r in rows if r.assignee_id == log.user_id]
    theirs = [r for r in rows if log.contact_id is not None and r.contact_id == log.contact_id]
    return next(iter([*theirs, *own, *rows]), None)


def _promise(log: WorkLog, wanted_at: datetime, now: datetime) -> None:
    ticket = db.session.get_one(Ticket, log.ticket_id)
    contact = db.session.get(Contact, log.contact_id or ticket.requester_id)
    number = log.number or (contact.phone if contact else None) or ""
    db.session.add(
        Callback(
            ticket_id=ticket.id,
            contact_id=contact.id if contact else None,
            number=number,
            wanted_at=wanted_at,
            about="",
            by_client=False,
            asked_at=now,
            state=State.OPEN,
            assignee_id=log.user_id,
            taken_at=now,
            work_log_id=log.id,
        )
    )
    db.session.flush()


def end_with_ticket(ticket_id: int) -> None:
    """The ticket was closed or cancelled: nobody is called about it any more."""
    rows = db.session.scalars(
        select(Callback).where(Callback.ticket_id == ticket_id, Callback.state == State.OPEN)
    )
    for row in rows:
        row.state, row.settled_at = State.WITHDRAWN, clock.now()
