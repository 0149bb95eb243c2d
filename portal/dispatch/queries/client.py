"""Lists of visits for the client: what comes, what was, and which planned rounds the days off leave out."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from portal.contracts.models import ContractRecord, PlannedRound
from portal.dispatch.models import ServiceSheet, Visit
from portal.dispatch.queries import visits
from portal.dispatch.rules.visiting import OPEN, OVER, VisitStatus
from portal.infra.db import db
from portal.kernel.actor import Actor

AHEAD = timedelta(days=28)
"""How far planned rounds are shown."""
PAGE = 30


def coming(actor: Actor, limit: int = 100) -> Sequence[Visit]:
    """Visits that are not over, the next one first."""
    query = visits.visible(visits.whole(), actor).where(Visit.status.in_(OPEN))
    return db.session.scalars(query.order_by(Visit.starts_at, Visit.id).limit(limit)).unique().all()


def past(actor: Actor, before: int | None, size: int = PAGE) -> Sequence[Visit]:
    """Visits that are over, with their sheets, one more than `size`, the newest first."""
    query = (
        visits.visible(visits.whole(), actor)
        .where(Visit.status.in_(OVER))
        .options(selectinload(Visit.sheets).load_only(ServiceSheet.number))
    )
    if before is not None:
        query = query.where(Visit.id < before)
    return db.session.scalars(query.order_by(Visit.id.desc()).limit(size + 1)).unique().all()


def left_out(actor: Actor, now: datetime) -> Sequence[PlannedRound]:
    """Rounds of the person's organisations that the days off left out, within the span that is shown. Contracts of theirs are
    not told apart by role, as rounds are for everybody there."""
    query = (
        select(PlannedRound)
        .join(ContractRecord, ContractRecord.id == PlannedRound.contract_id)
        .where(
            ContractRecord.organisation_id.in_(actor.organisation_ids), PlannedRound.falls_on.is_(None),
            PlannedRound.planned_on >= now.date(), PlannedRound.planned_on <= (now + AHEAD).date(),
        )
    )  # fmt: skip
    return db.session.scalars(query.order_by(PlannedRound.planned_on)).all()


def next_of(actor: Actor, limit: int = 3) -> Sequence[Visit]:
    """Who comes next, for the home page."""
    return coming(actor, limit)


def signed_sheet(actor: Actor, number: int) -> ServiceSheet:
    """A sheet that both sides signed; raises NotFound, also for one whose visit was undone."""
    sheet = visits.sheet_for(actor, number)
    if sheet.facts is None or sheet.visit.status is not VisitStatus.SIGNED:
        return visits.sheet_for(actor, -1)
    return sheet
