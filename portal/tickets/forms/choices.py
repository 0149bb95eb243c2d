"""The words of choices in forms, in the reader's language. The same words stand in templates/ui/status.html with their shapes."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from flask_babel import lazy_gettext as _l

from portal.tickets.rules.words import Channel, ClosureCode, Kind, Outcome, Phase, Status, Urgency

KINDS: Mapping[Kind, Any] = {
    Kind.FAULT: _l("Fault"),
    Kind.QUESTION: _l("Question"),
    Kind.CHANGE: _l("Change"),
    Kind.UPDATE: _l("Update"),
    Kind.TRAINING: _l("Training"),
}
URGENCIES: Mapping[Urgency, Any] = {
    Urgency.LOW: _l("Can wait"),
    Urgency.NORMAL: _l("Slows us down"),
    Urgency.HIGH: _l("Work has stopped"),
    Urgency.CRITICAL: _l("Danger or loss right now"),
}
ENTERED: Mapping[Channel, Any] = {
    Channel.PHONE: _l("By phone"),
    Channel.LETTER: _l("By letter"),
    Channel.FAX: _l("By fax"),
}
"""The channels that staff enter by hand."""
OUTCOMES: Mapping[Outcome, Any] = {
    Outcome.SOLVED: _l("Solved"),
    Outcome.CLIENT_TRIES: _l("The client tries our advice"),
    Outcome.CALL_AGAIN: _l("Call again"),
    Outcome.NOT_REACHED: _l("Nobody reached"),
    Outcome.NOT_SOLVABLE: _l("Not solvable this way"),
}
WAITS: Mapping[Status, Any] = {
    Status.WAITING_CUSTOMER: _l("Waits for the client"),
    Status.WAITING_THIRD_PARTY: _l("Waits for another company"),
    Status.WAITING_PARTS: _l("Waits for parts"),
    Status.WAITING_QUOTE: _l("Waits for the quote"),
    Status.WAITING_PAYMENT: _l("Waits for payment"),
    Status.WAITING_RENEWAL: _l("Waits for renewal"),
    Status.WAITING_FUNDING: _l("Waits for funding"),
    Status.WAITING_INTERNAL: _l("Waits for us"),
}
CLOSURES: Mapping[ClosureCode, Any] = {
    ClosureCode.SOLVED_BY_ADVICE: _l("Solved by advice"),
    ClosureCode.SOLVED_REMOTELY: _l("Solved remotely"),
    ClosureCode.SOLVED_ON_SITE: _l("Solved on-site"),
    ClosureCode.ANSWERED: _l("Question answered"),
    ClosureCode.NOT_REPRODUCED: _l("Could not be reproduced"),
    ClosureCode.DUPLICATE: _l("Duplicate of another ticket"),
    ClosureCode.NOT_SOLVED: _l("Could not be solved"),
}
PHASES: Mapping[Phase, Any] = {
    Phase.PHONE: _l("By phone"),
    Phase.REMOTE: _l("Remote"),
    Phase.ON_SITE: _l("On-site"),
    Phase.IMPROVEMENT: _l("Improvement"),
}


def pairs(words: Mapping[Any, Any], *without: StrEnum) -> list[tuple[str, Any]]:
    """Values and words for a select or a list of radio buttons."""
    return [(value.value, word) for value, word in words.items() if value not in without]
