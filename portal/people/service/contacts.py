"""People: their names, addresses, phones, and the organisations they belong to."""

from collections.abc import Mapping, Sequence

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from portal.infra.db import db
from portal.kernel import clock
from portal.kernel.actor import ClientRole
from portal.kernel.errors import Refused
from portal.people.models import Contact, ContactEmail, ContactPhone, Membership, Organisation
from portal.people.service import links, organisations, phones, users

Phone = str | tuple[str, str | None]
"""A number as people write it, alone or with a word for it ("office")."""


def create_contact(
    name: str, *, emails: Sequence[str] = (), phones: Sequence[Phone] = (),
    memberships: Mapping[int, ClientRole] | None = None, title: str | None = None, language: str = "en",
    time_zone: str = "Asia/Shanghai", note: str | None = None,
) -> Contact:  # fmt: skip
    """A person. `memberships` by organisation id; `title` is the person's position there. Raises Refused."""
    contact = Contact(
        name=name,
        language=language,
        time_zone=time_zone,
        note=note,
        active=True,
        created_at=clock.now(),
        emails=[],
        phones=[],
    )
    db.session.add(contact)
    _set_emails(contact, emails)
    _set_phones(contact, phones)
    for organisation_id, role in (memberships or {}).items():
        contact.memberships.append(
            Membership(organisation_id=organisation_id, role=role, title=title, active=True)
        )
    db.session.flush()
    return contact


def change_contact(
    contact_id: int, version: int | None, *, name: str, language: str, time_zone: str, phones: Sequence[Phone],
    emails: Sequence[str] | None = None, note: str | None = None,
) -> Contact:  # fmt: skip
    """Edit a person. `emails` None leaves the addresses, as on the person's own profile. Raises Stale, Refused.

    The person goes on signing in with the address as before while it is among `emails`, else with the first of them.
    """
    contact = organisations.hold(Contact, contact_id, version)
    contact.name, contact.language, contact.time_zone = name, language, time_zone
    _set_phones(contact, phones)
    if emails is not None:
        contact.note = note
        _set_emails(contact, emails)
        user = contact.user
        if user is not None and user.email not in [e.address for e in contact.emails]:
            if contact.email is None:
                raise Refused(_l("This person signs in, so one address is needed."), field="emails")
            user.email = contact.email
            links.void(user)
    return contact


def set_language(contact_id: int, language: str) -> None:
    """The language in which this person reads pages and mail."""
    organisations.hold(Contact, contact_id).language = language


def join(
    contact: Contact, organisation: Organisation, role: ClientRole, title: str | None = None
) -> Membership:
    """Make a person belong to an organisation, again or in another role."""
    query = select(Membership).where(
        Membership.contact_id == contact.id, Membership.organisation_id == organisation.id
    )
    membership = db.session.scalar(query.with_for_update())
    if membership is None:
        membership = Membership(
            contact=contact, organisation=organisation, role=role, title=title, active=True
        )
        db.session.add(membership)
    membership.role, membership.title, membership.active = role, title, True
    db.session.flush()
    return membership


def leave(contact: Contact, organisation_id: int) -> None:
    """The person belongs to this organisation no more and sees nothing of it; what was said stays."""
    query = select(Membership).where(
        Membership.contact_id == contact.id, Membership.organisation_id == organisation_id
    )
    membership = db.session.scalar(query.with_for_update())
    if membership is not None:
        membership.active = False


def deactivate(contact: Contact) -> None:
    """The person is gone: no sign-in, no mail, in no list. What was said stays."""
    if contact.user is not None:
        users.deactivate(contact.user)
    contact.active = False
    contact.version += 1


def activate(contact: Contact) -> None:
    """The person is back, with the sign-in as before."""
    contact.active = True
    contact.version += 1
    if contact.user is not None:
        users.activate(contact.user)


def _set_emails(contact: Contact, addresses: Sequence[str]) -> None:
    wanted = list(dict.fromkeys(a.strip().lower() for a in addresses if a.strip()))
    kept = {e.address: e for e in contact.emails}
    taken = db.session.scalars(
        select(ContactEmail).where(ContactEmail.address.in_([a for a in wanted if a not in kept]))
    )
    for other in taken:
        raise Refused(
            _l("%(address)s belongs to %(name)s already.", address=other.address, name=other.contact.name),
            field="emails",
        )
    # Rows carry the order, so those after the first change are made anew.
    same = 0
    present = [e.address for e in contact.emails]
    while same < min(len(wanted), len(present)) and wanted[same] == present[same]:
        same += 1
    known = {e.address: (e.verified_at, e.bounced_at, e.bounce_status) for e in contact.emails}
    for old in contact.emails[same:]:
        db.session.delete(old)
    db.session.flush()
    contact.emails[same:] = [
        ContactEmail(
            address=a, verified_at=(of := known.get(a, (None, None, None)))[0], bounced_at=of[1], bounce_status=of[2]
        )
        for a in wanted[same:]
    ]  # fmt: skip


def _set_phones(contact: Contact, given: Sequence[Phone]) -> None:
    rows = []
    for phone in given:
        number, label = (phone, None) if isinstance(phone, str) else phone
        if number.strip():
            rows.append(ContactPhone(number=number.strip(), digits=phones.digits_of(number), label=label))
    if [(r.number, r.label) for r in rows] == [(p.number, p.label) for p in contact.phones]:
        return
    for old in contact.phones:
        db.session.delete(old)
    db.session.flush()
    contact.phones[:] = rows
