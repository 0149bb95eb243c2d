"""Who is who: organisations, contacts and users, read by those who may."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, false, func, or_, select, true, tuple_
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from portal.infra.db import BigId, db, fetch, once
from portal.kernel import clock
from portal.kernel.actor import SYSTEM, Actor, ClientRole
from portal.kernel.errors import NotFound
from portal.kernel.working_time import Window
from portal.people.models import (
    Contact,
    ContactEmail,
    ContactPhone,
    ContactPiece,
    DeskClosure,
    DeskWindow,
    Membership,
    OneTimeLink,
    Organisation,
    OrganisationKind,
    OrganisationPiece,
    Site,
    Team,
    User,
)  # fmt: skip
from portal.people.rules import names
from portal.people.rules.links import LinkPurpose


def organisations_for(actor: Actor) -> Select[tuple[Organisation]]:
    """Active client organisations that the actor may see: staff all, clients their own."""
    query = select(Organisation).where(Organisation.kind == OrganisationKind.CLIENT, Organisation.active)
    if actor.is_staff or actor.is_system:
        return query
    return (
        query.where(Organisation.id.in_(actor.organisation_ids))
        if actor.memberships
        else query.where(false())
    )


def organisation_for(actor: Actor, organisation_id: int) -> Organisation:
    """One of them; raises NotFound."""
    if actor.is_staff or actor.is_system:
        found = db.session.scalar(_ANY_CLIENT, {"organisation": organisation_id})
    else:
        found = db.session.scalar(organisations_for(actor).where(Organisation.id == organisation_id))
    if found is None:
        raise NotFound
    return found


_ANY_CLIENT = organisations_for(SYSTEM).where(Organisation.id == bindparam("organisation", type_=BigId))


def provider() -> Organisation | None:
    """The company that runs this portal; None before it is set up."""
    return once("provider", lambda: db.session.scalar(_PROVIDER))


_PROVIDER = select(Organisation).where(Organisation.kind == OrganisationKind.PROVIDER).limit(1)


@dataclass(frozen=True)
class Desk:
    """The provider and when its phone is answered."""

    name: str
    phone: str | None
    time_zone: str
    windows: list[Window]


_DESK = (
    select(
        Organisation.name, Organisation.phone, Organisation.time_zone,
        DeskWindow.weekday, DeskWindow.opens, DeskWindow.closes,
    )
    .outerjoin(DeskWindow, true())
    .where(Organisation.kind == OrganisationKind.PROVIDER)
)  # fmt: skip


def desk() -> Desk | None:
    """What every page says about the provider, in one statement; None before it is set up."""
    rows = fetch(_DESK)
    if not rows:
        return None
    name, phone, zone, *_window = rows[0]
    return Desk(name, phone, zone, [Window(*window) for _n, _p, _z, *window in rows if window[0] is not None])


def days_closed() -> frozenset[date]:
    """Days from yesterday on (by UTC, so that no zone misses its own) on which nobody answers the phone."""
    yesterday = clock.now().date() - timedelta(days=1)
    return frozenset(db.session.scalars(select(DeskClosure.on).where(DeskClosure.on >= yesterday).limit(400)))


def desk_windows() -> list[DeskWindow]:
    return list(db.session.scalars(select(DeskWindow).order_by(DeskWindow.weekday, DeskWindow.opens)))


def desk_closures() -> list[DeskClosure]:
    return list(db.session.scalars(select(DeskClosure).order_by(DeskClosure.on)))


def member_of(organisation_id: int, contact_id: int) -> Contact:
    """A contact with an active membership in this organisation; raises NotFound."""
    found = db.session.scalar(_MEMBER, {"contact": contact_id, "organisation": organisation_id})
    if found is None:
        raise NotFound
    return found


_MEMBER = select(Contact).join(Membership).where(
    Contact.id == bindparam("contact", type_=BigId), Contact.active, Membership.active,
    Membership.organisation_id == bindparam("organisation", type_=BigId),
)  # fmt: skip


def site_of(organisation_id: int, site_id: int) -> Site:
    """A site of this organisation; raises NotFound."""
    found = db.session.scalar(select(Site).where(Site.id == site_id, Site.organisation_id == organisation_id))
    if found is None:
        raise NotFound
    return found


def contacts_of(organisation_id: int, most: int) -> list[Contact]:
    """Active contacts of an organisation by name, the first of them, with their phones and addresses."""
    query = (
        select(Contact)
        .join(Membership)
        .where(Membership.organisation_id == organisation_id, Membership.active, Contact.active)
        .options(selectinload(Contact.phones), selectinload(Contact.emails))
        .order_by(Contact.name, Contact.id)
        .limit(most)
    )
    return list(db.session.scalars(query))


_NAMES = (
    select(Contact.id, Contact.name)
    .join(Membership)
    .where(
        Membership.organisation_id == bindparam("organisation", type_=BigId),
        Membership.active,
        Contact.active,
    )
    .order_by(Contact.name, Contact.id)
)


def names_of(organisation_id: int) -> list[names.Named]:
    """All active contacts of an organisation by name, for a choice: thousands cost little."""
    return [names.Named(*row) for row in fetch(_NAMES, {"organisation": organisation_id})]


def contact_by_email(address: str) -> Contact | None:
    """The active contact to whom an address belongs, whatever its case."""
    return db.session.scalar(_BY_EMAIL, {"address": address.strip().lower()})


_BY_EMAIL = (
    select(Contact)
    .join(ContactEmail)
    .where(ContactEmail.address == bindparam("address"), Contact.active)
    .options(selectinload(Contact.memberships))
)


def actor_of(contact: Contact) -> Actor:
    """A contact as an actor, e.g. the sender of a mail. Staff roles are not given by mail alone, so none is set."""
    rows = fetch(_MEMBERSHIPS, {"contact": contact.id})
    return Actor(contact_id=contact.id, name=contact.name, memberships={o: ClientRole(r) for o, r in rows})


_MEMBERSHIPS = select(Membership.organisation_id, Membership.role).join(Organisation).where(
    Membership.contact_id == bindparam("contact", type_=BigId), Membership.active,
    Organisation.kind == OrganisationKind.CLIENT, Organisation.active,
)  # fmt: skip


def user_by_email(address: str) -> User | None:
    """An active user by sign-in address, whatever its case."""
    return db.session.scalar(select(User).where(User.email == address.strip().lower(), User.active))


def staff_user(user_id: int) -> User:
    """An active member of the staff; raises NotFound."""
    found = db.session.scalar(
        select(User).where(User.id == user_id, User.active, User.staff_role.is_not(None))
    )
    if found is None:
        raise NotFound
    return found


def staff() -> list[User]:
    """All active staff by name."""
    query = (
        select(User)
        .join(Contact)
        .where(User.active, User.staff_role.is_not(None))
        .order_by(func.lower(Contact.name))
    )
    return list(db.session.scalars(query.options(joinedload(User.contact), joinedload(User.team))))


def team(team_id: int) -> Team:
    """A team; raises NotFound."""
    found = db.session.get(Team, team_id)
    if found is None:
        raise NotFound
    return found


def teams() -> list[Team]:
    return list(db.session.scalars(select(Team).order_by(Team.name)))


def client_organisation(actor: Actor, organisation_id: int) -> Organisation:
    """A client organisation for the staff's eyes, inactive ones too; raises NotFound."""
    query = select(Organisation).where(
        Organisation.id == organisation_id, Organisation.kind == OrganisationKind.CLIENT
    )
    found = db.session.scalar(query) if actor.is_staff else None
    if found is None:
        raise NotFound
    return found


