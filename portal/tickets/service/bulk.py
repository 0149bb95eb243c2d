"""Several tickets changed in one go: what would be skipped and why, and then what was. The rows are locked in the order of their
ids, so that two bulk changes never wait for each other."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import and_, func, select

from portal.infra.db import db
from portal.kernel.actor import Actor
from portal.kernel.errors import NotFound, Refused
from portal.tickets.models.ticket import Ticket, TicketSeen, WorkLog
from portal.tickets.queries import scope, tags
from portal.tickets.rules.bulk import MOST, Action, Change, Facts, Skip, skips
from portal.tickets.rules.tags import key_of
from portal.tickets.service import fields, following, solving, status, tagging
from portal.tickets.service.record import Words


@dataclass(frozen=True)
class Planned:
    """One ticket of the selection. `refusal`: a sentence where the step itself refused."""

    number: int
    subject: str
    skip: Skip | None
    refusal: str = ""


def plan(actor: Actor, numbers: Sequence[int], change: Change) -> list[Planned]:
    """What the change would do to each, in the order given; nothing is written."""
    found = _load(actor, numbers, change, lock=False)
    return [_planned(number, found.get(number), change) for number in _chosen(numbers)]


def carry_out(actor: Actor, numbers: Sequence[int], change: Change) -> list[Planned]:
    """Do it to those that it applies to by now; the others are named with the reason."""
    found = _load(actor, numbers, change, lock=True)
    done = []
    for number in _chosen(numbers):
        one = _planned(number, found.get(number), change)
        if one.skip is None:
            try:
                with db.session.begin_nested():
                    _apply(actor, found[number].ticket, change)
            except Refused as refused:
                one = Planned(number, one.subject, Skip.NOT_FROM_HERE, str(refused.sentence))
        done.append(one)
    return done


def _chosen(numbers: Sequence[int]) -> list[int]:
    return list(dict.fromkeys(numbers))[:MOST]


@dataclass(frozen=True)
class _Loaded:
    ticket: Ticket
    unread: bool
    tags: frozenset[str]
    logs: Sequence[WorkLog]


def _load(actor: Actor, numbers: Sequence[int], change: Change, *, lock: bool) -> dict[int, _Loaded]:
    if not actor.is_staff:
        raise NotFound
    query = (
        scope.tickets_for(actor)
        .add_columns(func.coalesce(TicketSeen.entry_id, 0) < Ticket.last_entry_id)
        .outerjoin(TicketSeen, and_(TicketSeen.ticket_id == Ticket.id, TicketSeen.user_id == actor.user_id))
        .where(Ticket.number.in_(_chosen(numbers)))
        .order_by(Ticket.id)
    )
    if lock:
        locked = select(Ticket.id).where(Ticket.number.in_(_chosen(numbers))).order_by(Ticket.id)
        db.session.execute(locked.with_for_update(of=Ticket)).all()
        query = query.execution_options(populate_existing=True)
    rows = [(ticket, bool(unread)) for ticket, unread in db.session.execute(query)]
    ids = [ticket.id for ticket, _ in rows]
    named = tags.of_tickets(ids) if change.action is Action.TAG else {}
    logs: dict[int, list[WorkLog]] = {}
    if change.action is Action.PHASE:
        for log in db.session.scalars(select(WorkLog).where(WorkLog.ticket_id.in_(ids)).order_by(WorkLog.id)):
            logs.setdefault(log.ticket_id, []).append(log)
    return {
        ticket.number: _Loaded(
            ticket, unread, frozenset(key_of(n) for n in named.get(ticket.id, ())), logs.get(ticket.id, ())
        )
        for ticket, unread in rows
    }


def _planned(number: int, found: _Loaded | None, change: Change) -> Planned:
    if found is None:
        return Planned(number, "", Skip.GONE)
    ticket = found.ticket
    facts = Facts(ticket.status, ticket.assignee_id, ticket.team_id, found.unread, ticket.phase, found.tags)
    skip = skips(change, facts)
    refusal = _refusal(found, change) if skip is None else None
    return Planned(number, ticket.subject, Skip.NOT_FROM_HERE if refusal else skip, refusal or "")


def _refusal(found: _Loaded, change: Change) -> str | None:
    """What the step itself would answer, so far as it can be known beforehand."""
    if change.action is Action.RESOLVE:
        return solving.obstacle(found.ticket)
    if change.action is Action.PHASE:
        return status.why_not_yet(found.ticket, change.phase, found.logs)
    return None


def _apply(actor: Actor, ticket: Ticket, change: Change) -> None:
    before = ticket.last_entry_id
    match change.action:
        case Action.ASSIGN:
            status.hand_over(ticket, actor, change.user_id, change.team_id, reason=change.reason)
        case Action.WAIT:
            status.wait(actor, ticket, change.status, change.reason)
        case Action.RESOLVE:
            fields.refuse_unfilled(ticket)
            status.resolve(actor, ticket, change.code, Words(change.text))
        case Action.CLOSE:
            status.close_by_staff(actor, ticket, change.reason)
        case Action.PHASE:
            status.change_phase(actor, ticket, change.phase)
        case Action.TAG:
            tagging.change_tags(actor, ticket, change.add, change.remove)
        case Action.READ:
            following.mark_seen(actor, ticket, ticket.last_entry_id)
    if change.action is not Action.READ:
        following.keep_read(actor, ticket, before)
