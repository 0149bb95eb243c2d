"""What else a search finds beside tickets: organisations, people, devices and contracts, for the staff alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, literal, or_, select, union_all

from portal.assets.models import Device
from portal.contracts.models import ContractRecord
from portal.infra.db import db
from portal.kernel.actor import Actor
from portal.people import queries
from portal.people.models import Contact, ContactPhone, Membership, Organisation, OrganisationKind

SHOWN = 5
"""Of each sort."""
WORDS = 5
FEWEST_DIGITS = 4


class Sort(StrEnum):
    ORGANISATION = "organisation"
    PERSON = "person"
    DEVICE = "device"
    CONTRACT = "contract"


@dataclass(frozen=True)
class Thing:
    """`beside`: what tells it from others of the name: the organisation, a serial."""

    sort: Sort
    id: int
    name: str
    beside: str | None
    active: bool


def things(actor: Actor, typed: str) -> dict[Sort, list[Thing]]:
    """At most SHOWN of each sort whose name, number, serial or address has every word, in use before out of use; one statement.

    Sorts without any are left out.
    """
    words = typed.split()[:WORDS]
    if not actor.is_staff or not words:
        return {}
    clients = Organisation.kind == OrganisationKind.CLIENT
    organisations = select(
        literal(Sort.ORGANISATION.value).label("sort"), Organisation.id, Organisation.name,
        Organisation.address.label("beside"), Organisation.active,
    ).where(clients, _all(words, lambda w: [_organisation(w), *_number(Organisation.phone, w)]))  # fmt: skip
    people = (
        select(
            literal(Sort.PERSON.value), Contact.id, Contact.name, Organisation.name.label("beside"),
            and_(Contact.active, Membership.active),
        )
        .join(Membership, Membership.contact_id == Contact.id)
        .join(Organisation, Organisation.id == Membership.organisation_id)
        .where(clients, Membership.active, _all(words, _person))
    )  # fmt: skip
    devices = (
        select(literal(Sort.DEVICE.value), Device.id, Device.name, Organisation.name, Device.active)
        .join(Organisation, Organisation.id == Device.organisation_id)
        .where(_all(words, lambda w: [_has(c, w) for c in (Device.name, Device.tag, Device.serial, Device.address)]))
    )  # fmt: skip
    contracts = (
        select(
            literal(Sort.CONTRACT.value), ContractRecord.id, ContractRecord.number, Organisation.name,
            ContractRecord.terminated_on.is_(None),
        )
        .join(Organisation, Organisation.id == ContractRecord.organisation_id)
        .where(_all(words, lambda w: [_has(ContractRecord.number, w), _organisation(w)]))
    )  # fmt: skip
    found: dict[Sort, list[Thing]] = {}
    parts = [_few(query) for query in (organisations, people, devices, contracts)]
    for sort, *rest in db.session.execute(union_all(*parts)):
        found.setdefault(Sort(sort), []).append(Thing(Sort(sort), *rest))
    return {sort: found[sort] for sort in Sort if sort in found}


def _few(query: Select[Any]) -> Select[Any]:
    rows = query.subquery()
    name, active = list(rows.c)[2], list(rows.c)[4]
    return select(select(rows).order_by(active.desc(), name, list(rows.c)[1]).limit(SHOWN).subquery())


def _all(words: Sequence[str], alternatives: Any) -> ColumnElement[bool]:
    return and_(*(or_(*alternatives(word)) for word in words))


def _organisation(word: str) -> ColumnElement[bool]:
    return Organisation.id.in_(queries.organisations_called(word))


def _person(word: str) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [Contact.id.in_(queries.contacts_called(word))]
    digits = _digits(word)
    if digits:
        of_phone = select(ContactPhone.contact_id).where(ContactPhone.digits.contains(digits))
        found.append(Contact.id.in_(of_phone))
    return found


def _number(column: Any, word: str) -> list[ColumnElement[bool]]:
    return [_has(column, word)] if _digits(word) else []


def _digits(word: str) -> str:
    """The digits of what may be a phone number, without leading zeros; "" for other words."""
    digits = "".join(c for c in word if c.isdecimal() and c.isascii())
    plain = all(c.isdecimal() or c in "+()./-" for c in word)
    return digits.lstrip("0") if plain and len(digits) >= FEWEST_DIGITS else ""


def _has(column: Any, word: str) -> ColumnElement[bool]:
    return column.icontains(word, autoescape=True)