def organisations_page(
    actor: Actor, text: str, after: int | None, *, inactive: bool, size: int
) -> list[Organisation]:
    """One more than `size` organisations by name, after the one with id `after`.

    `text` is a part of the name, or of a person's name, address or phone number.
    """
    query = organisations_for(actor)
    if inactive and actor.is_staff:
        query = select(Organisation).where(Organisation.kind == OrganisationKind.CLIENT)
    name = func.lower(Organisation.name)
    if text:
        query = query.where(or_(Organisation.id.in_(organisations_called(text)), _has_person(text)))
    if after is not None:
        last = select(func.lower(Organisation.name), Organisation.id).where(Organisation.id == after)
        query = query.where(tuple_(name, Organisation.id) > last.scalar_subquery())
    return list(db.session.scalars(query.order_by(name, Organisation.id).limit(size + 1)))


def _has_person(text: str) -> ColumnElement[bool]:
    """Whether somebody active in the organisation is called so, or has such an address or phone number."""
    digits = "".join(c for c in text if c.isdigit()).lstrip("0")
    theirs: ColumnElement[bool] = Membership.contact_id.in_(contacts_called(text))
    if len(digits) >= 4:
        numbered = select(ContactPhone.contact_id).where(ContactPhone.digits.contains(digits))
        theirs = or_(theirs, Membership.contact_id.in_(numbered))
    return Organisation.id.in_(select(Membership.organisation_id).where(Membership.active, theirs))


def answers(piece: Any, typed: str) -> ColumnElement[bool]:
    """Pieces of names that answer what was typed: a single one, or a stretch of the index (rules/names)."""
    first, last = names.sought(typed)
    same: ColumnElement[bool] = piece == first
    return same if first == last else and_(piece >= first, piece < last)


