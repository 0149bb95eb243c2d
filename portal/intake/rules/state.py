"""What can become of a message."""

from enum import StrEnum


class InboundState(StrEnum):
    """What became of a message. All but `received` count in the account of the day."""

    RECEIVED = "received"
    TICKET = "ticket"
    REPLY = "reply"
    HELD = "held"
    IGNORED = "ignored"
