"""Times that are proposed to the client: chosen once, at the price that was said, or answered with wishes; nothing is lost."""

from decimal import Decimal

import pytest
from sqlalchemy import select

from portal.assets.models import DeviceKind
from portal.contracts.models import LedgerBucket
from portal.dispatch.rules.offering import CallOff, Takes, WhyNot
from portal.dispatch.rules.visiting import Slot, VisitStatus
from portal.dispatch.service import offering, planning, visiting
from portal.kernel import clock
from portal.kernel.errors import NotFound, Refused, Stale
from portal.tickets.rules.words import Urgency
from tests.integration.contracts.conftest import TS_BLANKS, at
from tests.integration.dispatch.conftest import held, plan, told
from tests.integration.dispatch.test_visits import PC
from tests.integration.tickets import opened

pytestmark = pytest.mark.both


def slot(start: str, end: str) -> Slot:
    return Slot(at(start), at(end))


def balance(db_session, key):
    query = select(LedgerBucket).where(LedgerBucket.key == key)
    found = db_session.scalar(query.execution_options(populate_existing=True))
    return found.posted, found.held


@pytest.fixture
def weekly(enter):
    enter("pc_fleet", PC, device_classes=(DeviceKind.TERMINAL,))
    from portal.contracts.service import buckets

    with told("2026-03-09 00:00"):
        buckets.keep(1, clock.now())


@pytest.fixture
def offered(weekly, cast, climbed):
    """A visit planned for Wednesday with the week's unit, and Thursday as well as a Tuesday of next week beside it."""
    number = climbed("2026-03-09 09:00")
    with told("2026-03-09 10:00"):
        visit = plan(cast, number, "2026-03-11 09:00", "2026-03-11 11:00")
    with told("2026-03-09 10:05"):
        others = [
            slot("2026-03-12 09:00", "2026-03-12 11:00"),
            slot("2026-03-13 14:00", "2026-03-13 16:00"),
        ]
        offering.offer(opened.actor(cast.agent), held(visit), others)
    return visit


def test_proposing_asks_what_each_time_takes_and_keeps_what_is_held(offered, db_session):
    with told("2026-03-09 10:06"):
        found = offering.options(held(offered))
        assert [(o.starts_at, o.planned, o.cost.takes, o.why_not) for o in found] == [
            (at("2026-03-11 09:00"), True, Takes.UNIT, None),
            (at("2026-03-12 09:00"), False, Takes.UNIT, None),
            (at("2026-03-13 14:00"), False, Takes.UNIT, None),
        ]
    assert balance(db_session, "2026-W11") == (100, 100)


def test_the_client_chooses_another_time_and_the_unit_moves_along(offered, cast, db_session):
    owner = opened.actor(cast.owner)
    with told("2026-03-09 11:00"):
        offering.choose(owner, held(offered), at("2026-03-12 09:00"), "王小明", price=None, how="portal")
    visit = held(offered)
    assert (visit.starts_at, visit.status) == (at("2026-03-12 09:00"), VisitStatus.CONFIRMED)
    assert visit.confirmed_by == "王小明"
    assert balance(db_session, "2026-W11") == (100, 100)
    with told("2026-03-09 11:01"), pytest.raises(Refused):
        offering.choose(owner, held(offered), at("2026-03-13 14:00"), "王小明", price=None, how="portal")
    assert held(offered).starts_at == at("2026-03-12 09:00"), "what was not chosen is proposed no longer"


@pytest.mark.databases("sqlite")
def test_a_time_that_was_taken_or_has_passed_is_refused_and_the_planned_one_stays(
    offered, cast, climbed, enter, db_session
):
    owner = opened.actor(cast.owner)
    with clock.told(at("2026-03-09 11:00")):
        other = opened.ticket(cast, device_id=cast.till.id, urgency=Urgency.CRITICAL)
    with told("2026-03-09 11:30"):
        plan(cast, other, "2026-03-12 10:00", "2026-03-12 12:00")
    with told("2026-03-09 12:00"), pytest.raises(Refused) as refusal:
        offering.choose(owner, held(offered), at("2026-03-12 09:00"), "王小明", price=None, how="portal")
    assert "given to somebody else" in str(refusal.value.sentence)
    with told("2026-03-13 14:01"), pytest.raises(Refused) as refusal:
        offering.choose(owner, held(offered), at("2026-03-13 14:00"), "王小明", price=None, how="portal")
    assert "passed" in str(refusal.value.sentence)
    with told("2026-03-09 12:00"):
        found = {o.starts_at: o.why_not for o in offering.options(held(offered))}
        assert found[at("2026-03-12 09:00")] is WhyNot.TAKEN
    visit = held(offered)
    assert (visit.starts_at, visit.status) == (at("2026-03-11 09:00"), VisitStatus.SCHEDULED)
    assert balance(db_session, "2026-W11") == (100, 100)