def contacts_called(typed: str) -> Select[tuple[int]]:
    """Ids of all people whose name or address says so; whoever asks limits them to what may be seen."""
    return select(ContactPiece.contact_id).where(answers(ContactPiece.piece, typed))


def organisations_called(typed: str) -> Select[tuple[int]]:
    """Ids of all organisations whose name says so; whoever asks limits them to what may be seen."""
    return select(OrganisationPiece.organisation_id).where(answers(OrganisationPiece.piece, typed))


def sites_of(organisation_id: int, *, active_only: bool = False) -> list[Site]:
    """An organisation's sites by name, active ones first."""
    query = select(Site).where(Site.organisation_id == organisation_id)
    if active_only:
        query = query.where(Site.active)
    return list(db.session.scalars(query.order_by(Site.active.desc(), Site.name)))


def client_site(actor: Actor, site_id: int) -> Site:
    """A site of a client for the staff's eyes, with its organisation; raises NotFound."""
    query = (
        select(Site)
        .join(Organisation)
        .where(Site.id == site_id, Organisation.kind == OrganisationKind.CLIENT)
    )
    found = db.session.scalar(query.options(joinedload(Site.organisation))) if actor.is_staff else None
    if found is None:
        raise NotFound
    return found


def places_of(organisation_id: int, limit: int = 300) -> list[Membership]:
    """Who belongs to an organisation: memberships with the person, addresses, phones and sign-in; deactivated people last."""
    query = (
        select(Membership)
        .join(Contact, Membership.contact_id == Contact.id)
        .where(Membership.organisation_id == organisation_id, Membership.active)
        .options(
            contains_eager(Membership.contact).options(
                selectinload(Contact.emails), selectinload(Contact.phones), joinedload(Contact.user)
            )
        )
        .order_by(Contact.active.desc(), func.lower(Contact.name), Contact.id)
        .limit(limit)
    )
    return list(db.session.scalars(query))


def places_of_contact(contact_id: int) -> list[Membership]:
    """Where a person belongs, with the organisations."""
    query = (
        select(Membership).join(Organisation).where(Membership.contact_id == contact_id, Membership.active)
    )
    return list(
        db.session.scalars(query.options(contains_eager(Membership.organisation)).order_by(Organisation.name))
    )


def _client_contacts() -> Select[tuple[Contact]]:
    return (
        select(Contact)
        .outerjoin(User, User.contact_id == Contact.id)
        .where(User.staff_role.is_(None))
        .options(contains_eager(Contact.user), selectinload(Contact.emails), selectinload(Contact.phones))
    )


def client_contact(actor: Actor, contact_id: int) -> Contact:
    """A person of the clients' side for the staff's eyes, inactive ones too; raises NotFound, for staff's own people as well."""
    found = db.session.scalar(_client_contacts().where(Contact.id == contact_id)) if actor.is_staff else None
    if found is None:
        raise NotFound
    return found


def client_contact_by_email(actor: Actor, address: str) -> Contact | None:
    """An active person of the clients' side by an address, for the staff's eyes."""
    owner = (
        select(ContactEmail.contact_id)
        .where(ContactEmail.address == address.strip().lower())
        .scalar_subquery()
    )
    return (
        db.session.scalar(_client_contacts().where(Contact.id == owner, Contact.active))
        if actor.is_staff
        else None
    )


def own_contact(actor: Actor) -> Contact:
    """The signed-in person's own contact; raises NotFound."""
    found = db.session.get(Contact, actor.contact_id) if actor.contact_id else None
    if found is None:
        raise NotFound
    return found


def open_invitation(user_id: int) -> OneTimeLink | None:
    """The invitation that this user has not used yet and still can."""
    return db.session.scalar(
        select(OneTimeLink)
        .where(OneTimeLink.user_id == user_id, OneTimeLink.purpose == LinkPurpose.INVITATION)
        .where(OneTimeLink.used_at.is_(None), OneTimeLink.expires_at > clock.now())
        .limit(1)
    )


def any_staff_user(user_id: int) -> User:
    """One of the staff, deactivated ones too; raises NotFound."""
    found = db.session.scalar(select(User).where(User.id == user_id, User.staff_role.is_not(None)))
    if found is None:
        raise NotFound
    return found


def all_staff() -> list[User]:
    """Active staff by name, then the deactivated ones."""
    query = select(User).join(Contact).where(User.staff_role.is_not(None))
    query = query.options(
        contains_eager(User.contact).options(selectinload(Contact.phones), selectinload(Contact.emails)),
        joinedload(User.team),
    )
    return list(db.session.scalars(query.order_by(User.active.desc(), func.lower(Contact.name))))
