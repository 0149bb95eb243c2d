"""One ticket goes on as another: it ends as a duplicate, its people follow, replies to it arrive there; and the way back.

Owns that there is never a chain to walk: whatever pointed to the merged ticket points to the new end at once.
"""

from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import exists, select, update

from portal.contracts.service import ledger
from portal.infra import outbox
from portal.infra.db import db
from portal.kernel import clock, refs
from portal.kernel.actor import Actor
from portal.kernel.errors import Refused
from portal.people import queries as people
from portal.tickets.events import TicketMerged
from portal.tickets.models.operations import TicketMerge
from portal.tickets.models.ticket import Participant, Ticket, TimelineEntry
from portal.tickets.queries import merged
from portal.tickets.rules import merging as rules
from portal.tickets.rules.merging import MergeRefusal, Side
from portal.tickets.rules.words import OPEN, ClosureCode, Status
from portal.tickets.service import clocks, holds, record, status

MERGED = "merged"
_INSTANTS = ("resolved_at", "closed_at", "unanswered_since", "thanked_at")
_REFUSALS = {
    MergeRefusal.ITSELF: _l("A ticket cannot be merged into itself. Choose another number."),
    MergeRefusal.MERGED: _l("This ticket was merged already. Undo that first, or merge the ticket that it goes on as."),
    MergeRefusal.OTHER_ORGANISATION: _l(
        "That ticket belongs to another organisation, whose people would read this one. Link the two instead."
    ),
    MergeRefusal.OPEN_WORK: _l(
        "A visit or a quote is open on this ticket. Merge the other one into this one, or end that work first."
    ),
    MergeRefusal.INTO_ENDED: _l(
        "That ticket is solved or has ended, and this one is open. Open the other one again first, or merge it into this one."
    ),
}  # fmt: skip


def _side(ticket: Ticket) -> Side:
    return Side(
        ticket.id, ticket.organisation_id, ticket.status, ticket.merged_into_id, bool(holds.of(ticket.id))
    )


def merge(actor: Actor, ticket: Ticket, target: Ticket) -> TicketMerge:
    """Let a ticket go on as another one; both are locked. Raises Refused with what stands in the way.

    Every line stays where it was written and keeps its rights. The merged ticket's people become participants of the
    other one, as far as they still belong to the organisation, and are told.
    """
    assert actor.user_id is not None
    why = rules.refusal(_side(ticket), _side(target))
    if why is MergeRefusal.INTO_MERGED:
        end = refs.ticket_number(target.merged_into.number) if target.merged_into else ""
        raise Refused(
            _l("That ticket was merged itself and goes on as %(number)s. Choose that one.", number=end),
            field="number",
        )
    if why is not None:
        raise Refused(_REFUSALS[why], field="number")
    now = clock.now()
    members = people.names_of(target.organisation_id)
    carried = rules.carried(merged.people_of(ticket), set(merged.people_of(target)), {c.id for c in members})
    names = [c.name for c in members if c.id in carried]
    row = TicketMerge(
        ticket_id=ticket.id, into_id=target.id, user_id=actor.user_id, at=now, before=_kept(ticket), carried=carried,
    )  # fmt: skip
    db.session.add(row)
    record.add_change(ticket, actor, now, {"what": "merged", "into": target.number}, internal=False)
    details = {"what": "merged_here", "from": ticket.number, "names": names}
    record.add_change(target, actor, now, details, internal=False)
    db.session.add_all(Participant(ticket_id=target.id, contact_id=c, added_at=now) for c in carried)
    if ticket.unanswered_since and ticket.status in OPEN:
        target.unanswered_since = min(
            target.unanswered_since or ticket.unanswered_since, ticket.unanswered_since
        )
    _end(actor, ticket, now)
    db.session.execute(
        update(Ticket)
        .where(Ticket.merged_into_id == ticket.id)
        .values(merged_into_id=target.id, changed_at=now)
        .execution_options(synchronize_session="fetch")
    )
    ticket.merged_into_id, ticket.holds_merged, target.holds_merged = target.id, False, True
    db.session.flush()
    outbox.record(TicketMerged(ticket.id, row.id))
    return row


