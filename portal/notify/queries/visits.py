"""What is known of mails about a visit: who was told of it, who has it in a calendar, who may still be told."""

from sqlalchemy import select

from portal.dispatch.models import Visit
from portal.dispatch.queries import offers
from portal.dispatch.service import printing
from portal.infra import papers
from portal.infra.db import db
from portal.infra.papers import Paper
from portal.notify import rules
from portal.notify.models import Delivery
from portal.notify.queries import telling
from portal.people.models import User
from portal.tickets.models.ticket import Ticket


def told_of_visit(visit_id: int) -> bool:
    """Whether anybody of the client's was told of it before."""
    query = select(Delivery.id).where(
        Delivery.visit_id == visit_id, Delivery.message.like("%\\_to\\_client", escape="\\")
    )
    return db.session.scalar(query.limit(1)) is not None


def is_told_of_visit(visit_id: int, contact_id: int) -> bool:
    """Whether this person was told of it before."""
    query = select(Delivery.id).where(Delivery.visit_id == visit_id, Delivery.contact_id == contact_id)
    return db.session.scalar(query.limit(1)) is not None


def has_calendar(visit_id: int, contact_id: int) -> bool:
    """Whether this person got a calendar file of it."""
    query = select(Delivery.id).where(
        Delivery.visit_id == visit_id, Delivery.contact_id == contact_id, Delivery.calendar.is_not(None)
    )
    return db.session.scalar(query.limit(1)) is not None


def followed(visit: Visit, contact_id: int) -> Ticket | None:
    """The request of the visit that this person follows; staff: the first one. So that the mail joins its conversation."""
    staff = db.session.scalar(
        select(User.id).where(User.contact_id == contact_id, User.staff_role.is_not(None))
    )
    for row in visit.tickets:
        found = telling.ticket(row.ticket_id)
        people = telling.facts(found)
        if staff is not None or contact_id in (people.requester, *people.participants):
            return found
    return None


def has_papers(visit: Visit) -> bool:
    """Whether the document of every numbered sheet is drawn; True of a visit that has none."""
    return len(_papers(visit)) == sum(1 for sheet in visit.sheets if sheet.number)


def papers_that_travel(visit: Visit) -> list[Paper]:
    """The drawn documents of its sheets, in the order of their numbers; none if together they are too large for a mail."""
    drawn = _papers(visit)
    return drawn if rules.files_travel([paper.size or 0 for paper in drawn]) else []


def _papers(visit: Visit) -> list[Paper]:
    numbered = sorted((sheet for sheet in visit.sheets if sheet.number), key=lambda sheet: sheet.number or 0)
    found = papers.of(printing.ref_of(sheet) for sheet in numbered)
    drawn = (found.get(printing.ref_of(sheet)) for sheet in numbered)
    return [paper for paper in drawn if paper is not None and paper.sha256 is not None]


def may_be_told(visit_id: int, contact_id: int) -> bool:
    """Staff, and people of the visit's organisation as long as they belong to it."""
    staff = select(User.id).where(User.contact_id == contact_id, User.staff_role.is_not(None), User.active)
    if db.session.scalar(staff) is not None:
        return True
    organisation_id = db.session.scalar(select(Visit.organisation_id).where(Visit.id == visit_id))
    return organisation_id is not None and offers.belongs(contact_id, organisation_id)


def desk() -> list[int]:
    """Managers of the provider: who hears what nobody else is there to hear."""
    return telling.staff_managers()
