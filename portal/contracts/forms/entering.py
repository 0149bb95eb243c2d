"""A contract form as fields: its blanks and settings with their words, and nothing else. The typed text stays as it was typed."""

from collections.abc import Iterable, Mapping
from typing import Any, cast

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, DateField, Field, RadioField, SelectMultipleField
from wtforms.validators import DataRequired

from portal.contracts.rules.blanks import BlankFault
from portal.contracts.rules.forms import BlankKind, Words
from portal.contracts.rules.forms import Form as Printed
from portal.web import languages
from portal.web.fields import Choice, Form, line

BLANK, SETTING = "blank_", "setting_"
HINTS = {
    BlankKind.DATE: _l("A date, for example 2026-03-01."),
    BlankKind.TIME: _l("A time, for example 09:00."),
    BlankKind.MONEY: _l("Yuan, for example 5000.00."),
    BlankKind.PERCENT: _l("Per cent, for example 8 or 8.5."),
    BlankKind.FRACTION: _l("The part that is paid, for example 八折 or 80%."),
    BlankKind.INTEGER: _l("A whole number."),
}
_FAULTS = {
    "missing": _l("Fill this in: the form asks for it."),
    "unknown": _l("The form has no such blank."),
    "not_a_date": _l("This is no date. Write it as 2026-03-01."),
    "not_a_time": _l("This is no time. Write it as 09:00."),
    "not_a_weekday": _l("This is no day of the week."),
    "not_a_integer": _l("This is no whole number."),
    "not_a_money": _l("This is no amount. Write it as 5000.00."),
    "not_a_percent": _l("This is no percentage. Write it as 8 or 8.5."),
    "not_a_fraction": _l("This is no part of a whole. Write it as 八折 or 80%."),
}
_WEEKDAYS = {
    "monday": _l("Monday"), "tuesday": _l("Tuesday"), "wednesday": _l("Wednesday"), "thursday": _l("Thursday"),
    "friday": _l("Friday"), "saturday": _l("Saturday"), "sunday": _l("Sunday"),
}  # fmt: skip


def _read(words: Words) -> str:
    return words.zh if languages.language() == "zh_Hans" else words.en


class Filling(Form):
    """What every form has in common: blanks and settings by their names."""

    acknowledged = BooleanField(_l("I have seen this, and the contract is entered as it is written"))

    def blanks(self) -> dict[str, str]:
        """What was typed, by the blank's key."""
        return {n.removeprefix(BLANK): f.data or "" for n, f in self._fields.items() if n.startswith(BLANK)}

    def settings(self) -> dict[str, str]:
        return {n.removeprefix(SETTING): f.data for n, f in self._fields.items() if n.startswith(SETTING)}

    def refuse_blanks(self, faults: Iterable[BlankFault]) -> None:
        """Each fault beside its blank."""
        for fault in faults:
            if (field := self._fields.get(BLANK + fault.key)) is not None:
                field.errors = [*field.errors, str(_FAULTS[fault.reason])]

    def asked(self) -> list[tuple[str, Field]]:
        """The blanks in their order, with their keys."""
        return [(n.removeprefix(BLANK), f) for n, f in self._fields.items() if n.startswith(BLANK)]

    def left_open(self) -> list[tuple[str, Field]]:
        """The settings in their order, with their keys."""
        return [(n.removeprefix(SETTING), f) for n, f in self._fields.items() if n.startswith(SETTING)]


class NewFilling(Filling):
    number = line(_l("Contract number"), 40, needed=_l("Enter the number on the paper, or give it one."))
    device_ids = SelectMultipleField(_l("Devices"), coerce=int)
    device_classes = SelectMultipleField(_l("Kinds of device"))

    def offer(self, devices: Iterable[tuple[int, str]], kinds: Mapping[Any, Any]) -> None:
        """The organisation's devices, and the kinds that can be covered as a whole."""
        self.device_ids.choices = list(devices)
        self.device_classes.choices = [(kind.value, str(word)) for kind, word in kinds.items()]


class AmendFilling(Filling):
    effective_from = DateField(
        _l("In force from"), validators=[DataRequired(_l("Say from which day it counts."))]
    )


def new_filling(printed: Printed) -> NewFilling:
    """An empty form with the printed form's defaults."""
    return cast(NewFilling, _with(NewFilling, printed, {}, {}))


def amendment(printed: Printed, blanks: Mapping[str, str], settings: Mapping[str, str]) -> AmendFilling:
    """The form as it is filled in now."""
    return cast(AmendFilling, _with(AmendFilling, printed, blanks, settings))


def _with(
    base: type[Filling], printed: Printed, blanks: Mapping[str, str], settings: Mapping[str, str]
) -> Filling:
    fields: dict[str, Any] = {}
    for key, blank in printed.blanks.items():
        present = blanks.get(key) or blank.default
        label = _read(blank.label)
        if blank.kind is BlankKind.WEEKDAY:
            days = [("", "–"), *((k, str(word)) for k, word in _WEEKDAYS.items())]
            fields[BLANK + key] = Choice(label, choices=days, default=(present or "").lower())
        else:
            fields[BLANK + key] = line(label, 500, default=present)
    for key, setting in printed.settings.items():
        options = [(k, _read(words)) for k, words in setting.options.items()]
        chosen = settings.get(key, setting.default)
        fields[SETTING + key] = RadioField(_read(setting.label), choices=options, default=chosen)
    return cast(Filling, type("Filling", (base,), fields)())
