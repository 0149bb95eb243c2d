"""Finding who calls by what they say: name, organisation, phone number, PIN of a contract, sticker or serial of a device.

At most four statements, each by an index, however many people, devices and tickets there are.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    Select,
    String,
    and_,
    cast,
    exists,
    literal,
    null,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy.orm import InstrumentedAttribute, aliased, contains_eager, selectinload

from portal.assets import queries as assets
from portal.assets.models import Device
from portal.assets.rules import key_of
from portal.contracts.models import ContractRecord
from portal.infra.db import db
from portal.kernel import refs
from portal.kernel.actor import Actor
from portal.people import queries as people
from portal.people.models import (
    Contact,
    ContactPhone,
    ContactPiece,
    Membership,
    Organisation,
    OrganisationPiece,
    Site,
)
from portal.people.rules import names, phones

MOST = 20
LONGEST = 100
SHORTEST_KEY = 3
"""Fewer letters and digits are the beginning of too many stickers."""
FEW = 1000
"""Of what is common so many are gathered and sorted; of more, those whose names say most nearly what was typed."""
_LONGEST_TAIL = 32
_LAST = "Z" * 12
_ANY = aliased(Membership)


@dataclass(frozen=True)
class Thing:
    """An organisation, a site, a device or a contract that the words name: `kind` says which."""

    kind: str
    id: int
    name: str
    detail: str
    organisation_id: int
    organisation: str


@dataclass(frozen=True)
class Found:
    """People first, then what else the words name."""

    people: Sequence[Membership]
    things: Sequence[Thing]

    def __len__(self) -> int:
        return len(self.people) + len(self.things)


NOTHING = Found((), ())


def find(actor: Actor, typed: str) -> Found:
    """For the staff's eyes; nothing for others, for nothing typed, and for fewer digits than tell people apart."""
    wanted = " ".join(typed[:LONGEST].replace("\x00", " ").split())
    if not wanted or not actor.is_staff:
        return NOTHING
    tails = phones.sought(wanted)
    return Found(_people(actor, wanted, tails), _things(actor, wanted, tails))


def callers(actor: Actor, typed: str) -> Sequence[Membership]:
    """Memberships with their contact, phones and organisation, at most MOST. Who belongs to two organisations is listed twice."""
    return find(actor, typed).people


def _theirs(scoped: Select[Any]) -> Any:
    """What limits a scoped query, for one over the same table: as a list of ids SQLite would write down all of them first."""
    return scoped.whereclause if scoped.whereclause is not None else true()


def _ends_with(column: InstrumentedAttribute[Any], tails: list[str]) -> Any:
    """Numbers that end so: a range of the index over their tails, whatever the collation."""
    return or_(*(column.between(t, (t + "9" * _LONGEST_TAIL)[:_LONGEST_TAIL]) for t in tails))


def _begins_with(column: InstrumentedAttribute[Any], key: str) -> Any:
    """A sticker or serial that begins so; a short one must be the whole."""
    if len(key) < SHORTEST_KEY:
        return column == key
    return and_(column.between(key, key + _LAST), column.startswith(key, autoescape=True))


def _people(actor: Actor, wanted: str, tails: list[str]) -> Sequence[Membership]:
    if not tails and wanted.replace(" ", "").isdecimal():
        return []
    query = (
        select(Membership)
        .join(Membership.contact)
        .join(Membership.organisation)
        .where(Membership.active, Contact.active, _theirs(people.organisations_for(actor)))
        .options(
            contains_eager(Membership.organisation),
            contains_eager(Membership.contact).options(
                selectinload(Contact.phones), selectinload(Contact.emails)
            ),
        )
        .order_by(Contact.name, Organisation.name, Membership.id)
        .limit(MOST)
    )
    if tails:
        by_phone = select(ContactPhone.contact_id).where(_ends_with(ContactPhone.tail, tails))
        return db.session.scalars(query.where(Contact.id.in_(by_phone))).all()
    named = select(_ANY.id).where(_ANY.contact_id.in_(_first_named(actor, wanted)))
    there = _first_of(actor, wanted)
    return db.session.scalars(query.where(Membership.id.in_(union_all(named, there)))).all()


