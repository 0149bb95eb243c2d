"""What the demo asks before it begins."""

from sqlalchemy import select

from portal.infra.db import db
from portal.people.models import Contact, Organisation


def is_empty() -> bool:
    """Whether nobody has set up this portal yet: no organisation, no person."""
    return not db.session.scalar(select(Organisation.id).limit(1)) and not db.session.scalar(
        select(Contact.id).limit(1)
    )
