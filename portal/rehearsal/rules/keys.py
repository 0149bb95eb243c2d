"""Kinds of value in a scenario file, and what a key may hold."""

from dataclasses import dataclass
from enum import StrEnum


class Value(StrEnum):
    """Kinds of value. NEW names something that later steps speak of, the last eight speak of it."""

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
    RESERVATION = "reservation"
    QUOTE = "quote"
    ANSWER = "answer"
    CONTRACT = "contract"
    CLIENT = "client"
    DEVICE = "device"


SPEAKING = {
    Value.TICKET,
    Value.VISIT,
    Value.RESERVATION,
    Value.QUOTE,
    Value.ANSWER,
    Value.CONTRACT,
    Value.CLIENT,
    Value.DEVICE,
}


@dataclass(frozen=True)
class Key:
    """One key: the kind of its value, the words it may have (empty: any), whether it must be there. `none`: the word "none"
    stands for nothing."""

    value: Value
    words: frozenset[str] = frozenset()
    required: bool = False
    none: bool = False


def may(value: Value, words: type[StrEnum] | None = None, *, none: bool = False) -> Key:
    return Key(value, frozenset(w.value for w in words) if words else frozenset(), none=none)


def must(value: Value, words: type[StrEnum] | None = None) -> Key:
    return Key(value, frozenset(w.value for w in words) if words else frozenset(), required=True)
