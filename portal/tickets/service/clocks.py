"""Promises on tickets: started with the contract's answer, stopped by what happens, paused by reason, reckoned again."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import bindparam, select, update

from portal.contracts.models import CoverageDecision
from portal.contracts.queries import decisions, facts
from portal.contracts.queries.facts import Known
from portal.contracts.rules import deadlines, plain
from portal.contracts.rules.deadlines import Pause
from portal.contracts.rules.decision import Decision, Question, Reason
from portal.contracts.rules.terms import StartEvent
from portal.contracts.service import assessing
from portal.infra import outbox
from portal.infra.db import BigId, db
from portal.kernel.actor import SYSTEM
from portal.kernel.working_time import ServiceCalendar
from portal.tickets.events import PromiseBroken, PromiseNear
from portal.tickets.models.ticket import Ticket, TicketClock, TicketPause
from portal.tickets.rules import asking
from portal.tickets.rules import clocks as rules
from portal.tickets.rules.order import place
from portal.tickets.rules.words import OPEN, Status

REPRIORITISED = "reprioritised"


def question_of(ticket: Ticket) -> Question:
    """What a ticket asks of its organisation's contracts."""
    device = (ticket.device.id, ticket.device.kind.value) if ticket.device else None
    return asking.question(
        ticket.organisation_id, ticket.kind, ticket.urgency, ticket.phase, ticket.received_at, device
    )


def _askable(question: Question, ticket: Ticket) -> Question:
    return asking.settled(question, ticket.kind, ticket.phase, lambda q: assessing.ask(SYSTEM, q)[0])


def promise(
    ticket: Ticket, now: datetime, *, since: datetime | None = None, materials: datetime | None = None, first: bool = False
) -> Decision:  # fmt: skip
    """Ask the contracts about a ticket, keep the answer, and start the promises that come with it.

    Called again after a change of urgency, device or phase: promises that changed are replaced, those that were kept or
    broken stay, and a breach is never taken back. While the contract is suspended no promise runs; `since`: it goes on from
    then. `materials`: when the client's material was there, for promises that wait for it. `first`: the ticket is being opened,
    so that nothing runs, was answered or paused yet.
    """
    decision, known = assessing.assess(
        SYSTEM, f"ticket:{ticket.id}", _askable(question_of(ticket), ticket), first=first
    )
    waits = decision.reason is Reason.SUSPENDED
    wanted = {} if waits else {t.metric + ("*" if t.internal else ""): t for t in decision.targets}
    running = {c.metric + ("*" if c.internal else ""): c for c in (() if first else _running(ticket.id))}
    began = {c.metric: c.started_at for c in running.values()}
    happened = {StartEvent.RECEIVED: max(ticket.received_at, since or ticket.received_at)}
    if materials is not None:
        happened[StartEvent.MATERIALS] = materials
    for name, clock in running.items():
        target = wanted.get(name)
        same = (
            target is not None
            and plain.of_rule(target.rule) == clock.rule
            and clock.contract_id == decision.contract_id
        )
        if same:
            wanted.pop(name)
        else:
            _end(clock, now, REPRIORITISED)
    assert decision.contract_id is not None or not wanted
    answered = {c.metric for c in _ended(ticket.id)} if wanted and not first else set()
    pauses = pauses_of(ticket.id) if wanted and not first else []
    for target in wanted.values():
        started_at = target.starts(happened) or began.get(target.metric)
        if target.metric in answered or started_at is None:
            continue
        clock = TicketClock(
            ticket_id=ticket.id,
            metric=target.metric,
            contract_id=decision.contract_id,
            version_number=decision.version,
            clause=target.clause,
            rule=plain.of_rule(target.rule),
            internal=target.internal,
            started_at=started_at,
            warned=0,
        )
        db.session.add(clock)
        calendar = known[clock.contract_id].compiled[clock.version_number].version.calendar
        _reckon(clock, calendar, pauses)
    if running or wanted or ticket.due_at is not None:
        _keep_nearest(ticket)
    return decision


def waits_at_first(decision: Decision) -> Status | None:
    """What a new ticket waits for before any promise can run: the payment that ends a pause of the contract (CR-13), or the
    client's material (WB-12). None: nothing."""
    if decision.reason is Reason.SUSPENDED:
        return Status.WAITING_PAYMENT
    if any(t.start_event is StartEvent.MATERIALS for t in decision.targets):
        return Status.WAITING_CUSTOMER
    return None


