"""What incoming mail says to those above: ids and plain values."""

from dataclasses import dataclass


@dataclass(frozen=True)
class MailCameBack:
    """A server reports that a mail of ours did not arrive, or not yet. `message_ids`: those that the report names, without
    angle brackets; `status`: RFC 3463 or empty. Whether it is about a mail of ours is for notify to find."""

    inbound_id: int
    message_ids: list[str]
    ticket_number: int | None
    recipients: list[str]
    status: str
    temporary: bool


@dataclass(frozen=True)
class MailAlarmRaised:
    """Something on the way that mail takes is broken; once for each alarm and day (ISO date)."""

    alarm_id: int
    day: str


@dataclass(frozen=True)
class MailAlarmOver:
    """It is mended; once for each alarm."""

    alarm_id: int
