"""The end of a term is told once: before it, and when it is over."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from portal.contracts.models import ContractRecord, TermNotice
from portal.contracts.service import term_ends
from portal.infra.db import db
from portal.infra.outbox import OutboxEvent
from portal.infra.transaction import transaction
from portal.kernel import clock
from portal.notify.handlers import tickets as mails
from portal.notify.models import Delivery
from portal.people.models import Contact
from portal.tickets import handlers
from portal.tickets.models.ticket import Ticket
from portal.tickets.rules.words import Status
from portal.tickets.service import opening
from portal.tickets.service.opening import NewTicket
from portal.tickets.service.record import Words
from tests.cast import actor
from tests.integration.contracts.conftest import TS_BLANKS, at, form_text

pytestmark = pytest.mark.both

Enter = Callable[..., ContractRecord]


def look(contract: ContractRecord, when: str) -> int:
    with transaction():
        return term_ends.look(contract.id, at(when))


def kinds() -> list[tuple[str, str]]:
    db.session.rollback()
    query = select(TermNotice).order_by(TermNotice.id)
    return [(n.kind.value, str(n.due_on)) for n in db.session.scalars(query)]


def events() -> list[tuple[str, int | None]]:
    query = select(OutboxEvent).where(OutboxEvent.name.in_(("RenewalNear", "ContractExpired")))
    found = db.session.scalars(query.order_by(OutboxEvent.id))
    return [(e.name, e.payload.get("days")) for e in found]


def open_at(cast: Any, when: str) -> Ticket:
    with clock.told(at(when)), transaction():
        new = NewTicket(cast.harbour.id, cast.owner.contact_id, "打印不出来", Words("3021"))
        return opening.open_ticket(actor(cast.owner), new)


def status_of(ticket: Ticket) -> Status:
    db.session.rollback()
    db.session.expire_all()
    return db.session.get_one(Ticket, ticket.id).status


def expire(contract: ContractRecord, when: str) -> None:
    with clock.told(at(when)), transaction():
        handlers.contract_expired({"contract_id": contract.id, "term": 1})


def test_sixty_and_thirty_days_before_and_after_the_end_each_once(enter: Enter) -> None:
    contract = enter("annual_support", TS_BLANKS)
    days = (
        "2026-08-21",
        "2026-08-22",
        "2026-08-23",
        "2026-09-21",
        "2026-09-22",
        "2026-10-21",
        "2026-10-22",
        "2026-10-23",
    )
    assert [look(contract, f"{day} 08:00") for day in days] == [0, 1, 0, 1, 0, 0, 1, 0]
    assert kinds() == [("days_60", "2026-08-22"), ("days_30", "2026-09-21"), ("expired", "2026-10-22")]
    assert events() == [("RenewalNear", 60), ("RenewalNear", 30), ("ContractExpired", None)]


def test_after_downtime_all_are_recorded_and_only_the_last_is_told(enter: Enter) -> None:
    contract = enter("annual_support", TS_BLANKS)
    assert look(contract, "2026-10-01 08:00") == 2
    assert events() == [("RenewalNear", 20)]
    assert look(contract, "2026-12-01 08:00") == 1
    assert events() == [("RenewalNear", 20), ("ContractExpired", None)]


@pytest.mark.rule("HO-10")
def test_a_contract_that_names_a_time_for_talks_is_told_then_and_no_other_time(enter: Enter) -> None:
    """HO-10."""
    text = form_text("annual_support").replace("[renewal]\n", "[renewal]\nnotice_months = 1\n")
    contract = enter("annual_support", TS_BLANKS, text=text)
    assert look(contract, "2026-09-20 23:00") == 0
    assert look(contract, "2026-09-21 00:30") == 1
    assert kinds() == [("talks", "2026-09-21")]


def test_a_contract_that_was_over_when_it_was_entered_is_told_to_nobody(enter: Enter) -> None:
    contract = enter("annual_support", TS_BLANKS)
    with transaction():
        db.session.get_one(ContractRecord, contract.id).created_at = at("2026-11-20 09:00")
    look(contract, "2026-11-20 10:00")
    assert events() == []


def test_what_is_open_waits_for_the_renewal_and_what_came_later_does_not(cast: Any, enter: Enter) -> None:
    contract = enter("annual_support", TS_BLANKS)
    ticket, late = open_at(cast, "2026-10-20 10:00"), open_at(cast, "2026-10-22 09:00")
    expire(contract, "2026-10-21 20:00")
    assert status_of(ticket) is Status.NEW
    for _twice in range(2):
        expire(contract, "2026-10-22 10:00")
    assert status_of(ticket) is Status.WAITING_RENEWAL
    assert status_of(late) is Status.NEW


@pytest.mark.rule("HW-14")
def test_where_begun_work_is_finished_after_the_end_nothing_waits(cast: Any, enter: Enter) -> None:
    """HW-14."""
    run_off = '\n[run_off]\nmode = "in_progress_labour_free"\nclause = "四.5"\n'
    contract = enter("annual_support", TS_BLANKS, text=form_text("annual_support") + run_off)
    ticket = open_at(cast, "2026-10-20 10:00")
    expire(contract, "2026-10-22 10:00")
    assert status_of(ticket) is Status.NEW


def test_both_sides_managers_are_told_with_what_is_needed_and_the_clause(cast: Any, enter: Enter) -> None:
    contract = enter("annual_support", TS_BLANKS)
    for _twice in range(2):
        with clock.told(at("2026-09-21 08:00")), transaction():
            mails.renewal_near({"contract_id": contract.id, "term": 1, "days": 30})
    query = select(Contact.name, Delivery.message, Delivery.text).join(Delivery).order_by(Delivery.id)
    told = db.session.execute(query).all()
    assert [(name, message) for name, message, _text in told] == [
        ("Chen Bo", "renewal_near_to_client"),
        ("Mia Manager", "renewal_near_to_staff"),
    ]
    words = told[0][2]
    assert "Contract C-1 ends on " in words
    assert "by clause 四.5" in words
    assert "- The next term's fee is paid." in words
    assert f"/contracts/{contract.id}" in words
    with clock.told(at("2026-10-22 08:00")), transaction():
        mails.contract_expired({"contract_id": contract.id, "term": 1})
    assert db.session.scalars(select(Delivery.message).order_by(Delivery.id)).all()[2:] == [
        "contract_expired_to_client",
        "contract_expired_to_staff",
    ]


def test_nobody_is_told_once_the_next_term_is_entered(cast: Any, enter: Enter) -> None:
    contract = enter("annual_support", TS_BLANKS)
    with clock.told(at("2026-09-01 10:00")), transaction():
        record = db.session.get_one(ContractRecord, contract.id)
        end = record.terms[0].end_on
        record.terms.append(
            type(record.terms[0])(
                number=2, start_on=end + timedelta(days=1), end_on=end + timedelta(days=365)
            )
        )
    assert look(contract, "2026-10-22 08:00") == 0
    with clock.told(at("2026-09-21 08:00")), transaction():
        mails.renewal_near({"contract_id": contract.id, "term": 1, "days": 30})
    expire(contract, "2026-10-22 10:00")
    assert db.session.scalars(select(Delivery.id)).all() == []
