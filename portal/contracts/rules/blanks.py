"""What a person wrote into the blanks of a form, read into values; each fault beside its blank."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal, InvalidOperation
from typing import Any

from portal.contracts.rules.forms import Blank, BlankKind, Form

_CENT = Decimal("0.01")
_DAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
_CHINESE_DAYS = "一二三四五六日"
_ZHE = {"一": 1, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}


@dataclass(frozen=True)
class BlankFault:
    """`reason` is a word for the translator: missing, not_a_date, not_an_amount, …"""

    key: str
    reason: str


def read(form: Form, typed: Mapping[str, str]) -> tuple[dict[str, Any], list[BlankFault]]:
    """Values by blank; None for an optional one left empty. A blank that the form does not have is a fault, too."""
    faults = [BlankFault(key, "unknown") for key in typed if key not in form.blanks]
    values: dict[str, Any] = {}
    for key, blank in form.blanks.items():
        text = unicodedata.normalize("NFKC", typed.get(key) or blank.default or "").strip()
        if not text:
            values[key] = None
            if blank.required:
                faults.append(BlankFault(key, "missing"))
            continue
        try:
            values[key] = _READERS[blank.kind](text)
        except (ValueError, InvalidOperation):
            values[key] = None
            faults.append(BlankFault(key, f"not_a_{blank.kind.value}"))
    return values, faults


def _money(text: str) -> Decimal:
    """Yuan with at most two places; thousands may be parted by commas."""
    amount = Decimal(re.sub(r"[,\s¥元]", "", text))
    if not amount.is_finite() or amount < 0 or amount != amount.quantize(_CENT):
        raise ValueError(text)
    return amount.quantize(_CENT)


def _percent(text: str) -> Decimal:
    """8, 8% and 8.5 % are per cent of a hundred."""
    value = Decimal(text.rstrip("%").strip())
    if not value.is_finite() or value < 0:
        raise ValueError(text)
    return value


def _fraction(text: str) -> Decimal:
    """八折, 8折, 85折, 80% and 0.8 all say which part is paid."""
    plain = text.replace(" ", "")
    if plain.endswith("折"):
        digits = "".join(str(_ZHE[c]) if c in _ZHE else c for c in plain[:-1])
        value = Decimal(digits) / (10 if len(digits.replace(".", "")) == 1 or "." in digits else 100)
    elif plain.endswith("%"):
        value = Decimal(plain[:-1]) / 100
    else:
        value = Decimal(plain)
    if not Decimal(0) < value <= Decimal(1):
        raise ValueError(text)
    return value


def _weekday(text: str) -> int:
    """Monday is 0: "Wednesday", "wed", "星期三", "周三", "2"."""
    plain = text.lower()
    if plain in [str(n) for n in range(7)]:
        return int(plain)
    if match := re.fullmatch(r"(?:星期|周|礼拜)([一二三四五六日天])", plain):
        return _CHINESE_DAYS.index(match.group(1).replace("天", "日"))
    for number, name in enumerate(_DAYS):
        if len(plain) >= 3 and name.startswith(plain):
            return number
    raise ValueError(text)


def _integer(text: str) -> int:
    value = int(text)
    if value < 0:
        raise ValueError(text)
    return value


_READERS: dict[BlankKind, Any] = {
    BlankKind.TEXT: str,
    BlankKind.DATE: date.fromisoformat,
    BlankKind.TIME: time.fromisoformat,
    BlankKind.WEEKDAY: _weekday,
    BlankKind.INTEGER: _integer,
    BlankKind.MONEY: _money,
    BlankKind.PERCENT: _percent,
    BlankKind.FRACTION: _fraction,
}


def shown(blank: Blank, value: Any) -> str:
    """A value as it would be typed again."""
    return "" if value is None else _DAYS[value] if blank.kind is BlankKind.WEEKDAY else str(value)
