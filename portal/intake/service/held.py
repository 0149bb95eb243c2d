"""What staff do with a message that waits for them: a ticket, a line on a ticket, nothing with a reason, another try.

Owns who did it and when. A message that became something already is refused: somebody else was quicker.
"""

from flask_babel import lazy_gettext as _l

from portal.infra import jobs
from portal.intake import queries
from portal.intake.models import InboundMessage
from portal.intake.rules.state import InboundState
from portal.intake.service import writing
from portal.intake.service.arrival import KIND
from portal.intake.service.reading import Reading
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.errors import NotFound, Refused, Stale
from portal.people import queries as people
from portal.tickets.queries import merged

NEW_PERSON = -1
"""In place of a contact's id: the sender, who becomes a person of the organisation."""
OPEN_TO_STAFF = (InboundState.HELD, InboundState.IGNORED)


def _take(actor: Actor, inbound_id: int, states: tuple[InboundState, ...] = OPEN_TO_STAFF) -> InboundMessage:
    row = queries.inbound(actor, inbound_id, lock=True)
    if row.state not in states:
        raise Stale(_l("This message has been dealt with since you opened the page."))
    row.handled_by_id, row.handled_at, row.detail = actor.user_id, clock.now(), None
    return row


def make_ticket(
    actor: Actor,
    inbound_id: int,
    reading: Reading | None,
    organisation_id: int,
    contact_id: int,
    subject: str = "",
) -> int:
    """Open a ticket for this requester; returns its number. `reading` None: unreadable, the original becomes its file."""
    row = _take(actor, inbound_id)
    try:
        people.organisation_for(actor, organisation_id)
        if contact_id == NEW_PERSON and row.sender:
            contact_id = writing.add_contact(organisation_id, row.sender_name or "", row.sender)
        people.member_of(organisation_id, contact_id)
    except NotFound:
        raise Refused(_l("Choose a person of this organisation."), field="contact_id") from None
    ticket = writing.open_ticket(
        row, reading or writing.unreadable_reading(row), organisation_id, contact_id, subject
    )
    return ticket.number


def join(actor: Actor, inbound_id: int, reading: Reading | None, number: int) -> int:
    """Put the message on a ticket: as the sender's own words if that person belongs to the ticket's organisation, else as
    an internal note. Nobody becomes a participant by it. Returns the ticket's number."""
    row = _take(actor, inbound_id)
    try:
        ticket = merged.ticket_for_words(actor, number)
    except NotFound:
        raise Refused(_l("There is no ticket with this number."), field="number") from None
    reading = reading or writing.unreadable_reading(row)
    sender = people.contact_by_email(reading.mail.sender.email) if reading.mail.sender.email else None
    author = people.actor_of(sender) if sender else None
    if author and ticket.organisation_id in author.organisation_ids and not reading.mail.flags.auto:
        writing.add_reply(row, reading, author, number)
    else:
        writing.add_as_note(row, reading, number, actor)
    return queries.ticket_number_of(row.ticket_id) or number


def ignore(actor: Actor, inbound_id: int, why: str) -> None:
    """Put it aside for a reason that others can read."""
    if not why.strip():
        raise Refused(_l("Say why, so that others understand it later."), field="why")
    row = _take(actor, inbound_id, (InboundState.HELD, InboundState.RECEIVED))
    row.state, row.reason, row.detail = InboundState.IGNORED, "by_staff", why.strip()[:500]


def retry(actor: Actor, inbound_id: int) -> None:
    """Read and route it anew, e.g. after the sender was added to the contacts."""
    row = _take(actor, inbound_id, (*OPEN_TO_STAFF, InboundState.RECEIVED))
    row.state, row.reason, row.steps = InboundState.RECEIVED, None, None
    stamp = int(clock.now().timestamp() * 1000)
    jobs.enqueue(KIND, {"inbound_id": row.id}, slot=f"intake:{row.id}:{stamp}")
