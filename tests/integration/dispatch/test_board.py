"""The dispatch board: a visit put somewhere else, what is refused in words, what is told first; nothing lost, nothing double."""

from datetime import date

import pytest
from sqlalchemy import select

from portal.assets.forms import KINDS
from portal.assets.models import DeviceKind
from portal.dispatch.models import Certificate, Leave, Qualification, Visit
from portal.dispatch.rules.visiting import VisitStatus
from portal.dispatch.service import rounds
from portal.infra.db import db
from portal.infra.transaction import transaction
from portal.kernel import clock
from portal.tickets.rules.words import Urgency
from tests.integration.contracts.conftest import at
from tests.integration.dispatch.conftest import held, plan, told
from tests.integration.dispatch.test_visits import PC, balance
from tests.support.queries import counted

MONDAY = "2026-03-09 09:30"


@pytest.fixture
def weekly(enter, tell):
    """PC-1 with the bucket of week 11 open, and requests answered on its Monday."""
    from portal.contracts.service import buckets

    enter("pc_fleet", PC, device_classes=(DeviceKind.TERMINAL,))
    with told("2026-03-09 00:00"):
        buckets.keep(1, clock.now())
    tell(MONDAY)


@pytest.fixture
def visit(weekly, cast, climbed):
    number = climbed("2026-03-09 09:00")
    with told("2026-03-09 09:12"):
        return plan(cast, number, "2026-03-11 09:00", "2026-03-11 11:00")


@pytest.fixture
def drop(as_user, cast, visit):
    """`drop("2026-03-12", by=cast.agent)`: as the board's script posts it."""

    def send(day, *, by=None, engineer=None, number=None, at="09:00", htmx=True, **more):
        shown = db.session.scalar(
            select(Visit).where(Visit.number == (number or visit)).execution_options(populate_existing=True)
        )
        data = {
            "day": day, "at": at, "minutes": "120", "version": str(shown.version),
            "engineer_id": str(cast.engineer.id if engineer is None else engineer), **more,
        }  # fmt: skip
        headers = {"HX-Request": "true", "HX-Target": "board"} if htmx else {}
        db.session.rollback()
        return as_user(by or cast.agent).post(
            f"/desk/board/visits/{shown.number}", data=data, headers=headers
        )

    return send


def slot_of(number):
    visit = held(number)
    found = visit.starts_at, visit.ends_at, visit.engineer_id, visit.status
    db.session.rollback()
    return found


def test_a_visit_is_put_on_another_day_and_keeps_what_it_holds(drop, cast, visit, db_session, as_user):
    page = as_user(cast.agent).get("/desk/board?on=2026-03-11").text
    for words in ("Harbour", f"V-{visit}", "Wed 11 Mar", "09:00–11:00", "Planned", "Eno Engineer"):
        assert words in page
    answer = drop("2026-03-12", at="14:00")
    assert answer.status_code == 200
    assert "12 Mar 14:00–16:00, Eno Engineer." in answer.text
    assert slot_of(visit)[:2] == (at("2026-03-12 14:00"), at("2026-03-12 16:00"))
    assert balance(db_session) == (100, 100)
    given = drop("2026-03-12", at="14:00", engineer=cast.agent.id)
    assert "12 Mar 14:00–16:00, Ada Agent." in given.text
    by_form = drop("2026-03-13", htmx=False)
    assert by_form.status_code == 303
    assert "on=2026-03-13" in by_form.location


def test_a_leave_day_and_another_visit_are_refused_in_words_and_a_manager_gives_a_reason(
    drop, cast, visit, db_session
):
    with transaction():
        db.session.add(Leave(user_id=cast.engineer.id, from_on=date(2026, 3, 12), to_on=date(2026, 3, 13)))
    before = slot_of(visit)
    answer = drop("2026-03-12")
    assert answer.status_code == 422
    assert "Eno Engineer is on leave from 12 Mar to 13 Mar." in answer.text
    assert 'id="board"' in answer.text
    assert slot_of(visit) == before
    assert drop("2026-03-12", told="y", reason="I say so").status_code == 422, "an agent is no manager"
    assert drop("2026-03-12", by=cast.manager).status_code == 422, "no reason, no visit"
    assert slot_of(visit) == before
    assert balance(db_session) == (100, 100)
    assert drop("2026-03-12", by=cast.manager, reason="He offered to come").status_code == 200
    assert slot_of(visit)[0] == at("2026-03-12 09:00")


