"""Forms of quotes: what is offered line by line, and the small steps. Whether a step is possible is decided below."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import Form as PlainForm
from wtforms import FormField, HiddenField, MultipleFileField, RadioField
from wtforms.validators import InputRequired, NumberRange, Optional, ValidationError

from portal.quotes.models import Quote
from portal.quotes.rules.quoting import Evidence, Line, QuoteKind
from portal.quotes.service.drafting import Draft
from portal.web.fields import Choice, DayField, Form, Number, Rows, line, text

_LEAST, _MOST = Decimal("0.01"), Decimal(10_000_000)
MOST_LINES = 30


def _two_places(_form: Any, field: Any) -> None:
    if field.data is not None and round(field.data, 2) != field.data:
        raise ValidationError(_l("Two places after the point are the most."))


class LineForm(PlainForm):
    words = line(_l("What it is"), 300)
    code = Choice(_l("Kind"), choices=[])
    quantity = Number(
        _l("Quantity"),
        validators=[
            Optional(),
            NumberRange(_LEAST, 100_000, _l("That quantity is not possible.")),
            _two_places,
        ],
    )
    unit = Choice(_l("Unit"), choices=[])
    unit_price = Number(
        _l("Price of one, ¥"),
        validators=[Optional(), NumberRange(0, _MOST, _l("That price is not possible.")), _two_places],
    )
    clause = line(_l("Clause"), 80)

    def validate(self, extra_validators: Any = None) -> bool:
        good = bool(super().validate(extra_validators))
        if not self.is_empty() and good:
            if not self.words.data:
                self.words.errors = [_l("Say what this line is for.")]
                good = False
            if self.unit_price.data is None:
                self.unit_price.errors = [_l("A line needs its price, 0 if it is free.")]
                good = False
        return good

    def is_empty(self) -> bool:
        return not self.words.data and self.unit_price.data is None and not self.clause.data


class QuoteForm(Form):
    """A quote as staff write it."""

    kind = Choice(_l("What for"), choices=[])
    title = line(_l("What is offered"), 200, needed=_l("Say in a few words what is offered."))
    note = text(_l("What is included, and what is not"), 4000)
    valid_until = DayField(
        _l("Can be confirmed until"), validators=[InputRequired(_l("Say until when it can be confirmed."))]
    )
    work_until = DayField(_l("The work is done by"), validators=[Optional()])
    lines = Rows(_l("Lines"), FormField(LineForm), max_entries=MOST_LINES)
    version = HiddenField()

    def offer(
        self, kinds: Mapping[QuoteKind, Any], codes: Mapping[str, Any], units: Mapping[str, Any]
    ) -> None:
        """The words to choose from, also for the lines that there are; call again when lines were added."""
        self.kind.choices = [(k.value, word) for k, word in kinds.items()]
        for entry in self.lines.entries:
            entry.form.code.choices, entry.form.unit.choices = list(codes.items()), list(units.items())

    def show(self, quote: Quote) -> None:
        """Fill it with what is on a quote."""
        self.kind.data, self.title.data, self.note.data = quote.kind.value, quote.title, quote.note
        self.valid_until.data, self.work_until.data = quote.valid_until, quote.work_until
        self.version.data = str(quote.version)
        self.lines.offer(
            [_row(r.words, r.code, r.quantity, r.unit, r.unit_price, r.clause) for r in quote.lines]
        )

    def add(self, offered: Mapping[str, Any] | None) -> None:
        """One line more: of the contract's prices, or an empty one; what was typed stays."""
        kept = [f.form.data for f in self.lines.entries if not f.form.is_empty()]
        if offered is not None:
            kept.append(
                _row(
                    offered["name"],
                    offered["code"],
                    Decimal(1),
                    offered["unit"],
                    offered["price"],
                    offered["clause"],
                )
            )
        self.lines.offer(kept)

    def entry(self) -> Draft:
        """What was typed; call after validate()."""
        assert self.valid_until.data is not None
        typed = [f.form for f in self.lines.entries if not f.form.is_empty()]
        return Draft(
            QuoteKind(self.kind.data), self.title.data or "",
            [
                Line(
                    f.code.data or "other", f.words.data, f.quantity.data or Decimal(1), f.unit.data or "piece",
                    f.unit_price.data, f.clause.data or "",
                )
                for f in typed
            ],
            self.valid_until.data, self.work_until.data, self.note.data or "",
        )  # fmt: skip


def _row(words: str, code: str, quantity: Decimal, unit: str, price: Decimal, clause: str) -> dict[str, Any]:
    known = {"code": "" if code == "other" else code, "unit": "" if unit == "piece" else unit}
    return {"words": words, "quantity": quantity.normalize(), "unit_price": price, "clause": clause, **known}


class ReasonForm(Form):
    """Why something is given up or turned down."""

    reason = line(_l("Why?"), 500, needed=_l("Say why, so that everybody knows."))


class HandForm(Form):
    """What is handed over."""

    words = text(
        _l("What is handed over, and how it can be tried"), 4000, needed=_l("Say what is handed over.")
    )


class DefectsForm(Form):
    words = text(_l("What is wrong?"), 4000, needed=_l("Say what is wrong, so that it can be mended."))


class ChangeForm(Form):
    words = text(_l("What should be different?"), 4000, needed=_l("Say what should be different."))


class NameForm(Form):
    """Whose word it was."""

    name = line(_l("Who of the client?"), 120, needed=_l("Say who accepts."))


class LiveForm(Form):
    """Where it went live."""

    where = line(
        _l("Under which address?"), 300, needed=_l("Write the address under which it can be reached.")
    )


class TimeForm(Form):
    """Another day for the work."""

    until = DayField(_l("New day"), validators=[InputRequired(_l("Choose a day."))])
    reason = line(_l("Why?"), 500, needed=_l("Say why, so that everybody knows."))


class EvidenceForm(Form):
    """The client's confirmation as it reached us: a mail on the ticket, or a signed order form."""

    evidence = RadioField(
        _l("How did it reach us?"),
        choices=[
            (Evidence.MAIL.value, _l("By mail")),
            (Evidence.ORDER_FORM.value, _l("On a signed order form")),
        ],
        default=Evidence.MAIL.value,
        validate_choice=True,
    )
    name = line(_l("Who confirmed?"), 120, needed=_l("Say who confirms."))
    message_id = Choice(_l("Which mail"), validate_choice=True)
    scan = MultipleFileField(_l("Scan of the order form"))

    def offer(self, mails: Sequence[tuple[str, str]]) -> None:
        """The mails of the ticket: Message-ID and words."""
        self.message_id.choices = [("", _l("Choose the mail")), *mails]