def waiting_for_contract(contract_id: int) -> list[Ticket]:
    """Open tickets whose answer still is that this contract is suspended, locked."""
    asked = select(CoverageDecision.ref).where(
        CoverageDecision.contract_id == contract_id, CoverageDecision.reason == Reason.SUSPENDED
    )
    refs = [ref for ref in set(db.session.scalars(asked)) if ref.startswith("ticket:")]
    ids = []
    for ref in refs:
        last = decisions.last_of(ref)
        if last is not None and last.reason is Reason.SUSPENDED and last.contract_id == contract_id:
            ids.append(int(ref.removeprefix("ticket:")))
    query = select(Ticket).where(Ticket.id.in_(ids), Ticket.status.in_(OPEN)).order_by(Ticket.id)
    return list(db.session.scalars(query.with_for_update(of=Ticket)))


def _running(ticket_id: int) -> Sequence[TicketClock]:
    return db.session.scalars(_RUNNING, {"ticket": ticket_id}).all()


_RUNNING = (
    select(TicketClock)
    .where(TicketClock.ticket_id == bindparam("ticket", type_=BigId), TicketClock.stopped_at.is_(None))
    .order_by(TicketClock.id)
)


def _ended(ticket_id: int) -> Sequence[TicketClock]:
    """Promises that were answered; one that was replaced is not answered."""
    query = select(TicketClock).where(
        TicketClock.ticket_id == ticket_id,
        TicketClock.stopped_at.is_not(None),
        TicketClock.replaced_because.is_(None),
    )
    return db.session.scalars(query).all()


def pauses_of(ticket_id: int) -> list[Pause]:
    """The stretches that do not count, in order."""
    query = select(TicketPause).where(TicketPause.ticket_id == ticket_id).order_by(TicketPause.id)
    return [Pause(p.started_at, p.ended_at, p.reason) for p in db.session.scalars(query)]


def _keep_nearest(ticket: Ticket) -> None:
    """The queue is ordered by the nearest deadline of what runs: the ticket keeps it."""
    due = sorted((c.due_at, c.id or 0, c.metric) for c in _running(ticket.id) if c.due_at is not None)
    ticket.due_at, ticket.due_metric = (due[0][0], due[0][2]) if due else (None, None)


def _keep_nearest_of(clocks: Sequence[TicketClock]) -> None:
    """The same for many tickets whose clocks were reckoned anew, a few statements for each thousand."""
    db.session.flush()
    ids = sorted({c.ticket_id for c in clocks})
    for start in range(0, len(ids), 500):
        some = ids[start : start + 500]
        nearest: dict[int, tuple[datetime, str]] = {}
        running = (
            select(TicketClock.ticket_id, TicketClock.due_at, TicketClock.metric)
            .where(
                TicketClock.ticket_id.in_(some),
                TicketClock.stopped_at.is_(None),
                TicketClock.due_at.is_not(None),
            )
            .order_by(TicketClock.due_at.desc(), TicketClock.id.desc())
        )
        for ticket_id, due_at, metric in db.session.execute(running):
            nearest[ticket_id] = (due_at, metric)
        columns = (
            Ticket.id, Ticket.status, Ticket.unanswered_since, Ticket.last_activity_at, Ticket.status_since,
            Ticket.due_at, Ticket.due_metric, Ticket.snoozed_at,
        )  # fmt: skip
        changed = []
        for row in db.session.execute(select(*columns).where(Ticket.id.in_(some))):
            due_at, metric = nearest.get(row.id, (None, None))
            if (due_at, metric) != (row.due_at, row.due_metric):
                placed = place(
                    row.status, due_at, row.unanswered_since, row.last_activity_at, row.status_since,
                    out_of_sight=row.snoozed_at is not None,
                )  # fmt: skip
                changed.append(
                    {
                        "id": row.id,
                        "due_at": due_at,
                        "due_metric": metric,
                        "queue_rank": placed[0],
                        "queue_at": placed[1],
                    }
                )
        if changed:
            db.session.execute(update(Ticket), changed)


def _reckon(clock: TicketClock, calendar: ServiceCalendar, pauses: list[Pause]) -> None:
    found = deadlines.due(plain.rule_of(clock.rule), clock.started_at, calendar, pauses)
    clock.due_at, clock.remaining_minutes = found.due_at, found.remaining_minutes
    clock.provisional = found.provisional
    clock.watch_at = rules.next_step_at(clock.started_at, clock.due_at, clock.warned)


def _end(clock: TicketClock, at: datetime, why: str | None = None) -> None:
    """The promise ends: late if `at` lies after the deadline; `why` names what took it away, if it was not answered."""
    clock.stopped_at, clock.watch_at, clock.replaced_because = at, None, why
    if clock.due_at is not None and at > clock.due_at:
        clock.breached_at = clock.breached_at or clock.due_at


