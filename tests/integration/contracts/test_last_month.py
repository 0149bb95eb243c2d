"""A draft tried on last month's tickets."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import func, select

from portal.contracts.models import ContractRecord, CoverageDecision, LedgerEntry
from portal.infra.db import db
from portal.infra.transaction import transaction
from portal.kernel import clock
from portal.tickets.models.ticket import Ticket, TicketClock
from portal.tickets.queries import trying
from portal.tickets.rules.words import Urgency
from portal.tickets.service import conversation, opening
from portal.tickets.service.opening import NewTicket
from portal.tickets.service.record import Words
from tests.cast import actor
from tests.integration.contracts.conftest import at
from tests.support.queries import counted

Enter = Callable[..., ContractRecord]
Tell = Callable[[str], None]
NEXT_YEAR = {"starts_on": "2026-06-01", "ends_on": "2027-05-31", "visit_price": "800.00"}


def open_at(cast: Any, when: str, **more: Any) -> Ticket:
    with clock.told(at(when)), transaction():
        new = NewTicket(cast.harbour.id, cast.owner.contact_id, "No paper", Words("None comes out."), **more)
        return opening.open_ticket(actor(cast.owner), new)


def answer_at(cast: Any, when: str, ticket: Ticket) -> None:
    with clock.told(at(when)), transaction():
        conversation.reply(actor(cast.agent), ticket, Words("We look into it."))


def test_each_ticket_is_asked_as_though_the_draft_had_been_in_force(cast: Any, enter: Enter) -> None:
    draft = enter("annual_support", NEXT_YEAR, signed=False)
    open_at(cast, "2026-01-10 10:00")
    kept, late = open_at(cast, "2026-03-10 10:05"), open_at(cast, "2026-03-11 10:05")
    answer_at(cast, "2026-03-10 14:00", kept)
    answer_at(cast, "2026-03-12 09:30", late)
    waits = open_at(cast, "2026-03-20 10:00")
    _record, played = trying.last_month(actor(cast.agent), draft.id, at("2026-03-20 11:00"))
    assert [(p.ticket.id, p.in_time) for p in played] == [(waits.id, None), (late.id, False), (kept.id, True)]
    assert {(p.details["outcome"], p.details["clause"]) for p in played} == {("included", "\u4e8c.1.1")}
    assert [p.due_at for p in played] == [at(f"2026-03-{d} 18:00") for d in (20, 11, 10)]


def test_the_page_tells_totals_and_keeps_nothing(cast: Any, enter: Enter, as_user: Any, tell: Tell) -> None:
    draft = enter("annual_support", NEXT_YEAR, signed=False)
    open_at(cast, "2026-03-10 10:05", urgency=Urgency.CRITICAL)

    def kept() -> list[int]:
        db.session.rollback()
        tables = (CoverageDecision, TicketClock, LedgerEntry)
        return [db.session.scalar(select(func.count()).select_from(t)) or 0 for t in tables]

    browser, before = as_user(cast.agent), kept()
    tell("2026-03-20 11:00")
    page = browser.get(f"/desk/contracts/{draft.id}/last-month")
    assert page.status_code == 200
    assert "No paper" in page.text
    assert "Answered late" in page.text
    assert kept() == before


def test_it_takes_the_same_statements_for_few_and_for_many(
    cast: Any, enter: Enter, as_user: Any, tell: Tell
) -> None:
    draft = enter("annual_support", NEXT_YEAR, signed=False)
    browser, url = as_user(cast.agent), f"/desk/contracts/{draft.id}/last-month"
    open_at(cast, "2026-03-10 10:05", device_id=cast.till.id)
    tell("2026-03-20 11:00")
    browser.get(url)
    with counted() as few:
        browser.get(url)
    for hour in range(10, 16):
        open_at(cast, f"2026-03-11 {hour}:05", device_id=cast.website.id)
    with counted() as many:
        browser.get(url)
    assert len(few) == len(many) <= 16, str(many)


def test_a_draft_without_tickets_says_so_and_a_strangers_is_not_found(
    cast: Any, enter: Enter, as_user: Any
) -> None:
    draft = enter("annual_support", NEXT_YEAR, signed=False)
    url = f"/desk/contracts/{draft.id}/last-month"
    browser = as_user(cast.agent)
    assert "No ticket in the last 30 days" in browser.get(url).text
    assert browser.get("/desk/contracts/999999/last-month").status_code == 404
    assert as_user(cast.stranger).get(url).status_code in (403, 404)
