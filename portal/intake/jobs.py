"""Jobs of intake: read one message and settle it; watch that mail comes through."""

from collections.abc import Callable
from typing import Any

from portal.infra import mailer
from portal.infra.transaction import transaction
from portal.intake import queries
from portal.intake.rules.mail import Unreadable
from portal.intake.service import alarms, reading, settling
from portal.kernel import clock


def process(payload: dict[str, Any]) -> Callable[[], None] | None:
    """Read a message outside of any transaction; what is returned settles it in one, together with the job. May run twice: the
    second finds it settled."""
    inbound_id = int(payload["inbound_id"])
    sha256 = queries.unread(inbound_id)
    if sha256 is None:
        return None
    read: reading.Reading | Unreadable
    try:
        read = reading.read_with_files(sha256)
    except Unreadable as error:
        read = error
    return lambda: settling.settle(inbound_id, read)


def watch(_payload: dict[str, Any]) -> None:
    """Look whether mail comes through, and have administrators told."""
    alarms.watch(clock.now())


def beat(_payload: dict[str, Any]) -> None:
    """Write to ourselves when it is time. Not atomic: one that is killed between its commit and its sending counts as missing
    until the next comes back."""
    now = clock.now()
    with transaction():
        begun = alarms.begin_beat(now)
        letter = alarms.letter_of(begun.id, now) if begun else None
        beat_id = begun.id if begun else 0
    if letter is None:
        return
    given = reading.settings()
    try:
        mailer.hand_over(given, given.support_address, mailer.compose(letter))
    except mailer.NotSent as error:
        with transaction():
            alarms.note_unsent(beat_id, error.words)