def stop(ticket: Ticket, metric: str, at: datetime) -> None:
    """The promise is kept, or it was broken: late if `at` lies after the deadline."""
    for clock in _running(ticket.id):
        if clock.metric == metric:
            _end(clock, at)
    _keep_nearest(ticket)


def settle(ticket: Ticket, at: datetime, why: str | None = None) -> None:
    """The ticket is closed or cancelled: whatever still runs ends at that instant (for a closed one, when it was solved)."""
    for clock in _running(ticket.id):
        _end(clock, at, why)
    _keep_nearest(ticket)


def follow_status(ticket: Ticket, before: Status, then: Status, now: datetime) -> None:
    """Open or close the pause that a change of status means, and reckon what still runs. When the client's turn is over,
    promises that waited for its material begin."""
    if rules.pauses(before) == rules.pauses(then):
        return
    if rules.pauses(then):
        db.session.add(TicketPause(ticket_id=ticket.id, reason=then.value, started_at=now))
    else:
        query = select(TicketPause).where(TicketPause.ticket_id == ticket.id, TicketPause.ended_at.is_(None))
        for pause in db.session.scalars(query):
            pause.ended_at = now
    db.session.flush()
    reckon_again(_running(ticket.id), now)
    _keep_nearest(ticket)
    if (
        before is Status.WAITING_CUSTOMER
        and then in OPEN
        and not rules.pauses(then)
        and _awaits_material(ticket)
    ):
        promise(ticket, now, materials=now)


def _awaits_material(ticket: Ticket) -> bool:
    """Whether a promise of this ticket has not begun because its material was missing."""
    decision, _ = assessing.ask(SYSTEM, _askable(question_of(ticket), ticket))
    begun = {c.metric for c in [*_running(ticket.id), *_ended(ticket.id)]}
    return any(t.start_event is StartEvent.MATERIALS and t.metric not in begun for t in decision.targets)


def reckon_again(clocks: Iterable[TicketClock], now: datetime) -> int:
    """Reckon running clocks by the calendar and pauses of now; ended ones never change. Returns how many deadlines moved.

    Contracts and pauses are loaded once for all, so ten thousand clocks are one sweep.
    """
    running = [c for c in clocks if c.stopped_at is None]
    if not running:
        return 0
    calendars = _calendars({c.contract_id for c in running}, now)
    pauses: dict[int, list[Pause]] = {}
    ids = sorted({c.ticket_id for c in running})
    for start in range(0, len(ids), 500):
        query = (
            select(TicketPause)
            .where(TicketPause.ticket_id.in_(ids[start : start + 500]))
            .order_by(TicketPause.id)
        )
        for row in db.session.scalars(query):
            pauses.setdefault(row.ticket_id, []).append(Pause(row.started_at, row.ended_at, row.reason))
    moved = 0
    for clock in running:
        before = clock.due_at
        _reckon(clock, calendars[clock.contract_id, clock.version_number], pauses.get(clock.ticket_id, []))
        moved += clock.due_at != before
    return moved


def _calendars(contract_ids: set[int], now: datetime) -> dict[tuple[int, int], ServiceCalendar]:
    known: list[Known] = facts.contracts_by_id(contract_ids, now)
    return {
        (k.record.id, number): terms.version.calendar for k in known for number, terms in k.compiled.items()
    }


def watch(now: datetime, limit: int = 500) -> int:
    """Warn at 50, 80 and 100 per cent and mark what broke, at the instant of its deadline and not of this look.

    Returns how many were looked at; call until it is less than `limit`.
    """
    query = (
        select(TicketClock)
        .where(TicketClock.watch_at < now)
        .order_by(TicketClock.watch_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    clocks = db.session.scalars(query).all()
    for clock in clocks:
        assert clock.due_at is not None
        step = rules.step_reached(clock.started_at, clock.due_at, now)
        if step > clock.warned:
            clock.warned = step
            if step == rules.STEPS[-1]:
                clock.breached_at = clock.breached_at or clock.due_at
                outbox.record(PromiseBroken(clock.ticket_id, clock.id))
            elif not clock.internal:
                outbox.record(PromiseNear(clock.ticket_id, clock.id, step))
        clock.watch_at = rules.next_step_at(clock.started_at, clock.due_at, clock.warned)
    return len(clocks)


def follow_calendar(jurisdiction: str, now: datetime) -> int:
    """Days off have changed: reckon every running promise of the jurisdiction's contracts. Returns how many moved."""
    ids = facts.contract_ids_under(jurisdiction)
    query = select(TicketClock).where(TicketClock.stopped_at.is_(None), TicketClock.contract_id.in_(ids))
    clocks = db.session.scalars(query).all()
    moved = reckon_again(clocks, now)
    _keep_nearest_of(clocks)
    return moved
