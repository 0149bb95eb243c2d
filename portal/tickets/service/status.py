"""Status, phase and assignment: each step checked by the rules, written to the timeline, told upward."""

from collections.abc import Callable, Iterable
from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from portal.contracts.queries import clauses, facts
from portal.contracts.service import ledger
from portal.infra import outbox
from portal.infra.db import db
from portal.infra.plain import Plain
from portal.kernel import clock
from portal.kernel.actor import SYSTEM, Actor, StaffRole
from portal.kernel.errors import Refused
from portal.people import queries as people
from portal.tickets.events import (
    StaffReplied,
    TicketAssigned,
    TicketCancelled,
    TicketClosed,
    TicketReopened,
    TicketResolved,
    TicketWaitsForClient,
)
from portal.tickets.models.ticket import Ticket, WorkLog
from portal.tickets.rules import transitions
from portal.tickets.rules.transitions import SILENCE_CLOSES_AFTER
from portal.tickets.rules.visiting import Attempt, Why
from portal.tickets.rules.words import ENDED, OPEN, WAITING, ClosureCode, EntryKind, Phase, Status, Urgency
from portal.tickets.service import clocks, holds, record
from portal.tickets.service.record import Words

_REFUSALS = {
    Why.NOT_FROM_HERE: _l(
        "The ticket has moved on since this page was opened; that step is not possible any more."
    ),
    Why.CALL_FIRST: _l("Log a call first: the contract asks to try by phone before anything else."),
    Why.REMOTE_FIRST: _l("Log a remote session that could not solve it first, or give a manager's reason."),
    Why.REASON_NEEDED: _l("Say why, so that everybody knows what the ticket waits for."),
}


def become(ticket: Ticket, actor: Actor, then: Status, now: datetime, *, reason: str = "") -> None:
    """Take a status step on a locked ticket; raises Refused when the table does not have it. The client sees the line."""
    if ticket.status is then:
        return
    if not transitions.may_become(ticket.status, then):
        raise Refused(_REFUSALS[Why.NOT_FROM_HERE])
    _set_status(ticket, actor, then, now, reason)


def take(ticket: Ticket, then: Status, now: datetime, reason: str = "") -> Status:
    """Write a status and what hangs on it, without asking the table and without a line; returns what it was."""
    before, ticket.status = ticket.status, then
    if before is not then:
        ticket.status_since = now
        clocks.follow_status(ticket, before, then, now)
    ticket.waiting_reason = reason.strip()[:500] or None if then in WAITING else None
    if then not in OPEN:
        ticket.snoozed_at = ticket.snoozed_until = ticket.woke_at = None
    return before


def _set_status(ticket: Ticket, actor: Actor, then: Status, now: datetime, reason: str) -> None:
    before = take(ticket, then, now, reason)
    details = {"what": "status", "from": before.value, "to": then.value, "reason": reason.strip()}
    record.add_change(ticket, actor, now, details, internal=False)


def touch_by_staff(
    ticket: Ticket, actor: Actor, now: datetime, *, contact_at: datetime | None = None
) -> None:
    """A human of the staff was in contact: the response is given, a new ticket is in progress, the rest is answered.

    `contact_at` is when, if it was earlier than now: a call that is logged after it ended.
    """
    if ticket.first_response_at is None:
        ticket.first_response_at = contact_at or now
        clocks.stop(ticket, "response", ticket.first_response_at)
    ticket.unanswered_since = None
    ticket.thanked_at = None
    if ticket.status is Status.NEW:
        become(ticket, actor, Status.IN_PROGRESS, now)
    if ticket.assignee_id is None and actor.user_id is not None:
        assign(ticket, actor, actor.user_id)


def wait(actor: Actor, ticket: Ticket, status: Status, reason: str, words: Words | None = None) -> None:
    """Put a ticket on hold for somebody; the reason is shown to the client. With words, they are sent as a message.

    A ticket that waits for the same already gets the new reason. What the client is not told answers nothing: without
    words only the wait for the client, which is mailed, counts as an answer.
    """
    if status not in WAITING:
        raise Refused(_REFUSALS[Why.NOT_FROM_HERE])
    if not reason.strip():
        raise Refused(_REFUSALS[Why.REASON_NEEDED], field="reason")
    now = clock.now()
    if ticket.status is status:
        _set_status(ticket, actor, status, now, reason)
    become(ticket, actor, status, now, reason=reason)
    line_id = ticket.last_entry_id
    entry = (
        record.add_entry(ticket, actor, EntryKind.MESSAGE, now, words)
        if words and words.text.strip()
        else None
    )
    if entry or status is Status.WAITING_CUSTOMER:
        touch_by_staff(ticket, actor, now)
    if status is Status.WAITING_CUSTOMER:
        outbox.record(TicketWaitsForClient(ticket.id, entry.id if entry else line_id))
    elif entry:
        outbox.record(StaffReplied(ticket.id, entry.id))