def test_wishes_are_kept_and_the_planned_time_stays_held(offered, cast, db_session):
    owner = opened.actor(cast.owner)
    with told("2026-03-09 11:00"):
        offering.wish(owner, held(offered), "周五上午可以吗？", "王小明")
    visit = held(offered)
    assert (visit.wish, visit.status) == ("周五上午可以吗？", VisitStatus.SCHEDULED)
    with told("2026-03-09 11:05"):
        assert [o.planned for o in offering.options(held(offered))] == [True]
        with pytest.raises(Refused):
            offering.wish(owner, held(offered), "  ", "王小明")
    assert balance(db_session, "2026-W11") == (100, 100)
    with told("2026-03-09 12:00"):
        planning.move(
            opened.actor(cast.agent),
            held(offered),
            at("2026-03-13 09:00"),
            at("2026-03-13 11:00"),
            cast.engineer.id,
        )
    assert held(offered).wish is None


@pytest.mark.databases("sqlite")
def test_a_price_is_agreed_by_a_manager_and_only_the_one_that_was_shown(cast, enter, climbed):
    enter("annual_support", TS_BLANKS)
    number = climbed("2026-09-22 09:00")
    with told("2026-09-22 10:00"):
        visit = plan(cast, number, "2026-09-24 09:00", "2026-09-24 11:00")
    owner, boss = opened.actor(cast.owner), opened.actor(cast.client_manager)
    eight, seven = Decimal("800.00"), Decimal("700.00")
    with told("2026-09-22 11:00"):
        [option] = offering.options(held(visit))
        assert (option.cost.takes, option.cost.price, option.cost.clause) == (Takes.MONEY, eight, "四.2")
    with told("2026-09-22 11:00"), pytest.raises(Refused):
        offering.choose(owner, held(visit), option.starts_at, "王小明", price=eight, how="portal")
    with told("2026-09-22 11:00"), pytest.raises(Refused):
        offering.choose(boss, held(visit), option.starts_at, "Chen Bo", price=seven, how="portal")
    assert held(visit).status is VisitStatus.SCHEDULED
    with told("2026-09-22 11:01"):
        offering.choose(owner, held(visit), option.starts_at, "王小明", price=None, how="portal")
        assert planning.price_open(held(visit)) == eight, "the time is settled, the price is the manager's"
    with told("2026-09-22 11:02"):
        offering.agree(boss, held(visit), eight, "Chen Bo", "portal")
    made = held(visit)
    assert (made.agreed_by, made.status) == ("Chen Bo", VisitStatus.CONFIRMED)


def test_calling_off_says_first_what_follows_and_then_does_just_that(offered, cast, db_session):
    owner, who = opened.actor(cast.owner), opened.actor(cast.engineer)
    with told("2026-03-11 08:00"):
        assert visiting.if_called_off(held(offered))[0] is CallOff.FREE
    with told("2026-03-11 08:30"):
        visiting.set_out(who, held(offered))
    with told("2026-03-11 08:31"), pytest.raises(Stale):
        visiting.call_off(owner, held(offered), "we mended it", CallOff.FREE)
    assert balance(db_session, "2026-W11") == (100, 100)
    with told("2026-03-11 08:32"):
        follows, price, clause = visiting.if_called_off(held(offered))
        assert (follows, price) == (CallOff.COUNTS, None)
        assert clause
        visiting.call_off(owner, held(offered), "we mended it", follows)
    assert (held(offered).status, balance(db_session, "2026-W11")) == (VisitStatus.NO_ACCESS, (0, 0))


@pytest.mark.databases("sqlite")
def test_what_cannot_be_proposed_is_refused_in_a_sentence(offered, cast, climbed):
    agent = opened.actor(cast.agent)
    good = slot("2026-03-12 09:00", "2026-03-12 11:00")
    past = slot("2026-03-08 09:00", "2026-03-08 11:00")
    many = [slot(f"2026-03-1{day} 15:00", f"2026-03-1{day} 16:00") for day in (1, 2, 3)]
    for wrong in ([], [past], many):
        with told("2026-03-09 11:00"), pytest.raises(Refused):
            offering.offer(agent, held(offered), wrong)
    with told("2026-03-09 11:00"):
        assert len(offering.options(held(offered))) == 3, "the earlier proposal stands"
        offering.offer(agent, held(offered), [good])
        assert len(offering.options(held(offered))) == 2
    with told("2026-03-09 11:00"), pytest.raises(NotFound):
        from portal.dispatch.queries import visits

        visits.visit_for(opened.actor(cast.stranger), offered)
