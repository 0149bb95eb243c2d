"""A message arrives: raw bytes to disk, then one row and one job in the caller's transaction.

Owns that nothing is acknowledged before it is kept, and that the same message is one. Refuses to read it.
"""

import io
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import or_, tuple_, update

from portal.infra import files, jobs
from portal.infra.db import db, insert_into, on_postgresql, ready, run
from portal.intake.models import InboundMessage, MailboxState
from portal.intake.rules.fingerprint import fingerprint
from portal.intake.rules.first_look import glimpse, message_id_of
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
    kept: Kept,
    door: str,
    mailbox: str,
    *,
    envelope: Envelope = UNTOLD,
    place: Place | None = None,
    left_behind: int | None = None,
) -> bool:
    """Record a kept message and the job that reads it. False if it was here already: then only its copies are counted.

    `mailbox` is the name of the one that it came to; of a message that came to several, the first. `left_behind` as in
    doors.taking.accept: such a message is held at once, for there is nothing to read.
    """
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
    inbound_id = run(_taking_in(on_postgresql()), row).scalar()
    if inbound_id is None:
        again = update(InboundMessage).where(InboundMessage.fingerprint == kept.fingerprint)
        if place is not None:  # two workers that fetched the same one at the same time brought one
            table = InboundMessage
            there = (table.mailbox, table.uidvalidity, table.uid)
            again = again.where(
                or_(table.uid.is_(None), tuple_(*there) != (place.mailbox, place.uidvalidity, place.uid))
            )
        db.session.execute(
            again.values(copies=InboundMessage.copies + 1).execution_options(synchronize_session=False)
        )
        return False
    if left_behind is not None:
        _hold_here(inbound_id, kept, left_behind)
        return True
    jobs.enqueue(KIND, {"inbound_id": inbound_id}, slot=f"intake:{inbound_id}")
    return True


_COLUMNS = (
    "door", "mailbox_name", "envelope_from", "envelope_to", "mailbox", "uidvalidity", "uid", "received_at", "fingerprint",
    "sha256", "size", "message_id", "copies", "state",
)  # fmt: skip


@cache
def _taking_in(postgres: bool) -> Any:
    first = insert_into(InboundMessage, postgres=postgres).on_conflict_do_nothing(
        index_elements=["fingerprint"]
    )
    return ready(first.returning(InboundMessage.__table__.c.id), *_COLUMNS)


def _hold_here(inbound_id: int, kept: Kept, size: int) -> None:
    sender, subject = glimpse(files.read(kept.sha256))
    row = db.session.get_one(InboundMessage, inbound_id)
    row.state, row.reason, row.size, row.processed_at = InboundState.HELD, "left_on_server", size, clock.now()
    row.sender, row.sender_name, row.subject = (
        sender.email.lower() or None,
        sender.name or None,
        subject or None,
    )


def note_read_up_to(place: Place) -> None:
    """Move a mailbox's watermark forward, in the transaction that records the message; `note_look` came before."""
    state = MailboxState
    forward = update(state).where(
        state.mailbox == place.mailbox, state.uidvalidity == place.uidvalidity, state.last_uid < place.uid
    )
    db.session.execute(forward.values(last_uid=place.uid).execution_options(synchronize_session=False))


def note_look(mailbox: str, name: str, uidvalidity: int) -> None:
    """A look into the mailbox went well. A new UIDVALIDITY starts it from its beginning: what is known comes out as copies."""
    state = _state(mailbox)
    if state.uidvalidity != uidvalidity:
        state.uidvalidity, state.last_uid = uidvalidity, 0
    state.name, state.last_success_at, state.failing, state.refused = name, clock.now(), False, False


def note_failure(mailbox: str, name: str, error: str, *, refused: bool) -> None:
    """A look into the mailbox failed; staff see why. `refused`: the server is there and does not let us in."""
    state = _state(mailbox)
    state.name, state.last_error_at, state.last_error = name, clock.now(), error[:2000]
    state.failing, state.refused = True, refused


def _state(mailbox: str) -> MailboxState:
    row = {
        "mailbox": mailbox, "uidvalidity": 0, "last_uid": 0, "failing": False, "refused": False, "known_since": clock.now(),
    }  # fmt: skip
    first = insert_into(MailboxState, postgres=on_postgresql()).values(row)
    db.session.execute(first.on_conflict_do_nothing(index_elements=["mailbox"]))
    return db.session.get_one(MailboxState, mailbox, with_for_update=True, populate_existing=True)
