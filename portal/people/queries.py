"""Who is who: organisations, contacts and users, read by those who may."""

from dataclasses import dataclass, field
from datetime import date, timedelta

from sqlalchemy import Select, and_, false, func, select, true
from sqlalchemy.orm import joinedload, selectinload

from portal.infra.db import db
from portal.kernel import clock, refs
from portal.kernel.actor import Actor, ClientRole, StaffRole
from portal.kernel.errors import NotFound
from portal.people.models import (
    Contact,
    ContactEmail,
    DeskClosure,
    DeskWindow,
    Membership,
    OneTimeLink,
    Organisation,
    OrganisationKind,
    Site,
    Team,
    User,
)
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
    found = db.session.scalar(organisations_for(actor).where(Organisation.id == organisation_id))
    if found is None:
        raise NotFound
    return found


def provider() -> Organisation | None:
    """The company that runs this portal; None before it is set up."""
    return db.session.scalar(
        select(Organisation).where(Organisation.kind == OrganisationKind.PROVIDER).limit(1)
    )


@dataclass(frozen=True)
class Desk:
    """The provider and when its phone is answered."""

    name: str
    phone: str | None
    time_zone: str
    windows: list[DeskWindow]
    closed_on: frozenset[date]


def desk() -> Desk | None:
    """What every page says about the provider, in two statements; None before it is set up."""
    rows = db.session.execute(
        select(Organisation.name, Organisation.phone, Organisation.time_zone, DeskWindow)
        .outerjoin(DeskWindow, true())
        .where(Organisation.kind == OrganisationKind.PROVIDER)
    ).all()
    if not rows:
        return None
    yesterday = clock.now().date() - timedelta(days=1)
    closed = db.session.scalars(select(DeskClosure.on).where(DeskClosure.on >= yesterday).limit(400))
    name, phone, zone, _window = rows[0]
    return Desk(name, phone, zone, [window for *_rest, window in rows if window], frozenset(closed))


def desk_windows() -> list[DeskWindow]:
    return list(db.session.scalars(select(DeskWindow).order_by(DeskWindow.weekday, DeskWindow.opens)))


def desk_closures() -> list[DeskClosure]:
    return list(db.session.scalars(select(DeskClosure).order_by(DeskClosure.on)))


def member_of(organisation_id: int, contact_id: int) -> Contact:
    """A contact with an active membership in this organisation; raises NotFound."""
    found = db.session.scalar(
        select(Contact)
        .join(Membership)
        .where(
            Contact.id == contact_id,
            Membership.organisation_id == organisation_id,
            Membership.active,
            Contact.active,
        )
    )
    if found is None:
        raise NotFound
    return found


def site_of(organisation_id: int, site_id: int) -> Site:
    """A site of this organisation; raises NotFound."""
    found = db.session.scalar(select(Site).where(Site.id == site_id, Site.organisation_id == organisation_id))
    if found is None:
        raise NotFound
    return found


def contacts_of(organisation_id: int) -> list[Contact]:
    """Active contacts of an organisation by name, with their phones and addresses."""
    query = (
        select(Contact)
        .join(Membership)
        .where(Membership.organisation_id == organisation_id, Membership.active, Contact.active)
        .options(selectinload(Contact.phones), selectinload(Contact.emails))
        .order_by(Contact.name)
    )
    return list(db.session.scalars(query))


def contact_by_email(address: str) -> Contact | None:
    """The active contact to whom an address belongs, whatever its case."""
    query = (
        select(Contact)
        .join(ContactEmail)
        .where(ContactEmail.address == address.strip().lower(), Contact.active)
    )
    return db.session.scalar(query.options(selectinload(Contact.memberships)))


