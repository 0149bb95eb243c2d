"""Several tickets changed in one go: what would be skipped and why, and then what was. The rows are locked in the order of their
ids, so that two bulk changes never wait for each other."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import and_, func, select

from portal.infra.db import db
from portal.kernel.actor import Actor
from portal.kernel.errors import NotFound, Refused
from portal.tickets.models.ticket import Ticket, TicketSeen
from portal.tickets.queries import scope
from portal.tickets.rules.bulk import MOST, Action, Change, Facts, Skip, skips
from portal.tickets.service import fields, following, status
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
    found = _load(actor, numbers, lock=False)
    return [_planned(number, found.get(number), change) for number in _chosen(numbers)]


def carry_out(actor: Actor, numbers: Sequence[int], change: Change) -> list[Planned]:
    """Do it to those that it applies to by now; the others are named with the reason."""
    found = _load(actor, numbers, lock=True)
    done = []
    for number in _chosen(numbers):
        one = _planned(number, found.get(number), change)
        if one.skip is None:
            try:
                with db.session.begin_nested():
                    _apply(actor, found[number][0], change)
            except Refused as refused:
                one = Planned(number, one.subject, Skip.NOT_FROM_HERE, str(refused.sentence))
        done.append(one)
    return done


def _chosen(numbers: Sequence[int]) -> list[int]:
    return list(dict.fromkeys(numbers))[:MOST]


def _load(actor: Actor, numbers: Sequence[int], *, lock: bool) -> dict[int, tuple[Ticket, bool]]:
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
    return {ticket.number: (ticket, bool(unread)) for ticket, unread in db.session.execute(query)}


def _planned(number: int, found: tuple[Ticket, bool] | None, change: Change) -> Planned:
    if found is None:
        return Planned(number, "", Skip.GONE)
    ticket, unread = found
    facts = Facts(ticket.status, ticket.assignee_id, ticket.team_id, unread)
    return Planned(number, ticket.subject, skips(change, facts))


def _apply(actor: Actor, ticket: Ticket, change: Change) -> None:
    before = ticket.last_entry_id
    match change.action:
        case Action.ASSIGN:
            status.assign(ticket, actor, change.user_id, change.team_id)
        case Action.WAIT:
            status.wait(actor, ticket, change.status, change.reason)
        case Action.RESOLVE:
            fields.refuse_unfilled(ticket)
            status.resolve(actor, ticket, change.code, Words(change.text))
        case Action.READ:
            following.mark_seen(actor, ticket, ticket.last_entry_id)
    if change.action is not Action.READ:
        following.keep_read(actor, ticket, before)
