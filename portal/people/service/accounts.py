"""What a session, a sign-in and a one-time link are checked against. Reads only; each is one statement."""

from dataclasses import dataclass, field

from sqlalchemy import and_, bindparam, select

from portal.infra.db import BigId, db, fetch
from portal.kernel import clock, refs
from portal.kernel.actor import ClientRole, StaffRole
from portal.kernel.errors import NotFound
from portal.people.models import Contact, Membership, OneTimeLink, Organisation, OrganisationKind, User
from portal.people.rules.links import LinkPurpose


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


_IDENTITY = (
    select(
        User.id, User.contact_id, Contact.name, User.email, Contact.language, Contact.time_zone, User.staff_role,
        User.session_token, Organisation.id.label("organisation_id"), Membership.role,
    )
    .join(Contact, User.contact_id == Contact.id)
    .outerjoin(Membership, and_(Membership.contact_id == Contact.id, Membership.active, User.staff_role.is_(None)))
    .outerjoin(
        Organisation,
        and_(
            Organisation.id == Membership.organisation_id,
            Organisation.kind == OrganisationKind.CLIENT,
            Organisation.active,
        ),
    )
    .where(User.id == bindparam("user_id", type_=BigId), User.active, Contact.active)
)  # fmt: skip
"""Built once: it runs in every request of a signed-in person."""


def identity(user_id: int) -> Identity | None:
    """In one statement; None for a deactivated one."""
    rows = fetch(_IDENTITY, {"user_id": user_id})
    if not rows:
        return None
    one = rows[0]
    return Identity(
        one.id, one.contact_id, one.name, one.email, one.language, one.time_zone, one.staff_role, one.session_token,
        {row.organisation_id: ClientRole(row.role) for row in rows if row.organisation_id is not None},
    )  # fmt: skip


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
