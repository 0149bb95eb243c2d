"""What the request form tells before a request is sent."""

import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from sqlalchemy import func, select

from portal.contracts.models import ContractRecord, ContractSuspension, CoverageDecision
from portal.infra.db import db
from portal.infra.transaction import transaction
from portal.kernel import clock
from portal.tickets.models.ticket import Ticket, TicketClock
from portal.tickets.rules.words import Kind, Urgency
from portal.tickets.service import opening
from portal.tickets.service.opening import NewTicket
from portal.tickets.service.record import Words
from tests.cast import actor
from tests.integration.contracts.conftest import TS_BLANKS, at
from tests.support.queries import counted

Enter = Callable[..., ContractRecord]
Tell = Callable[[str], None]
URL = "/requests/new/cover"


def words_of(answer: Any) -> str:
    """The fragment as it is read."""
    assert answer.status_code == 200
    part = answer.text.partition('id="ticket-cover-ahead"')[2].partition("</div>\n</div>")[0]
    part = part.partition('<div class="form-foot">')[0]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", part.partition(">")[2])).split())


def kept() -> list[int]:
    db.session.rollback()
    return [
        db.session.scalar(select(func.count()).select_from(m))
        for m in (Ticket, CoverageDecision, TicketClock)
    ]


def test_the_form_tells_what_is_included_and_by_when_with_the_clauses(
    cast: Any, enter: Enter, as_user: Any, tell: Tell
) -> None:
    enter("annual_support", TS_BLANKS)
    browser = as_user(cast.client_manager)
    tell("2026-03-10 10:05")
    for url in ("/requests/new", URL):
        told = words_of(browser.get(url))
        assert "Included. (二.1.1)" in told
        assert "Answer by today 18:00 (二.2.1)" in told
        assert "all the same" not in told
    assert kept() == [0, 0, 0], "asking keeps nothing"


def test_an_ended_contract_is_told_with_its_day_and_the_request_is_accepted(
    cast: Any, enter: Enter, as_user: Any, tell: Tell
) -> None:
    enter("annual_support", TS_BLANKS)
    browser = as_user(cast.client_manager)
    tell("2026-10-26 10:05")
    told = words_of(browser.get("/requests/new"))
    assert re.search(r"The contract ended on .*21.*; this will need a quote or a renewal\.", told)
    assert "Your request is accepted all the same." in told
    assert "Answer by" not in told
    sent = browser.post(
        "/requests/new", data={"symptoms": "No paper comes out.", "urgency": "normal", "kind": "fault"}
    )
    assert sent.status_code == 303


def test_a_suspended_contract_promises_nothing_yet(cast: Any, enter: Enter, as_user: Any, tell: Tell) -> None:
    record = enter("annual_support", TS_BLANKS)
    with transaction():
        start = at("2026-04-01 00:00")
        db.session.add(
            ContractSuspension(contract_id=record.id, start_at=start, clause="二.3.3", reason="unpaid")
        )
    browser = as_user(cast.client_manager)
    tell("2026-04-02 10:00")
    told = words_of(browser.get(URL))
    assert "The contract is suspended." in told
    assert "accepted all the same" in told
    assert "Answer by" not in told


def test_without_any_contract_the_request_is_accepted(cast: Any, as_user: Any) -> None:
    told = words_of(as_user(cast.client_manager).get("/requests/new"))
    assert "There is no contract for this" in told
    assert "accepted all the same" in told


@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize("urgency", [Urgency.NORMAL, Urgency.CRITICAL])
def test_the_ticket_is_answered_as_the_form_told(
    cast: Any, enter: Enter, kind: Kind, urgency: Urgency
) -> None:
    """One question, asked before and kept after."""
    from portal.tickets.queries import ahead

    enter("annual_support", TS_BLANKS)
    asker = actor(cast.owner)
    with clock.told(at("2026-03-10 10:05")):
        told = ahead.cover_ahead(asker, cast.harbour.id, cast.till, kind, urgency, clock.now())
        with transaction():
            new = NewTicket(
                cast.harbour.id, cast.owner.contact_id, "x", Words("y"), kind=kind, urgency=urgency,
                device_id=cast.till.id,
            )  # fmt: skip
            opening.open_ticket(asker, new)
    answer = db.session.scalars(select(CoverageDecision)).one()
    assert (answer.outcome, answer.reason, answer.clause) == (
        told.decision.outcome, told.decision.reason, told.decision.clause,
    )  # fmt: skip
    clocks = db.session.scalars(select(TicketClock).where(TicketClock.internal.is_(False)))
    assert sorted((c.metric, c.due_at) for c in clocks) == sorted((p.metric, p.due_at) for p in told.promises)


def test_nobody_learns_of_another_organisations_contract(
    cast: Any, enter: Enter, as_user: Any, tell: Tell
) -> None:
    enter("annual_support", TS_BLANKS)
    stranger = as_user(cast.stranger)
    tell("2026-03-10 10:05")
    assert stranger.get(f"{URL}?organisation_id={cast.harbour.id}").status_code == 404
    assert "There is no contract for this" in words_of(stranger.get(f"{URL}?device_id={cast.till.id}"))
    own = as_user(cast.client_manager)
    assert words_of(own.get(f"{URL}?device_id={cast.chair.id}")) == words_of(own.get(URL))


@pytest.mark.parametrize("typed", ["kind=nonsense", "urgency=nonsense", "device_id=x", "organisation_id="])
def test_what_was_not_offered_counts_as_not_chosen(
    cast: Any, enter: Enter, as_user: Any, tell: Tell, typed: str
) -> None:
    enter("annual_support", TS_BLANKS)
    browser = as_user(cast.client_manager)
    tell("2026-03-10 10:05")
    assert "Answer by today 18:00" in words_of(browser.get(f"{URL}?{typed}"))


def test_it_takes_the_same_statements_for_one_contract_and_for_many(
    cast: Any, enter: Enter, as_user: Any, tell: Tell
) -> None:
    enter("annual_support", TS_BLANKS)
    browser = as_user(cast.client_manager)
    tell("2026-03-10 10:05")
    browser.get(URL)
    with counted() as one:
        browser.get(f"{URL}?urgency=critical")
    for n in range(2, 5):
        enter("annual_support", TS_BLANKS, number=f"C-{n}")
    with counted() as many:
        browser.get(f"{URL}?urgency=critical")
    assert len(one) == len(many) <= 16, str(many)  # one of them asks which fields this kind has
