"""Every word of a scenario file: verbs (`do`), things to look at (`expect`), their keys and the kind of each value.

docs/scenarios.md describes them; a test keeps the two lists equal. A key that is not here is refused, so that a slip of the
keyboard is never read as an expectation that holds.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from portal.contracts.rules.decision import Outcome, Reason
from portal.contracts.rules.ending import Party
from portal.contracts.rules.rounds import Moved
from portal.contracts.rules.standing import State
from portal.contracts.rules.terms import Cause, Service, StartEvent
from portal.kernel.working_time import DayKind
from portal.tickets.rules.words import WAITING, Channel, ClosureCode, Kind, Phase, Status, Urgency
from portal.tickets.rules.words import Outcome as WorkOutcome


class Value(StrEnum):
    """Kinds of value. NEW names something that later steps speak of, the last six speak of it."""

    TEXT = "text"
    FLAG = "flag"
    NUMBER = "number"
    AMOUNT = "amount"
    INSTANT = "instant"
    DAY = "day"
    SPAN = "span"
    TEXTS = "texts"
    DAYS = "days"
    NUMBERS = "numbers"
    TABLE = "table"
    NEW = "new"
    TICKET = "ticket"
    VISIT = "visit"
    ANSWER = "answer"
    CONTRACT = "contract"
    CLIENT = "client"
    DEVICE = "device"


SPEAKING = {Value.TICKET, Value.VISIT, Value.ANSWER, Value.CONTRACT, Value.CLIENT, Value.DEVICE}


@dataclass(frozen=True)
class Key:
    """One key: the kind of its value, the words it may have (empty: any), whether it must be there. `none`: the word "none"
    stands for nothing."""

    value: Value
    words: frozenset[str] = frozenset()
    required: bool = False
    none: bool = False


def _may(value: Value, words: type[StrEnum] | None = None, *, none: bool = False) -> Key:
    return Key(value, frozenset(w.value for w in words) if words else frozenset(), none=none)


def _must(value: Value, words: type[StrEnum] | None = None) -> Key:
    return Key(value, frozenset(w.value for w in words) if words else frozenset(), required=True)


HEAD: Mapping[str, Key] = {
    "id": _must(Value.TEXT),
    "title": _may(Value.TEXT),
    "rules": _may(Value.TEXTS),
    "stage": _may(Value.TEXT),
    "zone": _may(Value.TEXT),
    "calendars": _may(Value.TEXTS),
    "not_yet": _may(Value.TEXT),
    "note": _may(Value.TEXT),
}
CONTRACT: Mapping[str, Key] = {
    "form": _must(Value.TEXT),
    "client": _may(Value.TEXT),
    "blanks": _may(Value.TABLE),
    "settings": _may(Value.TABLE),
    "entered": _may(Value.INSTANT),
    "signed": _may(Value.FLAG),
    "signed_client": _may(Value.INSTANT),
    "signed_provider": _may(Value.INSTANT),
    "jurisdiction": _may(Value.TEXT),
    "devices": _may(Value.TEXTS),
    "classes": _may(Value.TEXTS),
}
DEVICE: Mapping[str, Key] = {"kind": _must(Value.TEXT), "client": _may(Value.TEXT)}

_WAITS = frozenset(s.value.removeprefix("waiting_") for s in WAITING)
_TICKET = {"ticket": _must(Value.TICKET)}
_WORK = {
    **_TICKET,
    "started": _may(Value.INSTANT),
    "minutes": _may(Value.NUMBER),
    "outcome": _may(Value.TEXT, WorkOutcome),
}
_LINE = {"visit": _must(Value.VISIT), "reason": _may(Value.TEXT)}
_QUESTION = {
    "client": _may(Value.CLIENT),
    "service": _must(Value.TEXT, Service),
    "service_at": _may(Value.INSTANT),
    "received": _may(Value.INSTANT),
    "device": _may(Value.DEVICE),
    "urgency": _may(Value.TEXT, Urgency),
    "emergency": _may(Value.FLAG),
    "cause": _may(Value.TEXT, Cause),
    "labour_hours": _may(Value.AMOUNT),
    "part_list_price": _may(Value.AMOUNT),
    "triage_done": _may(Value.FLAG),
    "not_solvable_remotely": _may(Value.FLAG),
    "override": _may(Value.TEXT),
    "planned": _may(Value.FLAG),
    "in_progress": _may(Value.FLAG),
}
_BUCKET = {
    "contract": _must(Value.CONTRACT),
    "entitlement": _must(Value.TEXT),
    "bucket": _may(Value.TEXT),
}
DO: Mapping[str, Mapping[str, Key]] = {
    "request": {
        "as": _must(Value.NEW),
        "client": _may(Value.CLIENT),
        "channel": _may(Value.TEXT, Channel),
        "kind": _may(Value.TEXT, Kind),
        "urgency": _may(Value.TEXT, Urgency),
        "device": _may(Value.DEVICE),
        "received": _may(Value.INSTANT),
        "words": _may(Value.TEXT),
    },
    "mail": {
        "as": _must(Value.NEW),
        "client": _may(Value.CLIENT),
        "date": _may(Value.INSTANT),
        "subject": _may(Value.TEXT),
        "words": _may(Value.TEXT),
    },
    "call": _WORK,
    "remote": _WORK,
    "reply": {**_TICKET, "words": _may(Value.TEXT)},
    "write": {**_TICKET, "words": _may(Value.TEXT)},
    "wait": {**_TICKET, "for": Key(Value.TEXT, _WAITS, required=True), "reason": _may(Value.TEXT)},
    "resume": _TICKET,
    "materials": _TICKET,
    "urgency": {**_TICKET, "to": _must(Value.TEXT, Urgency)},
    "phase": {**_TICKET, "to": _must(Value.TEXT, Phase), "override": _may(Value.TEXT)},
    "resolve": {**_TICKET, "code": _may(Value.TEXT, ClosureCode)},
    "reopen": _TICKET,
    "confirm": _TICKET,
    "cancel": {**_TICKET, "reason": _may(Value.TEXT)},
    "ask": {"as": _must(Value.NEW), **_QUESTION},
    "reserve": {"as": _must(Value.NEW), **_BUCKET, "quantity": _may(Value.AMOUNT), "parallel": _may(Value.NUMBER)},
    "consume": _LINE,
    "release": _LINE,
    "reverse": _LINE,
    "adjust": {
        **_BUCKET,
        "quantity": _must(Value.AMOUNT),
        "reason": _may(Value.TEXT),
        "approved": _may(Value.FLAG),
    },
    "jobs": {"times": _may(Value.NUMBER)},
    "amend": {
        "contract": _must(Value.CONTRACT),
        "from": _must(Value.DAY),
        "blanks": _may(Value.TABLE),
        "settings": _may(Value.TABLE),
        "signed": _may(Value.FLAG),
    },
    "suspend": {"contract": _must(Value.CONTRACT), "reason": _may(Value.TEXT)},
    "unsuspend": {"contract": _must(Value.CONTRACT)},
    "terminate": {
        "contract": _must(Value.CONTRACT),
        "by": _must(Value.TEXT, Party),
        "on": _may(Value.DAY),
    },
    "notice": {
        "calendar": _may(Value.TEXT),
        "days": _may(Value.TABLE),
        "jurisdiction": _may(Value.TEXT),
        "provisional": _may(Value.FLAG),
    },
    "closure": {"days": _must(Value.DAYS)},
}  # fmt: skip
ANY_DO: Mapping[str, Key] = {"at": _must(Value.INSTANT), "refused": _may(Value.TEXT)}

_ANSWERED: Mapping[str, Key] = {
    "outcome": _may(Value.TEXT, Outcome),
    "price": Key(Value.AMOUNT, none=True),
    "lines": _may(Value.TEXTS),
    "clause": _may(Value.TEXT),
    "reason": Key(Value.TEXT, frozenset(r.value for r in Reason), none=True),
    "governed_by": Key(Value.CONTRACT, none=True),
    "entitlement": Key(Value.TEXT, none=True),
    "service_at": Key(Value.INSTANT, none=True),
    "takes": Key(Value.TEXT, none=True),
    "losers": _may(Value.TEXTS),
    "others": _may(Value.TEXTS),
}
EXPECT: Mapping[str, tuple[Mapping[str, Key], Mapping[str, Key]]] = {
    "deadline": (
        {**_TICKET, "metric": _must(Value.TEXT), "internal": _may(Value.FLAG)},
        {
            "due": Key(Value.INSTANT, none=True),
            "running": _may(Value.FLAG),
            "started": Key(Value.INSTANT, none=True),
            "stopped": Key(Value.INSTANT, none=True),
            "breached": Key(Value.INSTANT, none=True),
            "remaining": Key(Value.SPAN, none=True),
            "provisional": _may(Value.FLAG),
            "clause": _may(Value.TEXT),
        },
    ),
    "answer": ({"of": _must(Value.ANSWER)}, _ANSWERED),
    "ticket": (
        _TICKET,
        {
            "status": _may(Value.TEXT, Status),
            "phase": _may(Value.TEXT, Phase),
            "channel": _may(Value.TEXT, Channel),
            "received": _may(Value.INSTANT),
            "responded": Key(Value.INSTANT, none=True),
            "symptoms": _may(Value.TEXT),
            "promises": _may(Value.NUMBER),
        },
    ),
    "balance": (
        _BUCKET,
        {"posted": _may(Value.AMOUNT), "held": _may(Value.AMOUNT), "available": _may(Value.AMOUNT)},
    ),
    "lines": (
        _BUCKET,
        {
            "lines": _may(Value.TEXTS),
            "dated": _may(Value.TEXTS),
            "keys": _may(Value.TEXTS),
            "reasons": _may(Value.TEXTS),
        },
    ),
    "parallel": (
        {"of": _must(Value.VISIT)},
        {"won": _may(Value.NUMBER), "insufficient": _may(Value.NUMBER)},
    ),
    "ledger": ({"contract": _must(Value.CONTRACT)}, {"entries": _may(Value.NUMBER)}),
    "round": (
        {"contract": _must(Value.CONTRACT), "plan": _must(Value.TEXT), "planned": _must(Value.DAY)},
        {"on": Key(Value.DAY, none=True), "moved": Key(Value.TEXT, frozenset(m.value for m in Moved), none=True)},
    ),
    "rounds": (
        {"contract": _must(Value.CONTRACT), "plan": _must(Value.TEXT)},
        {"planned": _may(Value.DAYS), "on": _may(Value.TEXTS)},
    ),
    "days": (
        {"dates": _must(Value.DAYS), "contract": _must(Value.CONTRACT)},
        {
            "kind": _may(Value.TEXT, DayKind),
            "workday": _may(Value.FLAG),
            "windows": _may(Value.TEXTS),
            "provisional": _may(Value.FLAG),
        },
    ),
    "closed": ({"dates": _must(Value.DAYS)}, {"provider": _may(Value.FLAG)}),
    "year": (
        {"year": _must(Value.NUMBER), "contract": _must(Value.CONTRACT)},
        {
            "workdays": _may(Value.NUMBER),
            "by_month": _may(Value.NUMBERS),
            "statutory": _may(Value.NUMBER),
            "bridge": _may(Value.NUMBER),
            "makeup": _may(Value.NUMBER),
            "weekend": _may(Value.NUMBER),
        },
    ),
    "milestone": (
        {
            "contract": _must(Value.CONTRACT),
            "code": _must(Value.TEXT),
            "from": _must(Value.INSTANT),
        },
        {
            "due": _may(Value.INSTANT),
            "amount": Key(Value.AMOUNT, none=True),
            "start_event": _may(Value.TEXT, StartEvent),
            "clause": _may(Value.TEXT),
            "provisional": _may(Value.FLAG),
        },
    ),
    "contract": (
        {"contract": _must(Value.CONTRACT)},
        {
            "state": _may(Value.TEXT, State),
            "starts": _may(Value.DAY),
            "ends": _may(Value.DAY),
            "warnings": _may(Value.TEXTS),
            "warning_facts": _may(Value.TABLE),
            "renewal_notice_by": Key(Value.DAY, none=True),
        },
    ),
    "ending": (
        {"contract": _must(Value.CONTRACT), "received": _may(Value.DAY), "wanted": _may(Value.DAY)},
        {
            "earliest_end": _may(Value.DAY),
            "notice_by": _may(Value.DAY),
            "reminder": _may(Value.DAY),
            "clause": _may(Value.TEXT),
        },
    ),
}  # fmt: skip
"""What is looked at: keys that say at what, and keys that say what should be found there."""
