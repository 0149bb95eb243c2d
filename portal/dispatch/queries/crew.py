"""Who goes out: engineers, their leave, certificates and skills, and what a visit to a kind of device needs."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload

from portal.dispatch.models import Certificate, Leave, Qualification, Visit
from portal.dispatch.rules.visiting import OPEN, VisitStatus
from portal.infra.db import db
from portal.kernel.actor import Actor, StaffRole
from portal.kernel.errors import NotFound
from portal.people.models import Contact, User


def crew(also: set[int] | None = None) -> list[User]:
    """Active engineers by name, and others of the staff who are named in `also` because they go out, too."""
    query = (
        select(User)
        .join(Contact)
        .where(User.active, User.staff_role.is_not(None))
        .where(or_(User.staff_role == StaffRole.ENGINEER, User.id.in_(also or set())))
        .options(joinedload(User.contact))
        .order_by(Contact.name, User.id)
    )
    return list(db.session.scalars(query))


def one(actor: Actor, user_id: int) -> User:
    """A member of the staff as managers and the person themselves may see them here; raises NotFound for others."""
    manager = actor.staff_role in (StaffRole.MANAGER, StaffRole.ADMINISTRATOR)
    query = select(User).where(User.id == user_id, User.active, User.staff_role.is_not(None))
    found = db.session.scalar(query.options(joinedload(User.contact)))
    if found is None or not (manager or actor.user_id == user_id):
        raise NotFound
    return found


def leave_between(first: date, last: date, user_id: int | None = None) -> Sequence[Leave]:
    """Leave that touches these days, both included, of one or of all."""
    query = select(Leave).where(Leave.from_on <= last, Leave.to_on >= first)
    if user_id is not None:
        query = query.where(Leave.user_id == user_id)
    return db.session.scalars(query.order_by(Leave.from_on, Leave.id)).all()


def leave_from(first: date, user_id: int | None = None) -> Sequence[Leave]:
    """Leave that is not over on that day, the next one first."""
    query = select(Leave).where(Leave.to_on >= first)
    if user_id is not None:
        query = query.where(Leave.user_id == user_id)
    return db.session.scalars(query.order_by(Leave.from_on, Leave.id).limit(300)).all()


def certificates_of(user_id: int) -> Sequence[Certificate]:
    """What one may do, by name."""
    query = select(Certificate).where(Certificate.user_id == user_id).order_by(Certificate.name)
    return db.session.scalars(query).all()


def certificate(certificate_id: int) -> Certificate | None:
    """One with its holder, for a notice; None once it is taken away."""
    query = select(Certificate).where(Certificate.id == certificate_id)
    return db.session.scalar(query.options(joinedload(Certificate.user).joinedload(User.contact)))


def expiring(until: date) -> Sequence[Certificate]:
    """Certificates of active staff that end by that day or have ended, the first end first."""
    query = (
        select(Certificate)
        .join(User)
        .where(User.active, Certificate.expires_on <= until)
        .options(joinedload(Certificate.user).joinedload(User.contact))
        .order_by(Certificate.expires_on, Certificate.id)
    )
    return db.session.scalars(query.limit(300)).all()


def qualifications() -> Sequence[Qualification]:
    """What kinds of devices need, by kind and name."""
    query = select(Qualification).order_by(Qualification.device_kind, Qualification.name)
    return db.session.scalars(query).all()


def others_of(user_id: int, start: datetime, end: datetime, but: int | None) -> Sequence[Visit]:
    """The engineer's other visits that touch [start, end) and are neither over nor called off; `but`: without that one."""
    query = (
        select(Visit)
        .where(Visit.engineer_id == user_id, Visit.starts_at < end, Visit.ends_at > start)
        .where(Visit.status.in_(OPEN - {VisitStatus.FINISHED}))
        .options(joinedload(Visit.organisation))
    )
    if but is not None:
        query = query.where(Visit.id != but)
    return db.session.scalars(query.order_by(Visit.starts_at, Visit.id)).all()