def resume(actor: Actor, ticket: Ticket) -> None:
    """The reason for waiting is gone; raises Refused for a ticket that does not wait."""
    if ticket.status not in WAITING:
        raise Refused(_REFUSALS[Why.NOT_FROM_HERE])
    become(ticket, actor, Status.IN_PROGRESS, clock.now())


def follow_contract(contract_id: int) -> int:
    """A pause of the contract is over: tickets that waited for it begin at that instant, with their promises. Returns how
    many."""
    now = clock.now()
    (known,) = facts.contracts_by_id({contract_id}, now)
    since = max((s.end for s in known.contract.suspensions if s.end is not None), default=now)
    waiting = clocks.waiting_for_contract(contract_id)
    for ticket in waiting:
        if ticket.status is Status.WAITING_PAYMENT:
            become(ticket, SYSTEM, Status.IN_PROGRESS, since)
        clocks.promise(ticket, now, since=since)
    return len(waiting)


def resolve(actor: Actor, ticket: Ticket, code: ClosureCode, words: Words) -> None:
    """Staff say it is done, and what was done; the client is asked to confirm (TS-19). Twice is refused."""
    if ticket.status is Status.RESOLVED:
        raise Refused(_REFUSALS[Why.NOT_FROM_HERE])
    if found := holds.of(ticket.id):
        raise Refused(holds.still_open(found))
    now = clock.now()
    become(ticket, actor, Status.RESOLVED, now)
    touch_by_staff(ticket, actor, now)
    entry = record.add_entry(ticket, actor, EntryKind.MESSAGE, now, words)
    ticket.closure_code, ticket.resolved_at, ticket.closed_at = code, now, None
    outbox.record(TicketResolved(ticket.id, entry.id))


def confirm(actor: Actor, ticket: Ticket) -> None:
    """The client says that it works: closed."""
    if ticket.status is Status.CLOSED:
        return
    _close(ticket, actor, clock.now(), by_silence=False)


def close_silent(actor: Actor, now: datetime, limit: int = 200) -> int:
    """Close what was resolved seven days ago and not answered since. Returns how many; call until it is 0."""
    due = (
        select(Ticket)
        .where(Ticket.status == Status.RESOLVED, Ticket.resolved_at <= now - SILENCE_CLOSES_AFTER)
        .order_by(Ticket.resolved_at)
        .limit(limit)
        .with_for_update(of=Ticket, skip_locked=True)
    )
    tickets = db.session.scalars(due).all()
    for ticket in tickets:
        _close(ticket, actor, now, by_silence=True)
    return len(tickets)


def close_by_staff(actor: Actor, ticket: Ticket, reason: str) -> None:
    """The client said on another way that it works, and `reason` says who and how; raises Refused for what is not solved."""
    if ticket.status is not Status.RESOLVED:
        raise Refused(_l("Only a solved ticket is closed. Mark it as solved first."))
    if not reason.strip():
        raise Refused(_REFUSALS[Why.REASON_NEEDED], field="reason")
    _close(ticket, actor, clock.now(), by_silence=False, reason=reason)


def _close(ticket: Ticket, actor: Actor, now: datetime, *, by_silence: bool, reason: str = "") -> None:
    become(ticket, actor, Status.CLOSED, now, reason="silence" if by_silence else reason)
    ticket.closed_at, ticket.unanswered_since = now, None
    clocks.settle(ticket, ticket.resolved_at or now)
    if not by_silence:
        ticket.thanked_at = None
    outbox.record(TicketClosed(ticket.id, by_silence))


def reopen(ticket: Ticket, actor: Actor, now: datetime) -> None:
    """Back to work; what was resolved stays in the timeline."""
    become(ticket, actor, Status.IN_PROGRESS, now)
    ticket.resolved_at = ticket.closed_at = ticket.closure_code = ticket.thanked_at = None


def reopen_by_staff(actor: Actor, ticket: Ticket) -> None:
    """Staff decide that a resolved or closed ticket goes on; raises Refused for another."""
    if ticket.status not in (Status.RESOLVED, Status.CLOSED):
        raise Refused(_REFUSALS[Why.NOT_FROM_HERE])
    reopen(ticket, actor, clock.now())
    outbox.record(TicketReopened(ticket.id, None))


def cancel(actor: Actor, ticket: Ticket, reason: str) -> None:
    """The request is withdrawn or a duplicate."""
    if not reason.strip():
        raise Refused(_REFUSALS[Why.REASON_NEEDED], field="reason")
    if ticket.status is Status.CANCELLED:
        raise Refused(_REFUSALS[Why.NOT_FROM_HERE])
    now = clock.now()
    become(ticket, actor, Status.CANCELLED, now, reason=reason)
    ticket.closed_at, ticket.unanswered_since, ticket.closure_code = now, None, ClosureCode.WITHDRAWN
    clocks.settle(ticket, now, "cancelled")
    ledger.release_held_for(actor, f"ticket:{ticket.number}", "cancelled")
    outbox.record(TicketCancelled(ticket.id))