def _kept(ticket: Ticket) -> dict[str, Any]:
    instants = {name: at.isoformat() for name in _INSTANTS if (at := getattr(ticket, name)) is not None}
    return {
        "status": ticket.status.value,
        "waiting_reason": ticket.waiting_reason,
        "closure_code": ticket.closure_code.value if ticket.closure_code else None,
        **instants,
    }


def _end(actor: Actor, ticket: Ticket, now: datetime) -> None:
    """It ends as a duplicate; what it had reserved is given back, and its promises end with that as their reason."""
    if ticket.status in OPEN:
        status.take(ticket, Status.CANCELLED, now)
        clocks.settle(ticket, now, MERGED)
        ledger.release_held_for(actor, f"ticket:{ticket.number}", MERGED)
    elif ticket.status is Status.RESOLVED:
        clocks.settle(ticket, ticket.resolved_at or now)
        status.take(ticket, Status.CLOSED, now)
    else:
        return
    ticket.closure_code, ticket.closed_at = ClosureCode.DUPLICATE, now
    ticket.unanswered_since = ticket.thanked_at = ticket.snoozed_at = ticket.snoozed_until = (
        ticket.woke_at
    ) = None


def undo(actor: Actor, ticket: Ticket, end: Ticket) -> None:
    """Take a ticket out again, as it was; `end` is where it went on, locked as well. Raises Refused.

    What was written since stays on the other ticket. Who followed that one only by the merge, and has written nothing
    there, does so no longer.
    """
    row = merged.merge_of(ticket)
    if row is None or ticket.merged_into_id != end.id:
        raise Refused(
            _l("The ticket has moved on since this page was opened; that step is not possible any more.")
        )
    now = clock.now()
    if not rules.may_be_undone(row.at, now):
        raise Refused(
            _l("It was merged more than %(days)s days ago and stays so.", days=rules.UNDO_WITHIN.days)
        )
    row.undone_at = now
    ticket.merged_into_id = None
    db.session.flush()
    _point_anew(end, ticket)
    left = _leave(row, end)
    record.add_change(
        end, actor, now, {"what": "unmerged_from", "from": ticket.number, "names": left}, internal=False
    )
    record.add_change(ticket, actor, now, {"what": "unmerged", "into": end.number}, internal=False)
    _restore(ticket, row.before, now)


def _point_anew(end: Ticket, freed: Ticket) -> None:
    """Who went on as `end` by way of the freed ticket goes on as that one."""
    family = db.session.scalars(select(Ticket).where(Ticket.merged_into_id == end.id)).all()
    ids = [t.id for t in family]
    rows = select(TicketMerge).where(TicketMerge.ticket_id.in_(ids), TicketMerge.undone_at.is_(None))
    merges = {m.ticket_id: m.into_id for m in db.session.scalars(rows)}
    for ticket in family:
        ticket.merged_into_id = rules.end_of(ticket.id, merges)
    ends = {t.merged_into_id for t in family}
    end.holds_merged, freed.holds_merged = end.id in ends, freed.id in ends


def _leave(row: TicketMerge, end: Ticket) -> list[str]:
    """Participants by the merge alone go; returns their names."""
    wrote = exists().where(
        TimelineEntry.ticket_id == end.id,
        TimelineEntry.contact_id == Participant.contact_id,
        TimelineEntry.at >= row.at,
    )
    query = select(Participant).where(
        Participant.ticket_id == end.id, Participant.contact_id.in_(row.carried), ~wrote
    )
    gone = db.session.scalars(query).all()
    names = [p.contact.name for p in gone]
    for participant in gone:
        db.session.delete(participant)
    return names


def _restore(ticket: Ticket, before: dict[str, Any], now: datetime) -> None:
    status.take(ticket, Status(before["status"]), now, before.get("waiting_reason") or "")
    code = before.get("closure_code")
    ticket.closure_code = ClosureCode(code) if code else None
    for name in _INSTANTS:
        setattr(ticket, name, datetime.fromisoformat(before[name]) if before.get(name) else None)
    if ticket.status in OPEN:
        clocks.promise(ticket, now)
