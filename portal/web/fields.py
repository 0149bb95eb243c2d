"""Form fields as people fill them in: tidied text, and a clear sentence about one that is too long.

No `maxlength` is sent to the browser: it would cut a pasted text in silence.
"""

import unicodedata
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from flask import g
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from flask_wtf import FlaskForm
from wtforms import DateField, DecimalField, Field, FieldList, SelectField, StringField, TextAreaField
from wtforms.form import BaseForm
from wtforms.validators import DataRequired, Optional, ValidationError

from portal.kernel.errors import Refused, Stale


def one_line(text: str | None) -> str | None:
    """Without control characters and with single blanks; None for nothing."""
    if text is None:
        return None
    return " ".join("".join(c if c.isprintable() else " " for c in text).split()) or None


def many_lines(text: str | None) -> str | None:
    """Lines as typed, without control characters and blanks at the ends; None for nothing."""
    if text is None:
        return None
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n")
    return "".join(c for c in lines if c in "\n\t" or unicodedata.category(c) != "Cc").strip() or None


_STALE = _l(
    "This page was open for too long, so it was not sent. What you typed is still here: please send it again."
)


class Fits:
    """At most so many characters; says how many are too many."""

    def __init__(self, most: int) -> None:
        self.most = most

    def __call__(self, _form: BaseForm, field: Field) -> None:
        over = len(field.data or "") - self.most
        if over > 0:
            raise ValidationError(
                ngettext(
                    "This is %(num)s character too long; %(most)s fit.",
                    "This is %(num)s characters too long; %(most)s fit.",
                    over,
                    most=self.most,
                )
            )


def line(label: Any, most: int, *checks: Any, needed: Any = None, **more: Any) -> StringField:
    """A line of text. `needed`: the sentence for leaving it empty; without it the field is optional."""
    first = DataRequired(needed) if needed else Optional()
    return StringField(label, filters=[one_line], validators=[first, Fits(most), *checks], **more)


def text(label: Any, most: int, *checks: Any, needed: Any = None, **more: Any) -> TextAreaField:
    """Several lines of text."""
    first = DataRequired(needed) if needed else Optional()
    return TextAreaField(label, filters=[many_lines], validators=[first, Fits(most), *checks], **more)


class Choice(SelectField):
    """A select that says in the person's language that a value is not among its choices."""

    def pre_validate(self, form: BaseForm) -> None:
        if self.validate_choice and not any(selected for _v, _t, selected, *_rest in self.iter_choices()):
            raise ValidationError(_l("Choose one of the list."))


class DayField(DateField):
    """A day, with our own sentence for one that cannot be read."""

    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(_l("Write a day, such as 2026-11-20.")) from None


class Number(DecimalField):
    """A number with a point or a comma, and our own sentence for one that cannot be read."""

    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            super().process_formdata(
                [value.replace(",", ".").replace("¥", "").strip() for value in valuelist]
            )
        except ValueError:
            raise ValueError(_l("Write a number, such as 120.50.")) from None
        if self.data is not None and not self.data.is_finite():
            raise ValueError(_l("Write a number, such as 120.50."))


class Form(FlaskForm):
    """A form that can also say what a service refused, and that is never valid when its token is stale."""

    form_errors: list[str]

    def validate(self, extra_validators: Any = None) -> bool:
        """As ever; a form whose page was open for too long is drawn again, see guards.redraws_stale_form."""
        good = bool(super().validate(extra_validators))
        if not g.get("stale_form"):
            return good
        if "csrf_token" in self._fields:
            self._fields["csrf_token"].errors = []
        self.form_errors = [str(_STALE)]
        return False

    def refuse(self, refused: Refused, version: int | None = None) -> None:
        """Put a refusal beside the field that it names, or over the whole form.

        `version`: what is stored now; after a stale form the next sending is measured against that.
        """
        field = self._fields.get(refused.field) if refused.field else None
        if field is not None:
            field.errors = [*field.errors, str(refused.sentence)]
        else:
            self.form_errors = [*self.form_errors, str(refused.sentence)]
        if isinstance(refused, Stale) and "version" in self._fields:
            self._fields["version"].raw_data, self._fields["version"].data = None, version


if TYPE_CHECKING:
    _List = FieldList[Any]
else:
    _List = FieldList


class Rows(_List):
    """Several of one kind; one empty row more than there is, for the next. Its own errors are plain sentences."""

    def __init__(self, label: Any, row: Any, **more: Any) -> None:
        super().__init__(row, label, **{"min_entries": 0, "max_entries": 20} | more)

    def offer(self, rows: Sequence[Any]) -> None:
        """Fill it with what is known, and one empty row."""
        while self.entries:
            self.pop_entry()
        for row in rows:
            self.append_entry(row)
        self.offer_one()

    def offer_one(self) -> None:
        """An empty row at the end, if there is none."""
        filled = [_has_text(e.data) for e in self.entries]
        if len(self.entries) < (self.max_entries or 20) and (not filled or filled[-1]):
            self.append_entry()

    def validate(self, form: BaseForm, extra_validators: Any = ()) -> bool:
        good = bool(super().validate(form, extra_validators))
        self.errors = _sentences(self.errors)
        return good


def _has_text(data: Any) -> bool:
    return any(data.values()) if isinstance(data, dict) else bool(data)


def _sentences(errors: Any) -> list[str]:
    if isinstance(errors, dict):
        return [s for value in errors.values() for s in _sentences(value)]
    if isinstance(errors, list | tuple):
        return [s for value in errors for s in _sentences(value)]
    return [str(errors)]
