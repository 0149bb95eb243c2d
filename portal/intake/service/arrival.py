"""A message arrives: raw bytes to disk, then one row and one job in the caller's transaction.

Owns that nothing is acknowledged before it is kept, and that the same message is one. Refuses to read it.
"""

import io
from dataclasses import dataclass

from sqlalchemy import update
from sqlalchemy.dialects import postgresql, sqlite

from portal.infra import files, jobs
from portal.infra.db import db
from portal.intake.models import InboundMessage, MailboxState
from portal.intake.rules.fingerprint import fingerprint
from portal.intake.rules.parse import message_id_of
from portal.intake.rules.state import InboundState
from portal.kernel import clock

LARGEST_KEPT = 1 << 30
"""What a door takes in at all. Above max_mail_bytes a message is kept and held, not read."""
KIND = "intake.process"


@dataclass(frozen=True)
class Kept:
    """Raw bytes that are safe on disk."""

    sha256: str
    size: int
    fingerprint: str
    message_id: str


@dataclass(frozen=True)
class Place:
    """Where an IMAP server keeps the message."""

    mailbox: str
    uidvalidity: int
    uid: int


@dataclass(frozen=True)
class Envelope:
    """What the mail server says beside the message. `sender` "" is a report's empty one; None: nobody said."""

    sender: str | None = None
    recipients: tuple[str, ...] = ()


UNTOLD = Envelope()


def keep(raw: bytes) -> Kept:
    """Write the bytes to the file store and flush them. Call before transaction(). Raises OSError when the disk is full."""
    sha256, size = files.put(io.BytesIO(raw), LARGEST_KEPT)
    return Kept(sha256, size, fingerprint(raw), message_id_of(raw))


def receive(
    kept: Kept, door: str, mailbox: str, *, envelope: Envelope = UNTOLD, place: Place | None = None
) -> bool:
    """Record a kept message and the job that reads it. False if it was here already: then only its copies are counted.

    `mailbox` is the name of the one that it came to; of a message that came to several, the first.
    """
    insert = postgresql.insert if db.engine.dialect.name == "postgresql" else sqlite.insert
    row = {
        "door": door,
        "mailbox_name": mailbox,
        "envelope_from": envelope.sender[:320] if envelope.sender is not None else None,
        "envelope_to": [r[:320] for r in envelope.recipients[:100]] or None,
        "mailbox": place.mailbox if place else None,
        "uidvalidity": place.uidvalidity if place else None,
        "uid": place.uid if place else None,
        "received_at": clock.now(),
        "fingerprint": kept.fingerprint,
        "sha256": kept.sha256,
        "size": kept.size,
        "message_id": kept.message_id or None,
        "copies": 1,
        "state": InboundState.RECEIVED,
    }
    statement = insert(InboundMessage).values(row).on_conflict_do_nothing(index_elements=["fingerprint"])
    inbound_id = db.session.scalar(statement.returning(InboundMessage.id))
    if inbound_id is None:
        again = update(InboundMessage).where(InboundMessage.fingerprint == kept.fingerprint)
        db.session.execute(
            again.values(copies=InboundMessage.copies + 1).execution_options(synchronize_session=False)
        )
        return False
    jobs.enqueue(KIND, {"inbound_id": inbound_id}, slot=f"intake:{inbound_id}")
    return True


def note_read_up_to(place: Place) -> None:
    """Move a mailbox's watermark forward, in the transaction that records the message."""
    state = _state(place.mailbox)
    if state.uidvalidity != place.uidvalidity:
        state.uidvalidity, state.last_uid = place.uidvalidity, 0
    state.last_uid = max(state.last_uid, place.uid)


def note_look(mailbox: str, uidvalidity: int) -> None:
    """A look into the mailbox went well. A new UIDVALIDITY starts it from its beginning: what is known comes out as copies."""
    state = _state(mailbox)
    if state.uidvalidity != uidvalidity:
        state.uidvalidity, state.last_uid = uidvalidity, 0
    state.last_success_at, state.failing = clock.now(), False


def note_failure(mailbox: str, error: str) -> None:
    """A look into the mailbox failed; staff see why."""
    state = _state(mailbox)
    state.last_error_at, state.last_error, state.failing = clock.now(), error[:2000], True


def _state(mailbox: str) -> MailboxState:
    insert = postgresql.insert if db.engine.dialect.name == "postgresql" else sqlite.insert
    row = {"mailbox": mailbox, "uidvalidity": 0, "last_uid": 0, "failing": False}
    db.session.execute(insert(MailboxState).values(row).on_conflict_do_nothing(index_elements=["mailbox"]))
    return db.session.get_one(MailboxState, mailbox, with_for_update=True, populate_existing=True)
