"""Who writes from an address: what routing asks about a contact, in one statement."""

from dataclasses import dataclass

from sqlalchemy import and_, bindparam, select

from portal.infra.db import fetch
from portal.kernel.actor import Actor, ClientRole
from portal.people.models import Contact, ContactEmail, Membership, Organisation, OrganisationKind, User


@dataclass(frozen=True)
class Correspondent:
    """An active contact. `actor` has no staff role, as in `actor_of`; its memberships are in the order of their making."""

    actor: Actor
    is_staff: bool
    bounces: bool
    """Our mail to the address came back."""

    @property
    def contact_id(self) -> int:
        assert self.actor.contact_id is not None
        return self.actor.contact_id


def correspondent(address: str) -> Correspondent | None:
    """The active contact to whom an address belongs, whatever its case, in one statement; None if it is nobody's."""
    rows = fetch(_CORRESPONDENT, {"address": address.strip().lower()})
    if not rows:
        return None
    contact_id, name, staff_role, bounced_at, *_membership = rows[0]
    memberships = {
        row.organisation_id: ClientRole(row.role) for row in rows if row.organisation_id is not None
    }
    actor = Actor(contact_id=contact_id, name=name, memberships=memberships)
    return Correspondent(actor, staff_role is not None, bounced_at is not None)


_CORRESPONDENT = (
    select(
        Contact.id, Contact.name, User.staff_role, ContactEmail.bounced_at,
        Organisation.id.label("organisation_id"), Membership.role,
    )
    .select_from(ContactEmail)
    .join(Contact, Contact.id == ContactEmail.contact_id)
    .outerjoin(User, and_(User.contact_id == Contact.id, User.active))
    .outerjoin(Membership, and_(Membership.contact_id == Contact.id, Membership.active))
    .outerjoin(
        Organisation,
        and_(
            Organisation.id == Membership.organisation_id, Organisation.kind == OrganisationKind.CLIENT,
            Organisation.active,
        ),
    )
    .where(ContactEmail.address == bindparam("address"), Contact.active)
    .order_by(Membership.id)
)  # fmt: skip
