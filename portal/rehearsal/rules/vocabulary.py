"""Every word of a scenario file: verbs (`do`), things to look at (`expect`), their keys and the kind of each value.

docs/scenarios.md describes them; a test keeps the two lists equal. A key that is not here is refused, so that a slip of the
keyboard is never read as an expectation that holds.
"""

from collections.abc import Mapping

from portal.contracts.rules.decision import Outcome, Reason
from portal.contracts.rules.ending import Party
from portal.contracts.rules.rounds import Moved
from portal.contracts.rules.standing import State
from portal.contracts.rules.terms import Cause, Service, StartEvent
from portal.kernel.working_time import DayKind
from portal.rehearsal.rules import work_words
from portal.rehearsal.rules.keys import Key, Value, may, must
from portal.tickets.rules.words import WAITING, Channel, ClosureCode, Kind, Phase, Status, Urgency
from portal.tickets.rules.words import Outcome as WorkOutcome

HEAD: Mapping[str, Key] = {
    "id": must(Value.TEXT),
    "title": may(Value.TEXT),
    "rules": may(Value.TEXTS),
    "stage": may(Value.TEXT),
    "zone": may(Value.TEXT),
    "calendars": may(Value.TEXTS),
    "not_yet": may(Value.TEXT),
    "note": may(Value.TEXT),
}
CONTRACT: Mapping[str, Key] = {
    "form": must(Value.TEXT),
    "client": may(Value.TEXT),
    "blanks": may(Value.TABLE),
    "settings": may(Value.TABLE),
    "entered": may(Value.INSTANT),
    "signed": may(Value.FLAG),
    "signed_client": may(Value.INSTANT),
    "signed_provider": may(Value.INSTANT),
    "jurisdiction": may(Value.TEXT),
    "devices": may(Value.TEXTS),
    "classes": may(Value.TEXTS),
}
DEVICE: Mapping[str, Key] = {"kind": must(Value.TEXT), "client": may(Value.TEXT)}

_WAITS = frozenset(s.value.removeprefix("waiting_") for s in WAITING)
_TICKET = {"ticket": must(Value.TICKET)}
_WORK = {
    **_TICKET,
    "started": may(Value.INSTANT),
    "minutes": may(Value.NUMBER),
    "outcome": may(Value.TEXT, WorkOutcome),
}
_LINE = {"visit": must(Value.RESERVATION), "reason": may(Value.TEXT)}
_QUESTION = {
    "client": may(Value.CLIENT),
    "service": must(Value.TEXT, Service),
    "service_at": may(Value.INSTANT),
    "received": may(Value.INSTANT),
    "device": may(Value.DEVICE),
    "urgency": may(Value.TEXT, Urgency),
    "emergency": may(Value.FLAG),
    "cause": may(Value.TEXT, Cause),
    "labour_hours": may(Value.AMOUNT),
    "part_list_price": may(Value.AMOUNT),
    "triage_done": may(Value.FLAG),
    "not_solvable_remotely": may(Value.FLAG),
    "override": may(Value.TEXT),
    "planned": may(Value.FLAG),
    "in_progress": may(Value.FLAG),
    "upgrade": may(Value.TEXT),
}
_BUCKET = {
    "contract": must(Value.CONTRACT),
    "entitlement": must(Value.TEXT),
    "bucket": may(Value.TEXT),
}
DO: Mapping[str, Mapping[str, Key]] = {
    "request": {
        "as": must(Value.NEW),
        "client": may(Value.CLIENT),
        "channel": may(Value.TEXT, Channel),
        "kind": may(Value.TEXT, Kind),
        "urgency": may(Value.TEXT, Urgency),
        "device": may(Value.DEVICE),
        "received": may(Value.INSTANT),
        "words": may(Value.TEXT),
    },
    "mail": {
        "as": must(Value.NEW),
        "client": may(Value.CLIENT),
        "date": may(Value.INSTANT),
        "subject": may(Value.TEXT),
        "words": may(Value.TEXT),
    },
    "call": _WORK,
    "remote": _WORK,
    "reply": {**_TICKET, "words": may(Value.TEXT)},
    "write": {**_TICKET, "words": may(Value.TEXT)},
    "wait": {**_TICKET, "for": Key(Value.TEXT, _WAITS, required=True), "reason": may(Value.TEXT)},
    "resume": _TICKET,
    "materials": _TICKET,
    "urgency": {**_TICKET, "to": must(Value.TEXT, Urgency)},
    "phase": {**_TICKET, "to": must(Value.TEXT, Phase), "override": may(Value.TEXT)},
    "resolve": {**_TICKET, "code": may(Value.TEXT, ClosureCode)},
    "reopen": _TICKET,
    "confirm": _TICKET,
    "cancel": {**_TICKET, "reason": may(Value.TEXT)},
    "ask": {"as": must(Value.NEW), **_QUESTION},
    "reserve": {"as": must(Value.NEW), **_BUCKET, "quantity": may(Value.AMOUNT), "parallel": may(Value.NUMBER)},
    "consume": _LINE,
    "release": _LINE,
    "reverse": _LINE,
    "adjust": {
        **_BUCKET,
        "quantity": must(Value.AMOUNT),
        "reason": may(Value.TEXT),
        "approved": may(Value.FLAG),
    },
    **work_words.DO,
    "jobs": {"times": may(Value.NUMBER)},
    "amend": {
        "contract": must(Value.CONTRACT),
        "from": must(Value.DAY),
        "blanks": may(Value.TABLE),
        "settings": may(Value.TABLE),
        "signed": may(Value.FLAG),
    },
    "suspend": {"contract": must(Value.CONTRACT), "reason": may(Value.TEXT)},
    "unsuspend": {"contract": must(Value.CONTRACT)},
    "terminate": {
        "contract": must(Value.CONTRACT),
        "by": must(Value.TEXT, Party),
        "on": may(Value.DAY),
    },
    "notice": {
        "calendar": may(Value.TEXT),
        "days": may(Value.TABLE),
        "jurisdiction": may(Value.TEXT),
        "provisional": may(Value.FLAG),
    },
    "closure": {"days": must(Value.DAYS)},
}  # fmt: skip
ANY_DO: Mapping[str, Key] = {"at": must(Value.INSTANT), "refused": may(Value.TEXT)}

