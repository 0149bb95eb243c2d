"""Addresses at which mail does not arrive: marked by a delivery report, cleared by staff or by a mail from there.

Owns the mark. Refuses to judge a report: intake and notify do, for anybody can write one.
"""

from datetime import datetime

from sqlalchemy import bindparam, select, update

from portal.infra.db import db, run
from portal.people.models import Contact, ContactEmail


def mark(address: str, status: str, at: datetime) -> Contact | None:
    """Mail to this address came back for good. Returns whose it is, None if it is nobody's. The newest report counts."""
    row = db.session.scalar(
        select(ContactEmail).where(ContactEmail.address == address.strip().lower()).with_for_update()
    )
    if row is None:
        return None
    row.bounced_at, row.bounce_status = at, status[:20] or None
    return row.contact


def clear(address: str) -> None:
    """It works after all."""
    run(_CLEAR, {"worked": address.strip().lower()})


_CLEAR = (
    update(ContactEmail.__table__)  # type: ignore[arg-type]
    .where(ContactEmail.address == bindparam("worked"), ContactEmail.bounced_at.is_not(None))
    .values(bounced_at=None, bounce_status=None)
)
