"""Reading what was proposed to a client: the times beside the planned one, whether an engineer is free, and mailed links."""

import hmac
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from portal.dispatch.models import SlotOffer, Visit, VisitChange, VisitLink
from portal.dispatch.rules.visiting import OVER
from portal.infra.db import db
from portal.kernel import refs
from portal.kernel.actor import ClientRole
from portal.people.models import Contact, Membership, Organisation, User


def standing(visit_id: int) -> Sequence[SlotOffer]:
    """The times that still stand beside the planned one, by time."""
    query = select(SlotOffer).where(SlotOffer.visit_id == visit_id, SlotOffer.withdrawn_at.is_(None))
    return db.session.scalars(query.order_by(SlotOffer.starts_at)).all()


def known_at(visit_id: int, starts_at: datetime) -> SlotOffer | None:
    """The row of a time that was proposed for this visit, whatever became of it."""
    query = select(SlotOffer).where(SlotOffer.visit_id == visit_id, SlotOffer.starts_at == starts_at)
    return db.session.scalar(query)


def busy(
    engineer_id: int | None, start: datetime, end: datetime, *, but: int, lock: bool = False
) -> list[tuple[datetime, datetime]]:
    """When an engineer is given to others within [start, end). `lock` lets nobody else give the same engineer away until the
    transaction ends."""
    if engineer_id is None:
        return []
    if lock:
        db.session.scalar(select(User.id).where(User.id == engineer_id).with_for_update())
    query = select(Visit.starts_at, Visit.ends_at).where(
        Visit.engineer_id == engineer_id, Visit.id != but, Visit.status.not_in(OVER),
        Visit.starts_at < end, Visit.ends_at > start,
    )  # fmt: skip
    return [(row.starts_at, row.ends_at) for row in db.session.execute(query)]


def anybody_manages(organisation_id: int) -> bool:
    """Whether an organisation has a manager of its own."""
    query = (
        select(Membership.id)
        .join(Contact, Membership.contact_id == Contact.id)
        .where(
            Membership.organisation_id == organisation_id, Membership.active, Contact.active,
            Membership.role == ClientRole.MANAGER,
        )
    )  # fmt: skip
    return db.session.scalar(query.limit(1)) is not None


def belongs(contact_id: int, organisation_id: int) -> bool:
    """Whether somebody is an active person of an active organisation."""
    query = (
        select(Membership.id)
        .join(Organisation, Membership.organisation_id == Organisation.id)
        .join(Contact, Membership.contact_id == Contact.id)
        .where(
            Membership.contact_id == contact_id, Membership.organisation_id == organisation_id, Membership.active,
            Organisation.active, Contact.active,
        )
    )  # fmt: skip
    return db.session.scalar(query.limit(1)) is not None


def link_by_token(token: str, *, lock: bool = False) -> VisitLink | None:
    """The link that a mailed secret belongs to, whatever became of it; None for a secret of nobody's."""
    digest = refs.hash_of(token)
    query = (
        select(VisitLink)
        .where(VisitLink.token_hash == digest)
        .options(joinedload(VisitLink.contact), joinedload(VisitLink.visit))
    )
    if lock:
        query = query.with_for_update(of=VisitLink).execution_options(populate_existing=True)
    found = db.session.scalar(query)
    return found if found and hmac.compare_digest(found.token_hash, digest) else None


def link(link_id: int) -> VisitLink:
    """For the mail that carries it."""
    return db.session.get_one(VisitLink, link_id)


def last_asking(visit_id: int) -> int:
    """The newest line of a visit's history that put a time before the client."""
    asking = ("scheduled", "moved", "offered")
    query = select(func.max(VisitChange.id)).where(
        VisitChange.visit_id == visit_id, VisitChange.what.in_(asking)
    )
    return db.session.scalar(query) or 0


def change(change_id: int) -> VisitChange:
    """One line of a visit's history, for whoever is told of it."""
    return db.session.get_one(VisitChange, change_id)
