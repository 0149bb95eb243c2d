"""Taking one message in, whichever door it came by.

Owns the order that loses nothing: bytes on disk, commit, and only then a word to whoever brought it. Refuses to read it.
"""

from portal.infra.transaction import transaction
from portal.intake.rules import mailboxes as rules
from portal.intake.service import arrival, mailboxes
from portal.intake.service.arrival import UNTOLD, Envelope, Place


def accept(
    raw: bytes,
    door: str,
    *,
    mailbox: str | None = None,
    envelope: Envelope = UNTOLD,
    place: Place | None = None,
    left_behind: int | None = None,
) -> bool:
    """Take one message in: when this returns, it is committed. False if it was here already.

    Without `mailbox` it belongs to the one that the envelope's recipients name, else its own headers, else to the first.
    `left_behind`: these are the headers alone of a message of so many bytes, which stays on its server.
    Raises OSError when the disk takes nothing, and what SQLAlchemy raises when the database is away: then nothing was taken.
    """
    if mailbox is None:
        mailbox = mailboxes.chosen_for(envelope.recipients or rules.recipients_named(raw)).name
    kept = arrival.keep(raw)
    with transaction():
        new = arrival.receive(kept, door, mailbox, envelope=envelope, place=place, left_behind=left_behind)
        if place is not None:
            arrival.note_read_up_to(place)
    return new
