"""A visit from its ground to its signature: what is held, used up, given back and charged."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import select

from portal.assets.models import DeviceKind
from portal.contracts.models import Charge, LedgerBucket, LedgerEntry
from portal.dispatch.models import ServiceSheet, SheetPart, Visit
from portal.dispatch.rules.visiting import VisitStatus
from portal.dispatch.service import planning, rounds, sheets, visiting
from portal.dispatch.service.reckoning import NotNow
from portal.infra.transaction import transaction
from portal.kernel import clock
from portal.kernel.errors import Refused, Stale
from portal.tickets.rules.words import Status, Urgency
from tests.integration.contracts.conftest import TS_BLANKS, at
from tests.integration.dispatch.conftest import SIGNATURE, held, make, plan, told
from tests.integration.tickets import opened

pytestmark = pytest.mark.both

PC = {
    "starts_on": "2026-01-01",
    "ends_on": "2026-12-31",
    "desktops": "20",
    "laptops": "5",
    "servers": "2",
    "visit_day": "Wed",
}
HW = {
    "starts_on": "2026-01-05", "ends_on": "2027-01-04", "purchase_price": "120000.00", "fee_percent": "8",
    "parts_fraction": "八折", "upkeep_months": "3", "opens": "09:00", "closes": "17:00", "labour_price": "300.00",
}  # fmt: skip


def charged(db_session, number):
    rows = db_session.scalars(select(Charge).where(Charge.ref == f"visit:{number}").order_by(Charge.id))
    return [(c.code, c.amount, c.clause) for c in rows]


def balance(db_session, key="2026-W11"):
    found = db_session.scalar(
        select(LedgerBucket).where(LedgerBucket.key == key).execution_options(populate_existing=True)
    )
    return found.posted, found.held


@pytest.fixture
def weekly(enter, run_jobs, tell):
    """PC-1 with the bucket of week 11 open."""
    enter("pc_fleet", PC, device_classes=(DeviceKind.TERMINAL,))
    from portal.contracts.service import buckets

    with told("2026-03-09 00:00"):
        buckets.keep(1, clock.now())


@pytest.mark.rule("TS-27")
def test_without_triage_nobody_comes_unless_a_manager_says_why(cast, enter):
    enter("annual_support", TS_BLANKS)
    with clock.told(at("2026-03-10 09:00")):
        number = opened.ticket(cast, device_id=cast.till.id)
    with told("2026-03-10 10:00"), pytest.raises(NotNow) as refusal:
        plan(cast, number, "2026-03-11 09:00", "2026-03-11 11:00")
    assert refusal.value.code == "TRIAGE_REQUIRED"
    with told("2026-03-10 10:00"), pytest.raises(NotNow):
        plan(cast, number, "2026-03-11 09:00", "2026-03-11 11:00", override_reason="I want it")
    with told("2026-03-10 10:00"):
        visit = plan(
            cast,
            number,
            "2026-03-11 09:00",
            "2026-03-11 11:00",
            by=cast.manager,
            override_reason="the director asked",
        )
    assert held(visit).override_reason == "the director asked"


@pytest.mark.rule("TS-24", "TS-25", "TS-28")
def test_a_charged_visit_is_agreed_first_and_due_a_week_later(cast, enter, climbed, db_session):
    enter("annual_support", TS_BLANKS)
    number = climbed("2026-09-22 09:00")
    with told("2026-09-22 10:00"):
        visit = plan(cast, number, "2026-09-24 09:00", "2026-09-24 11:00")
        assert held(visit).price == Decimal("800.00")
    with told("2026-09-24 08:30"), pytest.raises(Refused):
        visiting.set_out(opened.actor(cast.engineer), held(visit))
    with told("2026-09-24 08:31"):
        planning.agree(opened.actor(cast.agent), held(visit), "王敏", "by phone")
    make(cast, visit, "2026-09-24 09:00", "2026-09-24 10:30")
    assert charged(db_session, visit) == [("visit", Decimal("800.00"), "四.2")]
    due = db_session.scalar(select(Charge.due_at).where(Charge.ref == f"visit:{visit}"))
    assert due == at("2026-10-08 23:59:59")
    assert opened.look(cast.agent, number).status is Status.RESOLVED


def test_a_week_has_one_visit_held_used_and_no_second(weekly, cast, climbed, db_session):
    first, second = climbed("2026-03-09 09:00"), climbed("2026-03-09 09:30")
    with told("2026-03-10 09:12"):
        visit = plan(cast, first, "2026-03-11 09:00", "2026-03-11 11:00")
    assert balance(db_session) == (100, 100)
    with told("2026-03-10 09:30"), pytest.raises(NotNow) as refusal:
        plan(cast, second, "2026-03-11 13:00", "2026-03-11 15:00")
    assert refusal.value.code == "INSUFFICIENT"
    make(cast, visit, "2026-03-11 09:00", "2026-03-11 11:40")
    assert balance(db_session) == (0, 0)
    assert charged(db_session, visit) == []


@pytest.mark.rule("PC-07")
def test_cancelled_in_time_it_is_given_back_and_a_shut_door_uses_it_up(weekly, cast, climbed, db_session):
    number = climbed("2026-03-09 09:00")
    with told("2026-03-09 10:00"):
        visit = plan(cast, number, "2026-03-11 09:00", "2026-03-11 11:00")
        visiting.confirm(opened.actor(cast.owner), held(visit), "王小明")
    with told("2026-03-10 16:00"):
        planning.cancel(opened.actor(cast.owner), held(visit), "not needed any more")
    assert balance(db_session) == (100, 0)
    with told("2026-03-10 16:10"):
        again = plan(cast, number, "2026-03-11 09:00", "2026-03-11 11:00")
    who = opened.actor(cast.engineer)
    with told("2026-03-11 08:30"):
        visiting.set_out(who, held(again))
    with told("2026-03-11 09:20"):
        visiting.no_access(who, held(again), "nobody opened")
    assert balance(db_session) == (0, 0)
    reason = db_session.scalar(select(LedgerEntry.reason).where(LedgerEntry.kind == "consume"))
    assert reason == "no_access"


def test_a_missed_visit_is_made_up_for_when_its_week_is_over(weekly, cast, climbed, db_session):
    from portal.contracts.service import buckets

    number = climbed("2026-03-09 09:00")
    with told("2026-03-09 10:00"):
        visit = plan(cast, number, "2026-03-13 09:00", "2026-03-13 11:00")
    with told("2026-03-16 08:00"):
        buckets.keep(1, clock.now())
        visiting.no_show(opened.actor(cast.manager), held(visit), "the engineer was ill")
    assert balance(db_session) == (0, 0)
    assert balance(db_session, f"compensation:{visit}") == (100, 0)


@pytest.mark.rule("PC-08")
def test_an_emergency_comes_at_once_without_triage_and_takes_no_weekly_visit(weekly, cast, db_session):
    with clock.told(at("2026-03-14 22:15")):
        number = opened.ticket(cast, device_id=cast.till.id, urgency=Urgency.CRITICAL)
    with told("2026-03-14 22:20"):
        visit = plan(cast, number, "2026-03-14 23:00", "2026-03-15 01:00")
    assert held(visit).price is None
    assert balance(db_session) == (100, 0)


@pytest.mark.rule("HW-02", "HW-09", "HW-16", "HW-14", "HW-20")
def test_a_repair_that_outlives_the_contract_is_free_of_labour_and_its_parts_are_paid(
    cast, enter, climbed, db_session
):
    record = enter("equipment_maintenance", HW, device_ids=(cast.till.id,))
    number = climbed("2026-12-30 14:00")
    with told("2026-12-30 15:00"):
        visit = plan(cast, number, "2027-01-04 09:00", "2027-01-04 11:00")
    part = sheets.SheetPartEntry("main board", Decimal("1000.00"))
    make(cast, visit, "2027-01-12 09:00", "2027-01-12 12:00", parts=[part], labour_hours=Decimal(3))
    assert charged(db_session, visit) == [("part", Decimal("800.00"), "一.一")]
    assert db_session.scalar(select(SheetPart.warranty_until)) == date(2027, 4, 12), "three months"
    facts = db_session.scalar(select(ServiceSheet.facts))
    assert facts["number"] == 1001
    assert facts["contract"] == record.number
    assert facts["called_at"] == at("2026-12-30 14:00").isoformat()
    assert facts["client_signature"]["name"] == "王敏"


@pytest.mark.rule("HW-18", "HW-19")
def test_an_excluded_cause_is_charged_by_the_hour_and_never_refused(cast, enter, climbed, db_session):
    from portal.contracts.rules.terms import Cause

    enter("equipment_maintenance", HW, device_ids=(cast.till.id,))
    number = climbed("2026-03-10 09:00")
    with told("2026-03-10 10:00"):
        visit = plan(cast, number, "2026-03-11 09:00", "2026-03-11 11:00")
    part = sheets.SheetPartEntry("battery", Decimal("1000.00"))
    make(
        cast,
        visit,
        "2026-03-11 09:00",
        "2026-03-11 11:00",
        parts=[part],
        cause=Cause.MISUSE,
        labour_hours=Decimal(2),
    )
    assert [(code, amount) for code, amount, _ in charged(db_session, visit)] == [
        ("labour", Decimal("600.00")), ("part", Decimal("800.00")),
    ]  # fmt: skip


@pytest.mark.rule("HW-15", "HW-16")
def test_nothing_is_signed_without_names_signatures_and_the_clients_test(cast, enter, climbed, db_session):
    enter("equipment_maintenance", HW, device_ids=(cast.till.id,))
    number = climbed("2026-03-10 09:00")
    with told("2026-03-10 10:00"):
        visit = plan(cast, number, "2026-03-11 09:00", "2026-03-11 11:00")
    who = opened.actor(cast.engineer)
    with told("2026-03-11 09:00"):
        visiting.arrive(who, held(visit))
    with told("2026-03-11 10:00"), pytest.raises(Stale):
        sheets.complete(who, held(visit))
    with told("2026-03-11 11:00"):
        visiting.finish(who, held(visit), solved=True)
        sheet = sheets.sheet_for(held(visit), cast.till.id)
        sheets.write(sheet, sheets.SheetEntry(found="no light", done="fuse changed"))
        with pytest.raises(Refused):
            sheets.sign_client(sheet, "  ", SIGNATURE)
        sheets.sign_engineer(sheet, "Eno", SIGNATURE)
        with pytest.raises(sheets.NotComplete) as refusal:
            sheets.complete(who, held(visit))
    (codes,) = refusal.value.lacking.values()
    assert {str(c) for c in codes} == {"client_name", "client_signature", "client_test"}
    assert db_session.scalar(select(ServiceSheet.number)) is None


@pytest.mark.rule("TS-26")
def test_past_its_day_the_visit_ends_and_the_next_one_is_proposed_with_its_own_fee(
    cast, enter, climbed, db_session
):
    enter("annual_support", TS_BLANKS)
    number = climbed("2026-03-10 09:00")
    with told("2026-03-10 10:00"):
        visit = plan(cast, number, "2026-03-11 09:00", "2026-03-11 11:00")
        planning.agree(opened.actor(cast.agent), held(visit), "王敏", "by phone")
    with told("2026-03-11 09:00"):
        visiting.arrive(opened.actor(cast.engineer), held(visit))
    with told("2026-03-11 23:00"):
        assert visiting.end_overdue(clock.now()) == 0
    with told("2026-03-12 00:10"):
        assert visiting.end_overdue(clock.now()) == 1
        assert visiting.end_overdue(clock.now()) == 0
    first, second = db_session.scalars(select(Visit).order_by(Visit.id))
    assert (first.status, first.solved, first.finished_at) == (
        VisitStatus.FINISHED,
        False,
        at("2026-03-11 23:59:59"),
    )
    assert (second.status, second.follows_id, second.price, second.agreed_at) == (
        VisitStatus.PROPOSED, first.id, Decimal("800.00"), None,
    )  # fmt: skip


def test_a_ticket_with_an_open_visit_cannot_be_resolved(cast, enter, climbed):
    enter("annual_support", TS_BLANKS)
    number = climbed("2026-03-10 09:00")
    with told("2026-03-10 10:00"):
        plan(cast, number, "2026-03-11 09:00", "2026-03-11 11:00")
    with pytest.raises(Refused, match=r"still open: Visit V-1001\."):
        opened.resolve(cast.agent, number)


def test_a_cancelled_ticket_calls_its_visit_off_and_holds_nothing(
    weekly, cast, climbed, run_jobs, db_session
):
    from portal.tickets.service import status

    number = climbed("2026-03-09 09:00")
    with told("2026-03-09 10:00"):
        visit = plan(cast, number, "2026-03-11 09:00", "2026-03-11 11:00")
        status.cancel(opened.actor(cast.agent), opened.held(cast.agent, number), "by the client")
    run_jobs()
    assert balance(db_session) == (100, 0)
    assert held_status(db_session, visit) is VisitStatus.CANCELLED


def held_status(db_session, number):
    return db_session.scalar(select(Visit.status).where(Visit.number == number))


@pytest.mark.databases("postgresql")
def test_of_twenty_who_plan_the_last_visit_at_once_one_does(weekly, app, cast, climbed, db_session):
    numbers = [climbed("2026-03-09 09:00") for _ in range(20)]
    # The threads read the cast at the same time: they are loaded before, and belong to nobody's session.
    assert opened.actor(cast.agent).user_id != opened.actor(cast.engineer).user_id
    db_session.expunge_all()
    db_session.rollback()

    def one(number):
        with app.app_context():
            try:
                with told("2026-03-10 09:12"):
                    # Nobody's yet: else it would be the engineer who is taken, before the unit is.
                    slot = planning.Plan(at("2026-03-11 09:00"), at("2026-03-11 11:00"))
                    ticket = opened.held(cast.agent, number)
                    return planning.plan_visit(opened.actor(cast.agent), ticket, slot).number
            except NotNow as error:
                return error.code

    with ThreadPoolExecutor(5) as pool:
        answers = list(pool.map(one, numbers))
    assert answers.count("INSUFFICIENT") == 19
    assert balance(db_session) == (100, 100)
    assert [v.number for v in db_session.scalars(select(Visit))] == [1001]


@pytest.mark.rule("PC-07")
def test_rounds_are_proposed_ahead_hold_their_week_and_move_with_the_days_off(cast, enter, db_session):
    from portal.contracts.service import buckets, rounds_ahead

    record = enter("pc_fleet", PC, device_classes=(DeviceKind.TERMINAL,))
    with told("2026-09-28 01:00"):
        rounds_ahead.plan(record.id, clock.now())
        buckets.keep(record.id, clock.now())
        rounds.keep(clock.now())
        assert rounds.keep(clock.now()) == 0
    found = db_session.scalars(select(Visit).order_by(Visit.starts_at)).all()
    days = [
        (v.starts_at.astimezone(at("2026-09-28 00:00").tzinfo).date().isoformat(), v.status) for v in found
    ]
    assert days[:2] == [("2026-09-30", VisitStatus.SCHEDULED), ("2026-10-08", VisitStatus.PROPOSED)]
    assert balance(db_session, "2026-W40") == (100, 100)


def test_a_ticket_of_the_week_joins_the_round_and_shares_its_unit(cast, enter, climbed, db_session):
    from portal.contracts.service import buckets, rounds_ahead

    record = enter("pc_fleet", PC, device_classes=(DeviceKind.TERMINAL,))
    with told("2026-03-09 01:00"):
        rounds_ahead.plan(record.id, clock.now())
        buckets.keep(record.id, clock.now())
        rounds.keep(clock.now())
    number = climbed("2026-03-09 09:00")
    with told("2026-03-09 10:00"):
        ticket = opened.held(cast.agent, number)
        coming = rounds.coming_for(ticket)[0]
        rounds.join(opened.actor(cast.agent), ticket, held(coming.number))
        planning.move(
            opened.actor(cast.agent), held(coming.number), coming.starts_at, coming.ends_at, cast.engineer.id
        )
    make(cast, coming.number, "2026-03-11 09:00", "2026-03-11 11:00")
    assert balance(db_session) == (0, 0)
    assert opened.look(cast.agent, number).status is Status.RESOLVED


def test_a_client_sees_visits_of_his_tickets_and_a_stranger_none(cast, enter, climbed):
    from portal.dispatch.queries import visits
    from portal.kernel.errors import NotFound

    enter("annual_support", TS_BLANKS)
    number = climbed("2026-03-10 09:00")
    with told("2026-03-10 10:00"):
        visit = plan(cast, number, "2026-03-11 09:00", "2026-03-11 11:00")
    assert visits.visit_for(opened.actor(cast.owner), visit).number == visit
    assert visits.visit_for(opened.actor(cast.client_manager), visit).number == visit
    for other in (cast.colleague, cast.stranger):
        with pytest.raises(NotFound):
            visits.visit_for(opened.actor(other), visit)


def test_sent_three_times_from_the_site_it_is_done_once(cast, enter, climbed):
    enter("annual_support", TS_BLANKS)
    number = climbed("2026-03-10 09:00")
    with told("2026-03-10 10:00"):
        visit = plan(cast, number, "2026-03-11 09:00", "2026-03-11 11:00")
    who = opened.actor(cast.engineer)
    seen = []
    for _ in range(3):
        with transaction():
            seen.append(sheets.seen_before("key-1", held(visit), who, "sheet"))
    assert seen == [False, True, True]
