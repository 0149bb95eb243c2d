"""Forms with the fields that administrators defined, and the form that defines one. A form class is made for what is asked."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import Field, RadioField, SelectMultipleField, StringField
from wtforms.form import BaseForm
from wtforms.validators import ValidationError
from wtforms.widgets import DateInput

from portal.kernel.errors import Refused
from portal.tickets.forms import choices
from portal.tickets.rules import fields as rules
from portal.tickets.rules.fields import Definition, FieldType, Label, Moment, Needed
from portal.tickets.rules.words import Kind
from portal.tickets.service.fields import SENTENCES, Drawn
from portal.web import languages
from portal.web.fields import Choice, Form, line, one_line, text

F = TypeVar("F", bound=Form)

TYPES: Mapping[FieldType, Any] = {
    FieldType.TEXT: _l("A line of text"),
    FieldType.NUMBER: _l("A number"),
    FieldType.CHOICE: _l("One of a list"),
    FieldType.DATE: _l("A day"),
    FieldType.YES_NO: _l("Yes or no"),
}
NEEDED: Mapping[Needed, Any] = {
    Needed.NO: _l("No, it may stay empty"),
    Needed.OPENING: _l("Yes, when a ticket is opened"),
    Needed.SOLVING: _l("Yes, before a ticket is solved"),
}
WHO: Mapping[str, Any] = {
    "client": _l("The client and staff"),
    "staff": _l("Staff alone; clients do not see it"),
}


class Fills:
    """What was typed is a value of the definition, or was there before."""

    def __init__(self, definition: Definition, moment: Moment, kept: str) -> None:
        self.definition, self.moment, self.kept = definition, moment, kept

    def __call__(self, _form: BaseForm, field: Field) -> None:
        if self.kept and field.data == self.kept:
            return
        needed = rules.is_needed(self.definition, self.moment)
        wrong = rules.parse(self.definition, field.data, needed=needed)[1]
        if wrong is not None:
            raise ValidationError(str(SENTENCES[wrong]))


def _control(definition: Definition, moment: Moment, kept: Label | None, value: str) -> Any:
    label = definition.label.in_(languages.language())
    check = Fills(definition, moment, value)
    if definition.type not in (FieldType.CHOICE, FieldType.YES_NO):
        more: dict[str, Any] = {}
        if definition.type is FieldType.DATE:
            more["widget"] = DateInput()
        if definition.type is FieldType.NUMBER:
            more["render_kw"] = {"inputmode": "decimal"}
        return StringField(label, filters=[one_line], validators=[check], default=value, **more)
    offered = (
        [("yes", _("Yes")), ("no", _("No"))]
        if definition.type is FieldType.YES_NO
        else [(o.key, o.label.in_(languages.language())) for o in definition.options]
    )
    if kept is not None and value not in {key for key, _word in offered}:
        offered.append((value, _("%(option)s (not offered any more)", option=kept.in_(languages.language()))))
    return Choice(
        label,
        choices=[("", _("Please choose")), *offered],
        default=value,
        validators=[check],
        validate_choice=False,
    )


def with_fields(
    base: type[F],
    asked: Sequence[Definition],
    moment: Moment,
    had: Mapping[int, tuple[Label, str]] | None = None,
) -> type[F]:
    """The form with a control for each definition. `had`: what a ticket has, by field, in words and as it is kept."""
    controls: dict[str, Any] = {"asked": asked, "moment": moment}
    for one in asked:
        kept, value = (had or {}).get(one.id, (None, ""))
        controls[one.name] = _control(one, moment, kept, value)
    return type(base.__name__, (base,), controls)


def drawn(form: Any) -> list[tuple[Any, bool]]:
    """The controls in order, each with whether it may stay empty; none of a form without such fields."""
    return [(form[one.name], not rules.is_needed(one, form.moment)) for one in getattr(form, "asked", ())]


def typed(form: Any) -> dict[int, str]:
    """What was typed, by field."""
    return {one.id: str(form[one.name].data or "") for one in getattr(form, "asked", ())}


def refuse_if_not_asked(form: Any, sent: Mapping[str, Any]) -> bool:
    """The kind was changed without scripts, so that its fields were never shown: they are now. Whether that is so."""
    if all(one.name in sent for one in getattr(form, "asked", ())):
        return False
    form.refuse(Refused(_l("This kind of request asks for a little more: see the fields below.")))
    return True


class FieldForm(Form):
    """A field of tickets, as administrators define it."""

    label_en = line(_l("Label in English"), rules.LONGEST_LABEL, needed=_l("Write the label in English."))
    label_zh = line(_l("Label in Chinese"), rules.LONGEST_LABEL, needed=_l("Write the label in Chinese."))
    type = Choice(_l("What is filled in?"), choices=[(t.value, w) for t, w in TYPES.items()])
    options = text(_l("Options, a line each"), 10_000)
    kinds = SelectMultipleField(_l("For which kinds of tickets?"), validate_choice=False)
    who = RadioField(_l("Who fills it in?"), choices=list(WHO.items()), default="client")
    needed = RadioField(
        _l("Is it required?"), choices=[(n.value, w) for n, w in NEEDED.items()], default=Needed.NO.value
    )

    def show(self, now: Definition | None) -> None:
        """The kinds to choose from, and what it is now."""
        self.kinds.choices = choices.pairs(choices.KINDS)
        if now is None or self.is_submitted():
            return
        self.label_en.data, self.label_zh.data = now.label.en, now.label.zh
        self.type.data, self.needed.data = now.type.value, now.needed.value
        self.who.data = "client" if now.client_fills else "staff"
        self.kinds.data = [kind.value for kind in now.kinds]
        self.options.data = "\n".join(f"{o.label.en} | {o.label.zh}" for o in now.options)

    def validate_kinds(self, field: Field) -> None:
        if not self._kinds():
            raise ValidationError(_("Choose at least one kind."))

    def _kinds(self) -> frozenset[Kind]:
        return frozenset(Kind(value) for value in self.kinds.data or [] if value in set(Kind))

    def drawn(self, type_of: FieldType | None) -> Drawn:
        """`type_of`: of a field that is there already."""
        return Drawn(
            Label(self.label_en.data or "", self.label_zh.data or ""), type_of or FieldType(self.type.data),
            self._kinds(), self.who.data == "client", Needed(self.needed.data), self.options.data or "",
        )  # fmt: skip
