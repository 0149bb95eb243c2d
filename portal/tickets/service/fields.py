"""Fields of tickets: administrators define, change, order and retire them; values are kept with the version they answered.

Nothing that was answered is rewritten by a changed definition, and no field is deleted.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import get_locale
from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, func, select

from portal.infra.db import db
from portal.kernel import clock
from portal.kernel.actor import Actor, StaffRole
from portal.kernel.errors import NotFound, Refused
from portal.tickets.models.fields import TicketField, TicketFieldValue, TicketFieldVersion
from portal.tickets.models.ticket import Ticket
from portal.tickets.queries import fields as queries
from portal.tickets.rules import fields as rules
from portal.tickets.rules.fields import Definition, FieldType, Label, Moment, Needed, Option
from portal.tickets.rules.words import Kind
from portal.tickets.service import indexing, record

SENTENCES = {
    rules.Wrong.MISSING: _l("Fill this in, please."),
    rules.Wrong.NOT_A_NUMBER: _l("Write a number, such as 12 or 3.5."),
    rules.Wrong.NOT_A_DAY: _l("Write the day such as 2026-11-20."),
    rules.Wrong.NOT_OFFERED: _l("Choose one of the list."),
    rules.Wrong.TOO_LONG: _l("This is too long; %(most)s characters fit.", most=rules.LONGEST_TEXT),
}


@dataclass(frozen=True)
class Drawn:
    """A definition as an administrator wrote it. `options` as typed, a line each."""

    label: Label
    type: FieldType
    kinds: frozenset[Kind]
    client_fills: bool
    needed: Needed
    options: str = ""


def define(actor: Actor, drawn: Drawn, field: TicketField | None = None) -> TicketField:
    """A new field at the end of the order, or a changed one. New words make a new version; the type stays what it was."""
    if actor.staff_role is not StaffRole.ADMINISTRATOR:
        raise NotFound
    before = queries.now_of(field) if field else None
    if field is None:
        last = db.session.scalar(select(func.max(TicketField.position))) or 0
        field = TicketField(version=0, type=drawn.type, position=last + 1, kinds=[], client_fills=False)
        db.session.add(field)
    options = _options(field, drawn, before)
    field.kinds = [kind.value for kind in Kind if kind in drawn.kinds]
    field.client_fills, field.needed = drawn.client_fills, drawn.needed
    if before is None or (before.label, before.options) != (drawn.label, tuple(options)):
        field.version += 1
        db.session.flush()
        stored = [[o.key, o.label.en, o.label.zh] for o in options]
        db.session.add(
            TicketFieldVersion(
                field_id=field.id, version=field.version, label_en=drawn.label.en, label_zh=drawn.label.zh,
                options=stored, user_id=actor.user_id, at=clock.now(),
            )
        )  # fmt: skip
    db.session.flush()
    return field


def _options(field: TicketField, drawn: Drawn, before: Definition | None) -> Sequence[Option]:
    if field.type is not FieldType.CHOICE:
        return []
    found = rules.options_of(drawn.options, before.options if before else (), field.version + 1)
    if isinstance(found, str):
        raise Refused(
            _l("This line is no option, or is there twice: %(line)s", line=found[:100]), field="options"
        )
    if len(found) < 2 or len(found) > rules.MOST_OPTIONS:
        raise Refused(
            _l("Write between 2 and %(most)s options, a line each.", most=rules.MOST_OPTIONS), field="options"
        )
    return found


def retire(actor: Actor, field: TicketField) -> None:
    """It is asked no more; its values stay readable."""
    field.retired_at = field.retired_at or clock.now()


def bring_back(actor: Actor, field: TicketField) -> None:
    """It is asked again."""
    field.retired_at = None


def move(actor: Actor, field: TicketField, *, up: bool) -> None:
    """Change places with its neighbour among those that are asked; at the end of the row nothing happens."""
    row = list(
        db.session.scalars(
            select(TicketField)
            .where(TicketField.retired_at.is_(None))
            .order_by(TicketField.position, TicketField.id)
            .with_for_update()
        )
    )
    at = row.index(field) if field in row else -1
    then = at - 1 if up else at + 1
    if at >= 0 and 0 <= then < len(row):
        row[at], row[then] = row[then], row[at]
        for position, one in enumerate(row, 1):
            one.position = position


def fill_first(actor: Actor, ticket: Ticket, typed: Mapping[int, str]) -> None:
    """The answers of the form that opened a ticket; raises Refused beside a field that is missing or is no value."""
    moment = Moment.STAFF_OPEN if actor.is_staff else Moment.CLIENT_OPENS
    for definition in rules.asked(queries.definitions(), ticket.kind, moment):
        value = _value(definition, typed.get(definition.id), moment)
        if value:
            _keep(actor, ticket, definition, value)
    db.session.flush()
    indexing.add_values(ticket.id)


def answer(actor: Actor, ticket: Ticket, typed: Mapping[int, str], moment: Moment) -> None:
    """What staff fill in or correct, only what is in `typed`; the timeline keeps what it was. What stays as it is keeps its
    version, whatever became of the definition."""
    had = {one.definition.id: one for one in queries.values_of(actor, ticket)}
    changed = False
    for definition in rules.asked(queries.definitions(), ticket.kind, moment, had):
        if definition.id not in typed:
            continue
        before = had.get(definition.id)
        if before and typed[definition.id] == before.value:
            continue
        value = _value(definition, typed[definition.id], moment)
        if not value and before is None:
            continue
        _keep(actor, ticket, definition, value)
        old = rules.words(before.definition, before.value) if before else Label()
        new = rules.words(definition, value) if value else Label()
        details = {
            "what": "field", "label": [definition.label.en, definition.label.zh],
            "from": [old.en, old.zh], "to": [new.en, new.zh], "type": definition.type.value,
        }  # fmt: skip
        record.add_change(ticket, actor, clock.now(), details)
        changed = True
    if changed:
        db.session.flush()
        indexing.anew(ticket.id)


def unfilled(ticket: Ticket) -> list[str]:
    """Names of what has to be filled in before a ticket is solved and is not, in the reader's language."""
    had = db.session.scalars(
        select(TicketFieldValue.field_id).where(TicketFieldValue.ticket_id == ticket.id)
    ).all()
    missing = rules.asked(queries.definitions(), ticket.kind, Moment.SOLVING, had)
    return [definition.label.in_(_language()) for definition in missing]