def test_nobody_is_sent_to_two_places_and_a_board_that_is_old_says_so(drop, cast, visit, climbed):
    other = climbed("2026-03-09 09:00", urgency=Urgency.CRITICAL)
    with told("2026-03-09 09:20"):
        second = plan(cast, other, "2026-03-12 10:00", "2026-03-12 12:00")
    answer = drop("2026-03-12")
    assert answer.status_code == 422
    assert f"Harbour Logistics then (V-{second}" in answer.text
    assert drop("2026-03-12", at="13:00").status_code == 200
    stale = drop("2026-03-13", version="1")
    assert stale.status_code == 422
    assert "Somebody else changed this visit meanwhile" in stale.text
    assert slot_of(visit)[0] == at("2026-03-12 13:00")


@pytest.mark.rule("SS-13")
def test_a_certificate_that_has_expired_by_that_day_keeps_the_engineer_away(drop, cast, visit):
    with transaction():
        db.session.add(Qualification(device_kind="terminal", name="Till electrician", must=True))
    answer = drop("2026-03-12", by=cast.manager, reason="never mind", told="y")
    assert answer.status_code == 422
    assert (
        f"{KINDS[DeviceKind.TERMINAL]} needs “Till electrician”, and nothing like it is noted for Eno Engineer."
        in answer.text
    )
    with transaction():
        db.session.add(
            Certificate(
                user_id=cast.engineer.id, name="till electrician", number="7", expires_on=date(2026, 3, 12)
            )
        )
    assert drop("2026-03-13").status_code == 422
    assert "is valid until 12 Mar only" in drop("2026-03-13").text
    assert drop("2026-03-12").status_code == 200
    assert slot_of(visit)[0] == at("2026-03-12 09:00")


@pytest.mark.rule("PC-07", "SS-09")
def test_a_visit_dragged_onto_a_holiday_stays_where_it_was(cast, tell, db_session, drop):
    from portal.contracts.service import buckets, rounds_ahead

    with told("2026-09-28 01:00"):
        rounds_ahead.plan(1, clock.now())
        buckets.keep(1, clock.now())
        rounds.keep(clock.now())
    tell("2026-09-28 09:00")
    number = db_session.scalar(
        select(Visit.number)
        .where(Visit.starts_at > at("2026-09-29 00:00"))
        .order_by(Visit.starts_at)
        .limit(1)
    )
    before = slot_of(number)
    answer = drop("2026-10-01", number=number, told="y")
    assert answer.status_code == 422
    assert "is a day off (public holiday) under the contract" in answer.text
    assert drop("2026-10-08", number=number, told="y").status_code == 422, "another week is another round"
    assert slot_of(number) == before
    assert balance(db_session, "2026-W40") == (100, 100)
    assert drop("2026-09-29", number=number).status_code == 200
    assert slot_of(number)[2:] == (cast.engineer.id, VisitStatus.SCHEDULED)
    assert balance(db_session, "2026-W40") == (100, 100)


@pytest.mark.databases("sqlite")
def test_the_board_is_a_few_statements_and_nobody_elses(cast, visit, as_user):
    from portal.dispatch.models import VisitTicket
    from portal.people.models import Contact, User

    first = held(visit)
    ticket_id = first.tickets[0].ticket_id
    with transaction():
        for n in range(30):
            contact = Contact(name=f"Engineer {n:02d}", created_at=clock.now())
            who = User(
                contact=contact, email=f"e{n}@portal.example", session_token="x", staff_role="engineer",
                created_at=clock.now(),
            )  # fmt: skip
            db.session.add(who)
            db.session.flush()
            for k in range(4):
                start = at(f"2026-03-{9 + (n + k) % 7:02d} {8 + 2 * k:02d}:00")
                more = Visit(
                    number=5000 + n * 10 + k, organisation_id=first.organisation_id, kind=first.kind, basis=first.basis,
                    status=VisitStatus.SCHEDULED, engineer_id=who.id, starts_at=start, ends_at=start, created_at=start,
                    changed_at=start,
                )  # fmt: skip
                db.session.add(more)
                db.session.flush()
                db.session.add(VisitTicket(visit_id=more.id, ticket_id=ticket_id))
    browser = as_user(cast.agent)
    browser.get("/desk/board?on=2026-03-11")
    with counted() as queries:
        page = browser.get("/desk/board?on=2026-03-11").text
    assert "V-5293" in page
    assert "Engineer 29" in page
    assert len(queries) <= 12, queries
    for who in (cast.owner, cast.client_manager, cast.stranger):
        for path in ("/desk/board", f"/desk/board/visits/{visit}", f"/desk/board/visits/{visit}/fit"):
            assert as_user(who).get(path).status_code == 404
        assert as_user(who).post(f"/desk/board/visits/{visit}").status_code == 404
