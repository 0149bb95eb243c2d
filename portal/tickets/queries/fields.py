"""The fields of tickets: those that are asked, in order, and what a ticket has of them, so far as the actor may see it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, func, select

from portal.infra.db import db
from portal.kernel.actor import Actor, StaffRole
from portal.kernel.errors import NotFound
from portal.tickets.models.fields import TicketField, TicketFieldValue, TicketFieldVersion
from portal.tickets.models.ticket import Ticket
from portal.tickets.rules.fields import Definition, Label, Option
from portal.tickets.rules.words import Kind


@dataclass(frozen=True)
class Filled:
    """A value with the definition in the words of the version that it answered."""

    definition: Definition
    value: str


_NOW = and_(TicketFieldVersion.field_id == TicketField.id, TicketFieldVersion.version == TicketField.version)
_ORDER = (TicketField.position, TicketField.id)


def definition_of(field: TicketField, version: TicketFieldVersion) -> Definition:
    options = tuple(Option(key, Label(en, zh)) for key, en, zh in version.options)
    return Definition(
        field.id, version.version, Label(version.label_en, version.label_zh), field.type,
        frozenset(Kind(kind) for kind in field.kinds), field.client_fills, field.needed, options, field.retired_at is not None,
    )  # fmt: skip


def definitions() -> list[Definition]:
    """All that are asked now, in order; whom they are asked of is said by rules.fields.asked."""
    query = select(TicketField, TicketFieldVersion).join(TicketFieldVersion, _NOW)
    rows = db.session.execute(query.where(TicketField.retired_at.is_(None)).order_by(*_ORDER))
    return [definition_of(*row) for row in rows]


@dataclass(frozen=True)
class Listed:
    """As administrators see it. `times`: tickets that have a value."""

    definition: Definition
    times: int


def all_of(actor: Actor) -> list[Listed]:
    """Every field with how often it was answered, retired ones last; raises NotFound for others than administrators."""
    if actor.staff_role is not StaffRole.ADMINISTRATOR:
        raise NotFound
    times = (
        select(TicketFieldValue.field_id, func.count().label("times"))
        .group_by(TicketFieldValue.field_id)
        .subquery()
    )
    query = (
        select(TicketField, TicketFieldVersion, func.coalesce(times.c.times, 0))
        .join(TicketFieldVersion, _NOW)
        .outerjoin(times, times.c.field_id == TicketField.id)
        .order_by(TicketField.retired_at.is_not(None), *_ORDER)
    )
    return [Listed(definition_of(field, words), n) for field, words, n in db.session.execute(query)]


def field_for(actor: Actor, field_id: int, *, lock: bool = False) -> TicketField:
    """One; raises NotFound."""
    if actor.staff_role is not StaffRole.ADMINISTRATOR:
        raise NotFound
    query = select(TicketField).where(TicketField.id == field_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    field = db.session.scalar(query)
    if field is None:
        raise NotFound
    return field


def now_of(field: TicketField) -> Definition:
    """With its words of now."""
    version = db.session.get_one(TicketFieldVersion, (field.id, field.version))
    return definition_of(field, version)


def _values(ticket_ids: Iterable[int]) -> Any:
    return (
        select(TicketFieldValue, TicketField, TicketFieldVersion)
        .join(TicketField, TicketField.id == TicketFieldValue.field_id)
        .join(
            TicketFieldVersion,
            and_(
                TicketFieldVersion.field_id == TicketFieldValue.field_id,
                TicketFieldVersion.version == TicketFieldValue.version,
            ),
        )
        .where(TicketFieldValue.ticket_id.in_(list(ticket_ids)))
        .order_by(*_ORDER)
    )


def values_of(actor: Actor, ticket: Ticket) -> list[Filled]:
    """What a visible ticket has, retired fields too; the staff's own for staff alone."""
    query = _values([ticket.id])
    if not (actor.is_staff or actor.is_system):
        query = query.where(TicketField.client_fills)
    return [Filled(definition_of(field, words), row.value) for row, field, words in db.session.execute(query)]


def to_index(ticket_ids: Iterable[int]) -> list[tuple[int, Definition, str]]:
    """Ticket, definition and value of all, for the search index."""
    rows = db.session.execute(_values(ticket_ids))
    return [(row.ticket_id, definition_of(field, words), row.value) for row, field, words in rows]
