"""Words of a scenario file for visits and quotes."""

from collections.abc import Mapping

from portal.contracts.rules.ending import Party
from portal.contracts.rules.terms import Cause
from portal.dispatch.rules.visiting import Basis, VisitStatus
from portal.quotes.rules.quoting import Evidence, QuoteKind, Side, Stage
from portal.rehearsal.rules.keys import Key, Value, may, must

_TICKET = {"ticket": must(Value.TICKET)}
_VISIT = {"visit": must(Value.VISIT)}
_QUOTE = {"quote": must(Value.QUOTE)}

DO: Mapping[str, Mapping[str, Key]] = {
    "plan": {
        "as": must(Value.NEW),
        **_TICKET,
        "starts": must(Value.INSTANT),
        "ends": may(Value.INSTANT),
        "override": may(Value.TEXT),
        "pay_extra": may(Value.FLAG),
        "parallel": may(Value.NUMBER),
    },
    "join": {"as": must(Value.NEW), **_TICKET},
    "move": {**_VISIT, "starts": must(Value.INSTANT), "ends": may(Value.INSTANT)},
    "agree": _VISIT,
    "confirm_slot": _VISIT,
    "set_out": _VISIT,
    "arrive": _VISIT,
    "finish": {
        **_VISIT,
        "solved": may(Value.FLAG),
        "cause": may(Value.TEXT, Cause),
        "labour_hours": may(Value.AMOUNT),
    },
    "sign": {
        **_VISIT,
        "part_list_price": may(Value.AMOUNT),
        "test_passed": may(Value.FLAG),
        "client_signs": may(Value.FLAG),
    },
    "no_access": {**_VISIT, "reason": may(Value.TEXT)},
    "no_show": {**_VISIT, "reason": may(Value.TEXT)},
    "call_off": {**_VISIT, "reason": may(Value.TEXT), "by": may(Value.TEXT, Party)},
    "undo": {**_VISIT, "reason": may(Value.TEXT)},
    "send_part": {**_TICKET, "part": must(Value.TEXT), "list_price": must(Value.AMOUNT)},
    "upgrade": {
        **_TICKET,
        "kind": must(Value.TEXT),
        "version": must(Value.TEXT),
        "fell_short": may(Value.TEXT),
    },
    "train": {**_TICKET, "words": may(Value.TEXT)},
    "quote": {
        "as": must(Value.NEW),
        **_TICKET,
        "kind": may(Value.TEXT, QuoteKind),
        "lines": must(Value.TEXTS),
        "valid_until": must(Value.DAY),
        "send": may(Value.FLAG),
    },
    "quote_confirm": {**_QUOTE, "side": must(Value.TEXT, Side), "evidence": may(Value.TEXT, Evidence)},
    "quote_reject": {**_QUOTE, "reason": may(Value.TEXT)},
    "quote_start": _QUOTE,
    "quote_deliver": _QUOTE,
    "quote_done": _QUOTE,
    "quote_defects": {**_QUOTE, "words": may(Value.TEXT)},
    "quote_accept": _QUOTE,
    "quote_publish": {**_QUOTE, "where": may(Value.TEXT)},
}

EXPECT: Mapping[str, tuple[Mapping[str, Key], Mapping[str, Key]]] = {
    "visit": (
        _VISIT,
        {
            "status": may(Value.TEXT, VisitStatus),
            "starts": may(Value.INSTANT),
            "price": Key(Value.AMOUNT, none=True),
            "basis": may(Value.TEXT, Basis),
            "holds": may(Value.FLAG),
            "solved": may(Value.FLAG),
            "sheets": may(Value.NUMBERS),
            "follow_up": Key(Value.INSTANT, none=True),
        },
    ),
    "round_visit": (
        {"contract": must(Value.CONTRACT), "planned": must(Value.DAY)},
        {
            "status": Key(Value.TEXT, frozenset(s.value for s in VisitStatus), none=True),
            "starts": Key(Value.INSTANT, none=True),
            "holds": may(Value.FLAG),
        },
    ),
    "quote": (
        _QUOTE,
        {
            "stage": may(Value.TEXT, Stage),
            "total": may(Value.AMOUNT),
            "due": Key(Value.INSTANT, none=True),
            "accepted": Key(Value.INSTANT, none=True),
        },
    ),
    "charges": (
        {"visit": may(Value.VISIT), "quote": may(Value.QUOTE), "ticket": may(Value.TICKET)},
        {
            "lines": may(Value.TEXTS),
            "total": may(Value.AMOUNT),
            "due": Key(Value.INSTANT, none=True),
            "clauses": may(Value.TEXTS),
        },
    ),
}