def not_filled(names: Sequence[str]) -> Any:
    """The sentence that names them."""
    return _l(
        "Before it is solved, this has to be filled in: %(names)s. The form “Solved” of the ticket asks for it.",
        names=", ".join(names),
    )


def refuse_unfilled(ticket: Ticket) -> None:
    """Raises Refused, naming what has to be filled in before a ticket is solved and is not."""
    if names := unfilled(ticket):
        raise Refused(not_filled(names))


def _language() -> str:
    """That of whoever reads the sentence."""
    return str(get_locale() or "en")


def _value(definition: Definition, typed: str | None, moment: Moment) -> str:
    value, wrong = rules.parse(definition, typed, needed=rules.is_needed(definition, moment))
    if wrong is not None:
        raise Refused(SENTENCES[wrong], field=definition.name)
    return value


def _keep(actor: Actor, ticket: Ticket, definition: Definition, value: str) -> None:
    db.session.execute(
        delete(TicketFieldValue).where(
            TicketFieldValue.ticket_id == ticket.id, TicketFieldValue.field_id == definition.id
        )
    )
    if value:
        db.session.add(
            TicketFieldValue(
                ticket_id=ticket.id, field_id=definition.id, version=definition.version, value=value,
                contact_id=actor.contact_id, at=clock.now(),
            )
        )  # fmt: skip
