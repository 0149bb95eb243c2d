"""Leave, certificates and skills as managers write them, and what kinds of devices need; who is told when one ends.

Refuses leave that is written twice and a certificate that ends before it begins. Whether somebody may be sent is decided by
fitting, from these rows.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from portal.dispatch.events import CertificateEnds
from portal.dispatch.models import Certificate, Leave, Qualification, Visit
from portal.dispatch.queries import crew
from portal.infra import outbox
from portal.infra.db import db
from portal.kernel.errors import NotFound, Refused
from portal.people.models import User

TELL_BEFORE = timedelta(days=60)
LONGEST = timedelta(days=400)


@dataclass(frozen=True)
class Paper:
    """A certificate or skill as it was typed. `kind`: of device; None: for none in particular."""

    name: str
    number: str | None
    kind: str | None
    issued_on: date | None
    expires_on: date | None


def add_leave(user: User, first: date, last: date, reason: str | None) -> Sequence[Visit]:
    """Write down leave, both days included; gives back the visits that are planned in it, which stay where they are. Raises
    Refused for days in the wrong order, and where leave is written already."""
    if last < first:
        raise Refused(_l("The last day lies before the first one."), field="to_on")
    if last - first > LONGEST:
        raise Refused(_l("That is more than a year. Write it in parts."), field="to_on")
    if crew.leave_between(first, last, user.id):
        raise Refused(_l("Leave is written for some of these days already."), field="from_on")
    db.session.add(Leave(user_id=user.id, from_on=first, to_on=last, reason=reason))
    db.session.flush()
    zone = ZoneInfo(user.contact.time_zone)
    start, end = (datetime.combine(d, time(), tzinfo=zone) for d in (first, last + timedelta(days=1)))
    return crew.others_of(user.id, start, end, None)


def drop_leave(user: User, leave_id: int) -> None:
    """They work on these days after all. Raises NotFound for leave of somebody else."""
    row = db.session.get(Leave, leave_id)
    if row is None or row.user_id != user.id:
        raise NotFound
    db.session.delete(row)


def keep_paper(user: User, paper: Paper) -> Certificate:
    """Write down a certificate or skill, or its new end: one of each name (whatever its case) for a person."""
    if paper.issued_on and paper.expires_on and paper.expires_on < paper.issued_on:
        raise Refused(_l("It ends before it was issued."), field="expires_on")
    mine = crew.certificates_of(user.id)
    row = next((c for c in mine if c.name.casefold() == paper.name.casefold()), None)
    if row is None:
        row = Certificate(user_id=user.id)
        db.session.add(row)
    if row.expires_on != paper.expires_on:
        row.told_on = None
    row.name, row.number, row.device_kind = paper.name, paper.number, paper.kind
    row.issued_on, row.expires_on = paper.issued_on, paper.expires_on
    db.session.flush()
    return row


def drop_paper(user: User, certificate_id: int) -> None:
    """It is not theirs, or not any more. Raises NotFound."""
    row = db.session.get(Certificate, certificate_id)
    if row is None or row.user_id != user.id:
        raise NotFound
    db.session.delete(row)


def need(kind: str, name: str, *, must: bool) -> None:
    """Visits to a kind of device need this of whoever goes; said again, only `must` changes."""
    rows = db.session.scalars(select(Qualification).where(Qualification.device_kind == kind)).all()
    row = next((q for q in rows if q.name.casefold() == name.casefold()), None)
    if row is None:
        row = Qualification(device_kind=kind, name=name)
        db.session.add(row)
    row.must = must
    db.session.flush()


def need_no_more(qualification_id: int) -> None:
    """Raises NotFound."""
    row = db.session.get(Qualification, qualification_id)
    if row is None:
        raise NotFound
    db.session.delete(row)


def watch_certificates(today: date) -> int:
    """Tell once of each certificate that ends within sixty days or has ended; a new end is told anew. Returns how many."""
    rows = [c for c in crew.expiring(today + TELL_BEFORE) if c.told_on is None]
    for row in rows:
        row.told_on = today
        outbox.record(CertificateEnds(row.id))
    db.session.flush()
    return len(rows)
