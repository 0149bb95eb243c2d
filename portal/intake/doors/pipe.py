"""The pipe: a mail server starts a command for each message (portal/receive.py, `flask intake receive`)."""

from collections.abc import Sequence

from flask import current_app

from portal.config import Settings
from portal.intake.doors.taking import accept
from portal.intake.rules import mailboxes as rules
from portal.intake.service import mailboxes
from portal.intake.service.arrival import Envelope


def take(raw: bytes, sender: str | None = None, recipients: Sequence[str] = ()) -> bool:
    """Take one message in; when this returns True, it is committed. False: the settings refuse all its recipients."""
    settings: Settings = current_app.extensions["portal_settings"]
    if settings.lmtp_refuse_unknown and recipients:
        own = mailboxes.own_addresses()
        recipients = [r for r in recipients if rules.bare(r) in own]
        if not recipients:
            return False
    accept(raw, "pipe", envelope=Envelope(sender, tuple(recipients)))
    return True
