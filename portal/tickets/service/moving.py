"""A ticket that belongs to another organisation than it was entered for: its people change, its contract is asked anew."""

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete

from portal.contracts.service import ledger
from portal.infra.db import db
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.errors import NotFound, Refused
from portal.people import queries as people
from portal.tickets.models.ticket import Participant, Ticket
from portal.tickets.queries import sight
from portal.tickets.service import clocks, holds, indexing, record

MOVED = "moved"


def move(actor: Actor, ticket: Ticket, organisation_id: int, requester_id: int, reason: str) -> None:
    """Give a locked ticket to another organisation. Its participants are dropped, device and site are forgotten, what it had
    reserved is given back, promises are made by the new organisation's contracts. Lines stay, internal ones stay internal.

    The line about it is for staff alone: the one side must not read the other's name. Raises Refused.
    """
    try:
        organisation = people.organisation_for(actor, organisation_id)
        requester = people.member_of(organisation_id, requester_id)
    except NotFound:
        raise Refused(_l("Choose a person of this organisation."), field="requester_id") from None
    if organisation.id == ticket.organisation_id:
        raise Refused(_l("It belongs to this organisation already."), field="organisation_id")
    if ticket.merged_into_id is not None or ticket.holds_merged:
        raise Refused(_l("It was merged with another ticket of its organisation. Undo the merge first."))
    if found := holds.of(ticket.id):
        raise Refused(holds.still_open(found))
    if not reason.strip():
        raise Refused(_l("Say why it is moved; the reason is kept for the staff."), field="reason")
    now = clock.now()
    before = ticket.organisation.name
    dropped = sight.if_moved(ticket, organisation.id, requester.id).dropped
    db.session.execute(
        delete(Participant)
        .where(Participant.ticket_id == ticket.id)
        .execution_options(synchronize_session=False)
    )
    ledger.release_held_for(actor, f"ticket:{ticket.number}", MOVED)
    ticket.organisation_id, ticket.requester_id = organisation.id, requester.id
    ticket.device_id = ticket.site_id = None
    db.session.flush()
    db.session.refresh(ticket, ["organisation", "requester", "device", "site", "participants"])
    details = {
        "what": "moved", "from": before, "to": organisation.name, "requester": requester.name, "names": dropped,
        "reason": reason.strip(),
    }  # fmt: skip
    record.add_change(ticket, actor, now, details)
    indexing.anew(ticket.id)
    clocks.promise(ticket, now)
