"""Keeps what people and organisations are found by: written with each name and address, in the same transaction.

It listens to every flush, so that no way of writing a name can forget it; rows that are inserted in bulk need `anew`.
"""

from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import Connection, delete, event, insert, inspect, select
from sqlalchemy.orm import Session

from portal.people.models import Contact, ContactEmail, ContactPiece, Organisation, OrganisationPiece
from portal.people.rules import names

BATCH = 500


def anew(connection: Connection, contacts: Iterable[int], organisations: Iterable[int]) -> None:
    """Write the pieces of these; what they had before is gone."""
    for ids in _batches(contacts):
        _write_contacts(connection, ids)
    for ids in _batches(organisations):
        _write_organisations(connection, ids)


def _batches(ids: Iterable[int]) -> Iterable[list[int]]:
    rows = sorted(ids)
    return (rows[i : i + BATCH] for i in range(0, len(rows), BATCH))


def _write_contacts(connection: Connection, ids: Collection[int]) -> None:
    pieces: dict[tuple[int, str], set[str]] = {}
    rows = connection.execute(
        select(Contact.id, Contact.name, ContactEmail.address)
        .outerjoin(ContactEmail)
        .where(Contact.id.in_(ids))
    )
    for id_, name, address in rows:
        own = pieces.setdefault((id_, name), names.pieces(name))
        if address:
            own |= names.pieces_of_address(address)
    connection.execute(delete(ContactPiece).where(ContactPiece.contact_id.in_(ids)))
    new = [{"contact_id": i, "name": n, "piece": p} for (i, n), own in pieces.items() for p in own]
    if new:
        connection.execute(insert(ContactPiece), new)


def _write_organisations(connection: Connection, ids: Collection[int]) -> None:
    rows = connection.execute(
        select(Organisation.id, Organisation.name).where(Organisation.id.in_(ids))
    ).all()
    connection.execute(delete(OrganisationPiece).where(OrganisationPiece.organisation_id.in_(ids)))
    new = [{"organisation_id": i, "name": n, "piece": p} for i, n in rows for p in names.pieces(n)]
    if new:
        connection.execute(insert(OrganisationPiece), new)


def _changed(thing: Any, attribute: str) -> bool:
    return bool(inspect(thing).attrs[attribute].history.has_changes())


def init_app(_app: object) -> None:
    """Once in a process, however many applications it makes."""
    if not event.contains(Session, "after_flush", _follow):
        event.listen(Session, "after_flush", _follow)


def _follow(session: Session, _context: Any) -> None:
    contacts: set[int] = set()
    organisations: set[int] = set()
    for thing in (*session.new, *session.dirty):
        if isinstance(thing, Contact) and _changed(thing, "name"):
            contacts.add(thing.id)
        elif isinstance(thing, Organisation) and _changed(thing, "name"):
            organisations.add(thing.id)
        elif isinstance(thing, ContactEmail) and (
            _changed(thing, "address") or _changed(thing, "contact_id")
        ):
            contacts.add(thing.contact_id)
            contacts.update(i for i in inspect(thing).attrs.contact_id.history.deleted if i)
    contacts.update(thing.contact_id for thing in session.deleted if isinstance(thing, ContactEmail))
    if contacts or organisations:
        anew(session.connection(), contacts, organisations)