_ANSWERED: Mapping[str, Key] = {
    "outcome": may(Value.TEXT, Outcome),
    "price": Key(Value.AMOUNT, none=True),
    "lines": may(Value.TEXTS),
    "clause": may(Value.TEXT),
    "reason": Key(Value.TEXT, frozenset(r.value for r in Reason), none=True),
    "governed_by": Key(Value.CONTRACT, none=True),
    "entitlement": Key(Value.TEXT, none=True),
    "service_at": Key(Value.INSTANT, none=True),
    "takes": Key(Value.TEXT, none=True),
    "losers": may(Value.TEXTS),
    "others": may(Value.TEXTS),
}
EXPECT: Mapping[str, tuple[Mapping[str, Key], Mapping[str, Key]]] = {
    "deadline": (
        {**_TICKET, "metric": must(Value.TEXT), "internal": may(Value.FLAG)},
        {
            "due": Key(Value.INSTANT, none=True),
            "running": may(Value.FLAG),
            "started": Key(Value.INSTANT, none=True),
            "stopped": Key(Value.INSTANT, none=True),
            "breached": Key(Value.INSTANT, none=True),
            "remaining": Key(Value.SPAN, none=True),
            "provisional": may(Value.FLAG),
            "clause": may(Value.TEXT),
        },
    ),
    "answer": ({"of": must(Value.ANSWER)}, _ANSWERED),
    "ticket": (
        _TICKET,
        {
            "status": may(Value.TEXT, Status),
            "phase": may(Value.TEXT, Phase),
            "channel": may(Value.TEXT, Channel),
            "received": may(Value.INSTANT),
            "responded": Key(Value.INSTANT, none=True),
            "symptoms": may(Value.TEXT),
            "promises": may(Value.NUMBER),
        },
    ),
    "balance": (
        _BUCKET,
        {"posted": may(Value.AMOUNT), "held": may(Value.AMOUNT), "available": may(Value.AMOUNT)},
    ),
    "lines": (
        _BUCKET,
        {
            "lines": may(Value.TEXTS),
            "dated": may(Value.TEXTS),
            "keys": may(Value.TEXTS),
            "reasons": may(Value.TEXTS),
        },
    ),
    "parallel": (
        {"of": must(Value.RESERVATION)},
        {"won": may(Value.NUMBER), "insufficient": may(Value.NUMBER)},
    ),
    **work_words.EXPECT,
    "ledger": ({"contract": must(Value.CONTRACT)}, {"entries": may(Value.NUMBER)}),
    "round": (
        {"contract": must(Value.CONTRACT), "plan": must(Value.TEXT), "planned": must(Value.DAY)},
        {"on": Key(Value.DAY, none=True), "moved": Key(Value.TEXT, frozenset(m.value for m in Moved), none=True)},
    ),
    "rounds": (
        {"contract": must(Value.CONTRACT), "plan": must(Value.TEXT)},
        {"planned": may(Value.DAYS), "on": may(Value.TEXTS)},
    ),
    "days": (
        {"dates": must(Value.DAYS), "contract": must(Value.CONTRACT)},
        {
            "kind": may(Value.TEXT, DayKind),
            "workday": may(Value.FLAG),
            "windows": may(Value.TEXTS),
            "provisional": may(Value.FLAG),
        },
    ),
    "closed": ({"dates": must(Value.DAYS)}, {"provider": may(Value.FLAG)}),
    "year": (
        {"year": must(Value.NUMBER), "contract": must(Value.CONTRACT)},
        {
            "workdays": may(Value.NUMBER),
            "by_month": may(Value.NUMBERS),
            "statutory": may(Value.NUMBER),
            "bridge": may(Value.NUMBER),
            "makeup": may(Value.NUMBER),
            "weekend": may(Value.NUMBER),
        },
    ),
    "milestone": (
        {
            "contract": must(Value.CONTRACT),
            "code": must(Value.TEXT),
            "from": must(Value.INSTANT),
        },
        {
            "due": may(Value.INSTANT),
            "amount": Key(Value.AMOUNT, none=True),
            "start_event": may(Value.TEXT, StartEvent),
            "clause": may(Value.TEXT),
            "provisional": may(Value.FLAG),
        },
    ),
    "contract": (
        {"contract": must(Value.CONTRACT)},
        {
            "state": may(Value.TEXT, State),
            "starts": may(Value.DAY),
            "ends": may(Value.DAY),
            "warnings": may(Value.TEXTS),
            "warning_facts": may(Value.TABLE),
            "renewal_notice_by": Key(Value.DAY, none=True),
        },
    ),
    "ending": (
        {"contract": must(Value.CONTRACT), "received": may(Value.DAY), "wanted": may(Value.DAY)},
        {
            "earliest_end": may(Value.DAY),
            "notice_by": may(Value.DAY),
            "reminder": may(Value.DAY),
            "clause": may(Value.TEXT),
        },
    ),
}  # fmt: skip
"""What is looked at: keys that say at what, and keys that say what should be found there."""
