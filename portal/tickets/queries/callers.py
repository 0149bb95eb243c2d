"""Finding who calls: people of client organisations by name, phone number, e-mail address or organisation."""

import re
from collections.abc import Sequence

from sqlalchemy import or_, select
from sqlalchemy.orm import contains_eager, selectinload

from portal.infra.db import db
from portal.kernel.actor import Actor
from portal.people import queries as people
from portal.people.models import Contact, ContactEmail, ContactPhone, Membership, Organisation

MOST = 20
LONGEST = 100
_NUMBER = re.compile(r"[\d\s+()./–-]+")
FEWEST_DIGITS = 3


def callers(actor: Actor, typed: str) -> Sequence[Membership]:
    """Memberships with their contact, phones and organisation, at most MOST; none for fewer than what tells people apart.

    A number is found in any spelling and by its end; who belongs to two organisations is listed twice.
    """
    wanted = " ".join(typed[:LONGEST].split())
    if not wanted:
        return []
    visible = people.organisations_for(actor).with_only_columns(Organisation.id)
    query = (
        select(Membership)
        .join(Membership.contact)
        .join(Membership.organisation)
        .where(Membership.active, Contact.active, Organisation.id.in_(visible))
        .options(
            contains_eager(Membership.organisation),
            contains_eager(Membership.contact).options(selectinload(Contact.phones), selectinload(Contact.emails)),
        )
        .order_by(Contact.name, Organisation.name, Membership.id)
        .limit(MOST)
    )  # fmt: skip
    digits = "".join(c for c in wanted if c.isdecimal() and c.isascii())
    if _NUMBER.fullmatch(wanted) and len(digits) >= FEWEST_DIGITS:
        by_phone = select(ContactPhone.contact_id).where(
            ContactPhone.digits.contains(digits.lstrip("0") or digits)
        )
        return db.session.scalars(query.where(Contact.id.in_(by_phone))).all()
    by_email = select(ContactEmail.contact_id).where(
        ContactEmail.address.contains(wanted.lower(), autoescape=True)
    )
    named = or_(
        Contact.name.icontains(wanted, autoescape=True),
        Organisation.name.icontains(wanted, autoescape=True),
        Contact.id.in_(by_email),
    )
    return db.session.scalars(query.where(named)).all()
