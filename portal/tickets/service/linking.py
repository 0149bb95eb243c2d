"""Links between tickets, and splitting a part of a conversation off as a ticket of its own."""

from collections.abc import Iterable

from flask_babel import lazy_gettext as _l

from portal.infra.db import db
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.errors import NotFound, Refused
from portal.people import queries as people
from portal.tickets.models.operations import TicketLink
from portal.tickets.models.ticket import Ticket, TimelineEntry
from portal.tickets.queries import links
from portal.tickets.rules import linking, splitting
from portal.tickets.rules.linking import LinkKind, LinkRefusal, Way
from portal.tickets.rules.splitting import SplitRefusal
from portal.tickets.rules.words import EntryKind
from portal.tickets.service import opening, record
from portal.tickets.service.record import Words

_REFUSALS = {
    LinkRefusal.ITSELF: _l("A ticket cannot be linked with itself. Choose another number."),
    LinkRefusal.THERE: _l("The two are linked so already."),
    LinkRefusal.OPPOSITE: _l("The two are linked the other way round already. Remove that link first."),
    LinkRefusal.HAS_PARENT: _l("It has a parent already. Remove that link first."),
    LinkRefusal.CYCLE: _l("That one stands below this ticket, so it cannot stand above it as well."),
}
_SPLITS = {
    SplitRefusal.NOTHING: _l("Choose at least one message that goes on in the new ticket."),
    SplitRefusal.ONLY_NOTES: _l("Choose at least one message that the client can read; internal notes come along."),
}  # fmt: skip


def link(actor: Actor, ticket: Ticket, other: Ticket, way: Way) -> TicketLink:
    """Link a locked ticket with another one. Staff alone read it on the timeline: the other may be anybody's."""
    kind, is_first = linking.kind_of(way)
    first, second = (ticket, other) if is_first else (other, ticket)
    if kind is LinkKind.CHILD:
        record.hold_numbers("ticket_families")  # two who make parents at one moment make no circle
    why = linking.refusal(
        first.id, second.id, kind, links.known_of(first.id, second.id), links.parents_above(second.id)
    )
    if why is not None:
        raise Refused(_REFUSALS[why], field="number")
    return _write(actor, ticket, other, way)


def _write(actor: Actor, ticket: Ticket, other: Ticket, way: Way) -> TicketLink:
    assert actor.user_id is not None
    now = clock.now()
    kind, is_first = linking.kind_of(way)
    first, second = (ticket, other) if is_first else (other, ticket)
    row = TicketLink(ticket_id=first.id, other_id=second.id, kind=kind, user_id=actor.user_id, at=now)
    db.session.add(row)
    details = {"what": "linked", "way": way.value, "number": other.number}
    record.add_change(ticket, actor, now, details)
    return row


def unlink(actor: Actor, ticket: Ticket, link_id: int) -> None:
    """Remove a link of this ticket, whichever side it was made on. Raises NotFound."""
    row = links.link_of(ticket, link_id)
    if row is None:
        raise NotFound
    is_first = row.ticket_id == ticket.id
    other = row.other if is_first else row.ticket
    way = linking.way_of(row.kind, first=is_first)
    db.session.delete(row)
    details = {"what": "unlinked", "way": way.value, "number": other.number}
    record.add_change(ticket, actor, clock.now(), details)


def split(actor: Actor, ticket: Ticket, entry_ids: Iterable[int], subject: str) -> Ticket:
    """Open a new ticket with copies of the chosen messages and notes, in their authors' names and at their own time.

    The conversation itself stays whole. Requester, participants, device and files go along; what was internal stays so.
    Raises Refused for a choice that makes no ticket.
    """
    wanted = set(entry_ids)
    chosen = [e for e in links.messages_of(actor, ticket) if e.id in wanted]
    lines = [splitting.Line(e.at, e.internal) for e in chosen]
    why = splitting.refusal(lines)
    if why is not None:
        raise Refused(_SPLITS[why], field="entries")
    now = clock.now()
    first = next(e for e in chosen if not e.internal)
    members = {c.id for c in people.names_of(ticket.organisation_id)}
    received = splitting.received_at(splitting.Line(first.at, False), ticket.unanswered_since, now)
    new = opening.open_ticket(
        actor,
        opening.NewTicket(
            organisation_id=ticket.organisation_id, requester_id=ticket.requester_id, subject=subject, words=_words(first),
            kind=ticket.kind, urgency=ticket.urgency, channel=first.channel, device_id=ticket.device_id,
            site_id=ticket.site_id, received_at=received,
            participant_ids=[p.contact_id for p in ticket.participants if p.contact_id in members],
        ),
    )  # fmt: skip
    copies = db.session.query(TimelineEntry).filter_by(ticket_id=new.id, kind=EntryKind.MESSAGE).one()
    _as_written(copies, first)
    for entry in chosen:
        if entry is not first:
            copy = record.add_entry(
                new,
                actor,
                entry.kind,
                entry.at,
                _words(entry),
                internal=entry.internal,
                channel=entry.channel,
            )
            _as_written(copy, entry)
    new.changed_at = new.last_activity_at = now
    details = {"what": "split_from", "number": ticket.number}
    record.add_change(new, actor, now, details, internal=False)
    details = {"what": "split_off", "number": new.number, "count": len(chosen)}
    record.add_change(ticket, actor, now, details, internal=False)
    assert actor.user_id is not None
    db.session.add(
        TicketLink(ticket_id=new.id, other_id=ticket.id, kind=LinkKind.SPLIT, user_id=actor.user_id, at=now)
    )
    return new


def _words(entry: TimelineEntry) -> Words:
    return Words(
        entry.text,
        files=entry.attachments,
        quoted=entry.quoted,
        html=entry.html,
        content_ids=[a.content_id for a in entry.attachments],
    )


def _as_written(copy: TimelineEntry, entry: TimelineEntry) -> None:
    copy.contact_id, copy.side, copy.at, copy.details = entry.contact_id, entry.side, entry.at, entry.details