def _belongs(actor: Actor, contact: Any, *conditions: Any) -> Any:
    """Whether a person is one of those whom the actor may find."""
    return (
        exists()
        .where(
            Membership.contact_id == contact,
            Membership.active,
            Contact.id == contact,
            Contact.active,
            Organisation.id == Membership.organisation_id,
            _theirs(people.organisations_for(actor)),
            *conditions,
        )
        .correlate_except(Membership, Contact, Organisation)
    )


def _first_named(actor: Actor, wanted: str) -> Select[Any]:
    """The first by name whose name or address says so. Of a single piece they lie in this order; a stretch of pieces begins with
    the names that end there, and goes on letter by letter."""
    found = select(ContactPiece.contact_id, ContactPiece.name).where(
        people.answers(ContactPiece.piece, wanted), _belongs(actor, ContactPiece.contact_id)
    )
    if not names.is_one_piece(wanted):
        near = found.order_by(ContactPiece.piece).limit(FEW).subquery()
        found = select(near.c.contact_id, near.c.name)
    contact_id, name = found.selected_columns
    first = found.group_by(name, contact_id).order_by(name, contact_id).limit(MOST).subquery()
    return select(first.c.contact_id)


def _first_of(actor: Actor, wanted: str) -> Select[Any]:
    """Memberships of the first by name of the people of the organisations that are named so."""
    piece = OrganisationPiece
    near = (
        select(Membership.id, Contact.name)
        .select_from(piece)
        .join(Organisation, Organisation.id == piece.organisation_id)
        .join(Membership, Membership.organisation_id == Organisation.id)
        .join(Contact, Contact.id == Membership.contact_id)
        .where(
            people.answers(piece.piece, wanted),
            Membership.active,
            Contact.active,
            _theirs(people.organisations_for(actor)),
        )
        .order_by(piece.piece, piece.name, piece.organisation_id)
        .limit(FEW)
    ).subquery()
    first = select(near.c.id).group_by(near.c.name, near.c.id).order_by(near.c.name, near.c.id).limit(MOST)
    return select(first.subquery().c.id)


def _things(actor: Actor, wanted: str, tails: list[str]) -> list[Thing]:
    """Organisations by name or number, sites by number, devices by sticker or serial, a contract by its PIN; one statement."""
    visible = _theirs(people.organisations_for(actor))
    parts: list[Select[Any]] = []

    def part(kind: str, id_: Any, name: Any, detail: Any, condition: Any, base: Any = None) -> None:
        query = select(
            literal(kind).label("kind"),
            id_.label("id"),
            cast(name, String).label("name"),
            cast(detail, String).label("detail"),
            Organisation.id.label("organisation_id"),
            Organisation.name.label("organisation"),
        )
        query = query.join_from(base, Organisation) if base is not None else query.select_from(Organisation)
        parts.append(query.where(condition, visible).limit(MOST))

    if tails:
        by_number = _ends_with(Organisation.phone_tail, tails)
        part("organisation", Organisation.id, Organisation.name, Organisation.phone, by_number)
        part(
            "site",
            Site.id,
            Site.name,
            Site.phone,
            and_(_ends_with(Site.phone_tail, tails), Site.active),
            Site,
        )
    else:
        named = Organisation.id.in_(people.organisations_called(wanted))
        part("organisation", Organisation.id, Organisation.name, null(), named)
    key = key_of(wanted)
    if key:
        mine = _theirs(assets.devices_for(actor))
        for column, shown in ((Device.tag_key, Device.tag), (Device.serial_key, Device.serial)):
            hit = and_(_begins_with(column, key), mine)
            part("device", Device.id, Device.name, shown, hit, Device)
    pin = refs.pin_in(wanted)
    if pin:
        part(
            "contract",
            ContractRecord.id,
            ContractRecord.number,
            null(),
            ContractRecord.pin == pin,
            ContractRecord,
        )
    rows = db.session.execute(union_all(*(select(p.subquery()) for p in parts)).limit(2 * MOST)).all()
    once = {
        (r.kind, r.id): Thing(r.kind, r.id, r.name, r.detail or "", r.organisation_id, r.organisation)
        for r in rows
    }
    order = ("contract", "device", "organisation", "site")
    return sorted(once.values(), key=lambda t: (order.index(t.kind), t.name, t.id))[:MOST]
