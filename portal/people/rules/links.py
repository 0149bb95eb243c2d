"""What one-time links are for, and how long each may lie in a mailbox."""

from datetime import timedelta
from enum import StrEnum


class LinkPurpose(StrEnum):
    INVITATION = "invitation"
    RESET = "reset"


LASTS = {LinkPurpose.INVITATION: timedelta(days=7), LinkPurpose.RESET: timedelta(hours=2)}
