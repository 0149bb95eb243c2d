"""Users: how a contact gets a sign-in, how a password is set, how sign-ins end.

Passwords come here already hashed (see passwords.py), because hashing has no place inside a transaction.
"""

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select

from portal.infra import outbox
from portal.infra.db import db
from portal.kernel import clock, refs
from portal.kernel.actor import StaffRole
from portal.kernel.errors import NotFound, Refused
from portal.people import queries
from portal.people.events import PasswordResetAsked, PersonInvited
from portal.people.models import Contact, ContactEmail, OneTimeLink, Team, User
from portal.people.rules.links import LinkPurpose
from portal.people.service import links


def create_user(
    contact: Contact,
    *,
    password_hash: str | None = None,
    staff_role: StaffRole | None = None,
    team: Team | None = None,
) -> User:
    """A sign-in for a contact by the contact's first address. Without a password: see `invite`. Raises Refused."""
    if contact.email is None:
        raise Refused(_l("Enter an e-mail address first: people sign in with it."), field="emails")
    user = User(
        contact=contact, email=contact.email, password_hash=password_hash, session_token=refs.new_secret(),
        staff_role=staff_role, team=team, active=True, created_at=clock.now(),
    )  # fmt: skip
    db.session.add(user)
    db.session.flush()
    return user


def hold(user_id: int) -> User:
    """A user, locked for an edit; raises NotFound."""
    found = db.session.scalar(
        select(User)
        .where(User.id == user_id)
        .with_for_update(of=User)
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound
    return found


def invite(user: User) -> OneTimeLink:
    """Send the person a link with which to set the password; an earlier link works no more."""
    link = links.issue(user, LinkPurpose.INVITATION)
    outbox.record(PersonInvited(link_id=link.id))
    return link


def ask_reset(email: str) -> None:
    """Send a link to whoever signs in with this address; nothing happens for an address that nobody has."""
    user = queries.user_by_email(email)
    if user is None or not user.contact.active:
        return
    link = links.issue(user, LinkPurpose.RESET)
    outbox.record(PasswordResetAsked(link_id=link.id))


def set_password_by_link(token: str, purpose: LinkPurpose, password_hash: str) -> int:
    """Use a link up: set the password, end every session, void the other links. Returns the user's id.

    Raises NotFound if the link was used or expired in the meantime. Whoever has the link reads the address's mail,
    so the address counts as verified.
    """
    link = links.find(token, purpose, lock=True)
    if link is None:
        raise NotFound
    user = db.session.get_one(User, link.user_id)
    address = db.session.scalar(select(ContactEmail).where(ContactEmail.address == user.email))
    if address is not None and address.contact_id == user.contact_id and address.verified_at is None:
        address.verified_at = clock.now()
    set_password(user, password_hash)
    return user.id


def set_password(user: User, password_hash: str) -> None:
    """A new password; every session and every link of this user ends."""
    user.password_hash = password_hash
    sign_out_everywhere(user)
    links.void(user)


def sign_out_everywhere(user: User) -> None:
    """End every session of this user, in all browsers."""
    user.session_token = refs.new_secret()


def note_sign_in(user_id: int, password_hash: str | None = None) -> None:
    """The user came in; `password_hash`: the same password under today's parameters, if they changed."""
    user = db.session.get_one(User, user_id)
    user.last_sign_in_at = clock.now()
    if password_hash:
        user.password_hash = password_hash


def deactivate(user: User) -> None:
    """Nobody signs in as this user any more, and who is signed in is out at once. Raises Refused for the last administrator."""
    if user.staff_role is StaffRole.ADMINISTRATOR and user.active and _administrators() <= 1:
        raise Refused(_l("This is the only administrator. Make somebody else administrator first."))
    user.active = False
    sign_out_everywhere(user)
    links.void(user)


def activate(user: User) -> None:
    """Let a deactivated user sign in again, with the password as before."""
    user.active = True


def change_role(user: User, staff_role: StaffRole, team: Team | None) -> None:
    """Another role or team for one of the staff. Raises Refused for the last administrator."""
    if (
        user.staff_role is StaffRole.ADMINISTRATOR
        and staff_role is not StaffRole.ADMINISTRATOR
        and _administrators() <= 1
    ):
        raise Refused(
            _l("This is the only administrator. Make somebody else administrator first."), field="staff_role"
        )
    user.staff_role = staff_role
    user.team = team


def _administrators() -> int:
    """How many can sign in; their rows are locked, so that two cannot remove each other at once."""
    rows = db.session.scalars(
        select(User.id).where(User.staff_role == StaffRole.ADMINISTRATOR, User.active).with_for_update()
    )
    return len(rows.all())


def create_team(name: str) -> Team:
    """A team of staff who share a queue. Raises Refused for a name that is taken."""
    _refuse_taken_team(name)
    team = Team(name=name)
    db.session.add(team)
    db.session.flush()
    return team


def rename_team(team: Team, name: str) -> None:
    _refuse_taken_team(name, but=team.id)
    team.name = name


def _refuse_taken_team(name: str, but: int = 0) -> None:
    if db.session.scalar(select(Team.id).where(func.lower(Team.name) == name.lower(), Team.id != but)):
        raise Refused(_l("There is a team of this name already."), field="name")
