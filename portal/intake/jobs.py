"""Jobs of intake: read one message and settle it."""

from typing import Any

from portal.infra.transaction import transaction
from portal.intake import queries
from portal.intake.rules.mail import Unreadable
from portal.intake.rules.state import InboundState
from portal.intake.service import reading, settling
from portal.kernel.actor import SYSTEM


def process(payload: dict[str, Any]) -> None:
    """Read a message outside of any transaction, then settle it in one. May run twice: the second finds it settled."""
    inbound_id = int(payload["inbound_id"])
    row = queries.inbound(SYSTEM, inbound_id)
    if row.state is not InboundState.RECEIVED:
        return
    read: reading.Reading | Unreadable
    try:
        read = reading.read_with_files(row.sha256)
    except Unreadable as error:
        read = error
    with transaction():
        settling.settle(inbound_id, read)