def actor_of(contact: Contact) -> Actor:
    """A contact as an actor, e.g. the sender of a mail. Staff roles are not given by mail alone, so none is set."""
    rows = db.session.execute(
        select(Membership.organisation_id, Membership.role)
        .join(Organisation)
        .where(
            Membership.contact_id == contact.id,
            Membership.active,
            Organisation.kind == OrganisationKind.CLIENT,
            Organisation.active,
        )
    )
    return Actor(contact_id=contact.id, name=contact.name, memberships={o: ClientRole(r) for o, r in rows})


@dataclass(frozen=True)
class Identity:
    """A user who may sign in, with what each request needs to know. Memberships are those in active client organisations."""

    user_id: int
    contact_id: int
    name: str
    email: str
    language: str
    time_zone: str
    staff_role: StaffRole | None
    session_token: str
    memberships: dict[int, ClientRole] = field(default_factory=dict)


def identity(user_id: int) -> Identity | None:
    """In one statement, for it runs in every request of a signed-in person; None for a deactivated one."""
    in_client = and_(
        Organisation.id == Membership.organisation_id,
        Organisation.kind == OrganisationKind.CLIENT,
        Organisation.active,
    )
    rows = db.session.execute(
        select(
            User.id, User.contact_id, Contact.name, User.email, Contact.language, Contact.time_zone, User.staff_role,
            User.session_token, Organisation.id.label("organisation_id"), Membership.role,
        )
        .join(Contact, User.contact_id == Contact.id)
        .outerjoin(Membership, and_(Membership.contact_id == Contact.id, Membership.active, User.staff_role.is_(None)))
        .outerjoin(Organisation, in_client)
        .where(User.id == user_id, User.active, Contact.active)
    ).all()  # fmt: skip
    if not rows:
        return None
    one = rows[0]
    return Identity(
        one.id, one.contact_id, one.name, one.email, one.language, one.time_zone, one.staff_role, one.session_token,
        {row.organisation_id: ClientRole(row.role) for row in rows if row.organisation_id is not None},
    )  # fmt: skip


def user_by_id(user_id: int) -> User | None:
    """An active user with the person behind it, for each request of a signed-in person."""
    return db.session.scalar(
        select(User)
        .where(User.id == user_id, User.active)
        .options(joinedload(User.contact).selectinload(Contact.memberships))
    )


def user_by_email(address: str) -> User | None:
    """An active user by sign-in address, whatever its case."""
    return db.session.scalar(select(User).where(User.email == address.strip().lower(), User.active))


@dataclass(frozen=True)
class LinkOwner:
    """Whom a one-time link lets in."""

    email: str
    name: str


def owner_of_link(token: str, purpose: LinkPurpose) -> LinkOwner | None:
    """The user of a link that can still be used, else None."""
    row = db.session.execute(
        select(User.email, Contact.name)
        .join(OneTimeLink, OneTimeLink.user_id == User.id)
        .join(Contact, User.contact_id == Contact.id)
        .where(
            OneTimeLink.token_hash == refs.hash_of(token),
            OneTimeLink.purpose == purpose,
            User.active,
            Contact.active,
        )
        .where(OneTimeLink.used_at.is_(None), OneTimeLink.expires_at > clock.now())
    ).one_or_none()
    return LinkOwner(*row) if row else None


@dataclass(frozen=True)
class Credentials:
    """What a sign-in is checked against, as plain values that outlive the read."""

    user_id: int
    password_hash: str | None


def credentials(address: str) -> Credentials | None:
    """Of the active user who signs in with this address, whatever its case."""
    row = db.session.execute(
        select(User.id, User.password_hash)
        .join(Contact, User.contact_id == Contact.id)
        .where(User.email == address.strip().lower(), User.active, Contact.active)
    ).one_or_none()
    return Credentials(row.id, row.password_hash) if row else None


def credentials_of(user_id: int) -> Credentials:
    """The same for somebody who is signed in; raises NotFound."""
    row = db.session.execute(
        select(User.id, User.password_hash).where(User.id == user_id, User.active)
    ).one_or_none()
    if row is None:
        raise NotFound
    return Credentials(row.id, row.password_hash)


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
