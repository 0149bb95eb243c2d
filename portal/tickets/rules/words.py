"""The words of a ticket: kinds, urgencies, channels, phases, statuses, and what stands on its timeline."""

from enum import StrEnum


class Kind(StrEnum):
    QUESTION = "question"
    FAULT = "fault"
    CHANGE = "change"
    UPDATE = "update"
    TRAINING = "training"


class Urgency(StrEnum):
    """As a client says it: can wait, slows us down, work has stopped, danger or loss right now."""

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"
    CRITICAL = "critical"


class Channel(StrEnum):
    WEB = "web"
    MAIL = "mail"
    PHONE = "phone"
    LETTER = "letter"
    FAX = "fax"


class Phase(StrEnum):
    PHONE = "phone"
    REMOTE = "remote"
    ON_SITE = "on_site"
    IMPROVEMENT = "improvement"


class Status(StrEnum):
    NEW = "new"
    IN_PROGRESS = "in_progress"
    WAITING_CUSTOMER = "waiting_customer"
    WAITING_THIRD_PARTY = "waiting_third_party"
    WAITING_PARTS = "waiting_parts"
    WAITING_QUOTE = "waiting_quote"
    WAITING_PAYMENT = "waiting_payment"
    WAITING_RENEWAL = "waiting_renewal"
    WAITING_FUNDING = "waiting_funding"
    WAITING_INTERNAL = "waiting_internal"
    RESOLVED = "resolved"
    CLOSED = "closed"
    CANCELLED = "cancelled"


WAITING = frozenset(s for s in Status if s.value.startswith("waiting_"))
ENDED = frozenset({Status.CLOSED, Status.CANCELLED})
OPEN = frozenset(Status) - ENDED - {Status.RESOLVED}


class Outcome(StrEnum):
    """What came of a call or a remote session."""

    SOLVED = "solved"
    CALL_AGAIN = "call_again"
    CLIENT_TRIES = "client_tries"
    NOT_REACHED = "not_reached"
    NOT_SOLVABLE = "not_solvable"


class EntryKind(StrEnum):
    MESSAGE = "message"
    NOTE = "note"
    CALL = "call"
    REMOTE = "remote"
    CHANGE = "change"
    """The portal's own line: a status, a phase, an assignment."""


class ClosureCode(StrEnum):
    SOLVED_BY_ADVICE = "solved_by_advice"
    SOLVED_REMOTELY = "solved_remotely"
    SOLVED_ON_SITE = "solved_on_site"
    ANSWERED = "answered"
    NOT_REPRODUCED = "not_reproduced"
    DUPLICATE = "duplicate"
    WITHDRAWN = "withdrawn"
    NOT_SOLVED = "not_solved"
