"""Checklists with their newest wording, those that suit a ticket, and the answers that were given."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import contains_eager, joinedload

from portal.infra.db import db
from portal.kernel.actor import Actor
from portal.kernel.errors import NotFound
from portal.ladder.models import Checklist, ChecklistVersion, TriageSheet
from portal.ladder.rules import checklist as rules
from portal.ladder.rules.checklist import Question
from portal.people.models import User
from portal.tickets.models.ticket import Ticket
from portal.tickets.queries import scope


@dataclass(frozen=True)
class Asked:
    """A checklist with the wording that counts now."""

    checklist: Checklist
    version: ChecklistVersion

    @property
    def questions(self) -> list[Question]:
        return questions_of(self.version)


def questions_of(version: ChecklistVersion) -> list[Question]:
    return [rules.question_of(q) for q in version.questions]


def _newest(active_only: bool) -> list[Asked]:
    last = (
        select(ChecklistVersion.checklist_id, func.max(ChecklistVersion.number).label("number"))
        .group_by(ChecklistVersion.checklist_id)
        .subquery()
    )
    query = (
        select(ChecklistVersion)
        .join(Checklist, ChecklistVersion.checklist_id == Checklist.id)
        .join(last, (last.c.checklist_id == Checklist.id) & (last.c.number == ChecklistVersion.number))
        .options(contains_eager(ChecklistVersion.checklist))
        .order_by(Checklist.active.desc(), ChecklistVersion.title_en, Checklist.id)
    )
    if active_only:
        query = query.where(Checklist.active)
    return [Asked(v.checklist, v) for v in db.session.scalars(query)]


def all_of(actor: Actor) -> list[Asked]:
    """For the staff: all, those out of use last."""
    return _newest(active_only=False) if actor.is_staff else []


def asked_for(actor: Actor, checklist_id: int) -> Asked:
    """One; raises NotFound."""
    for found in all_of(actor):
        if found.checklist.id == checklist_id:
            return found
    raise NotFound


def suiting(actor: Actor, ticket: Ticket) -> list[Asked]:
    """Those in use that fit a ticket, the best first; one statement."""
    if not actor.is_staff:
        return []
    device = ticket.device.kind.value if ticket.device else None
    scored = []
    for asked in _newest(active_only=True):
        one = asked.checklist
        score = rules.suits(
            one.kind.value if one.kind else None,
            one.device_kind.value if one.device_kind else None,
            ticket.kind.value,
            device,
        )
        if score is not None:
            scored.append((-score, asked.version.title_en, asked))
    return [asked for _score, _title, asked in sorted(scored, key=lambda s: s[:2])]


def sheets_of(actor: Actor, ticket: Ticket) -> Sequence[TriageSheet]:
    """The answers on a ticket that the actor may see, the newest first; one statement."""
    query = (
        scope.visible(select(TriageSheet).join(Ticket, TriageSheet.ticket_id == Ticket.id), actor)
        .where(TriageSheet.ticket_id == ticket.id)
        .options(joinedload(TriageSheet.version), joinedload(TriageSheet.user).joinedload(User.contact))
        .order_by(TriageSheet.id.desc())
        .limit(20)
    )
    return db.session.scalars(query).all()