def assign(
    ticket: Ticket, actor: Actor, user_id: int | None, team_id: int | None = None, *, reason: str = ""
) -> None:
    """Give a ticket to a person of the staff or to a team; both None gives it back to the queue. Whoever had it is told."""
    now = clock.now()
    user = people.staff_user(user_id) if user_id is not None else None
    team = people.team(team_id) if team_id is not None else None
    if (ticket.assignee_id, ticket.team_id) == (user_id, team_id or ticket.team_id):
        return
    former, ticket.assignee_id = ticket.assignee_id, user_id
    ticket.team_id = team.id if team else (user.team_id if user else None) or ticket.team_id
    names = {"to": user.name if user else "", "team": team.name if team else ""}
    line = record.add_change(ticket, actor, now, {"what": "assigned", **names, "reason": reason.strip()})
    if former == user_id:
        former = None
    if user_id is not None or former is not None:
        outbox.record(TicketAssigned(ticket.id, user_id, actor.user_id, former, line.id))


def hand_over(
    ticket: Ticket, actor: Actor, user_id: int | None, team_id: int | None, *, reason: str = ""
) -> None:
    """Assign by somebody's decision: raises Refused when the ticket has an assignee, who loses it, and no reason is given."""
    if ticket.assignee_id not in (None, user_id) and not reason.strip():
        raise Refused(
            _l(
                "%(name)s has this ticket now. Say why it changes hands; both read it.", name=_name_of(ticket)
            ),
            field="reason",
        )
    assign(ticket, actor, user_id, team_id, reason=reason)


def take_it(ticket: Ticket, actor: Actor) -> None:
    """Assign to the actor at once; raises Refused when a colleague has it, for that takes a reason."""
    if ticket.assignee_id not in (None, actor.user_id):
        raise Refused(
            _l("%(name)s has this ticket already. Assign it to yourself and say why.", name=_name_of(ticket))
        )
    assign(ticket, actor, actor.user_id)


def _name_of(ticket: Ticket) -> str:
    return ticket.assignee.name if ticket.assignee else ""


def _attempts(logs: Iterable[WorkLog | Plain]) -> list[Attempt]:
    return [Attempt(log.phase, log.outcome) for log in logs]


def asks_phone_first(ticket: Ticket | Plain) -> bool:
    """Whether the ticket's contract asks to try by phone first (TS-23); a ticket without a contract is treated as though it
    did."""
    clause = clauses.table_clause(f"ticket:{ticket.id}", "phone_first")
    return clause is None or bool(clause)


def _why_not(
    ticket: Ticket | Plain,
    then: Phase,
    logs: Iterable[WorkLog | Plain],
    reason: str,
    phone_first: Callable[[], bool] | None = None,
) -> Why | None:
    """As the rules say; the contract is read only where it matters."""
    attempts, emergency = _attempts(logs), ticket.urgency is Urgency.CRITICAL
    why = transitions.phase_refusal(ticket.phase, then, attempts, emergency=emergency, override_reason=reason)
    if why is None:
        return None
    return transitions.phase_refusal(
        ticket.phase,
        then,
        attempts,
        phone_first=phone_first() if phone_first else asks_phone_first(ticket),
        emergency=emergency,
        override_reason=reason,
    )


def keeps_from(ticket: Ticket, then: Phase) -> str | None:
    """As `why_not_yet`, from what was logged on the ticket."""
    logs = db.session.scalars(select(WorkLog).where(WorkLog.ticket_id == ticket.id).order_by(WorkLog.id))
    return why_not_yet(ticket, then, logs.all())


def why_not_yet(
    ticket: Ticket | Plain,
    then: Phase,
    logs: Iterable[WorkLog | Plain],
    phone_first: Callable[[], bool] | None = None,
) -> str | None:
    """Why the ladder keeps a ticket from a phase, in the reader's words; None if it does not. `phone_first`: asks_phone_first
    for who asks about several phases, and reads the contract once."""
    why = _why_not(ticket, then, logs, "", phone_first)
    return str(_REFUSALS[why]) if why else None


def change_phase(actor: Actor, ticket: Ticket, then: Phase, *, override_reason: str = "") -> None:
    """Climb the ladder phone → remote → on-site; a manager's reason overrides what was not tried yet."""
    if ticket.status in ENDED:
        raise Refused(_l("This ticket has ended. Reopen it before you change its phase."))
    may_override = actor.staff_role in (StaffRole.MANAGER, StaffRole.ADMINISTRATOR)
    logs = db.session.scalars(
        select(WorkLog).where(WorkLog.ticket_id == ticket.id).order_by(WorkLog.id)
    ).all()
    reason = override_reason if may_override else ""
    why = _why_not(ticket, then, logs, reason)
    if why is not None:
        raise Refused(_REFUSALS[why], field="phase")
    if ticket.phase is not then:
        set_phase(ticket, actor, then, clock.now(), reason=reason)


def set_phase(ticket: Ticket, actor: Actor, then: Phase, now: datetime, *, reason: str = "") -> None:
    """Write a phase that has been checked."""
    before, ticket.phase = ticket.phase, then
    clocks.promise(ticket, now)
    details = {"what": "phase", "from": before.value, "to": then.value, "reason": reason.strip()}
    record.add_change(ticket, actor, now, details, internal=False)
