"""What happened to a ticket, for those above: ids only."""

from dataclasses import dataclass


@dataclass(frozen=True)
class TicketOpened:
    """`acknowledge`: whether the requester is told at once, without anybody having read it."""

    ticket_id: int
    entry_id: int
    acknowledge: bool = True


@dataclass(frozen=True)
class ClientWrote:
    ticket_id: int
    entry_id: int


@dataclass(frozen=True)
class StaffReplied:
    ticket_id: int
    entry_id: int


@dataclass(frozen=True)
class TicketAssigned:
    """Given to a person, or taken from one. `user_id` None: to a team or back to the queue. `entry_id`: the line that says so."""

    ticket_id: int
    user_id: int | None
    by_user_id: int | None
    former_user_id: int | None = None
    entry_id: int | None = None


@dataclass(frozen=True)
class TicketWaitsForClient:
    ticket_id: int
    entry_id: int


@dataclass(frozen=True)
class TicketResolved:
    ticket_id: int
    entry_id: int


@dataclass(frozen=True)
class TicketClosed:
    ticket_id: int
    by_silence: bool


@dataclass(frozen=True)
class TicketReopened:
    ticket_id: int
    entry_id: int | None


@dataclass(frozen=True)
class TicketCancelled:
    ticket_id: int


@dataclass(frozen=True)
class TicketMerged:
    ticket_id: int
    merge_id: int


@dataclass(frozen=True)
class PromiseNear:
    ticket_id: int
    clock_id: int
    per_cent: int


@dataclass(frozen=True)
class PromiseBroken:
    ticket_id: int
    clock_id: int


@dataclass(frozen=True)
class WorkLogged:
    ticket_id: int
    work_id: int


@dataclass(frozen=True)
class ConsentAsked:
    consent_id: int
    ticket_id: int


@dataclass(frozen=True)
class ColleagueMentioned:
    ticket_id: int
    entry_id: int
    user_id: int
    by_user_id: int | None
