"""Leave, certificates and skills: who writes and sees them, what is refused, and that an end is told once."""

from datetime import date

import pytest
from sqlalchemy import func, select

from portal.dispatch.models import Certificate, Leave, Qualification
from portal.dispatch.service import crew
from portal.infra.transaction import transaction
from portal.notify.models import Delivery
from tests.integration.dispatch.test_board import drop, visit, weekly

__all__ = ["drop", "visit", "weekly"]
pytestmark = pytest.mark.databases("sqlite")


def mails(db_session):
    query = select(Delivery.address).where(Delivery.subject.like("%Lift licence%")).order_by(Delivery.address)
    return db_session.scalars(query).all()


def test_leave_is_written_once_names_the_visits_in_it_and_closes_the_days(
    drop, as_user, cast, visit, db_session
):
    desk, page = as_user(cast.manager), f"/desk/crew/{cast.engineer.id}"
    wrong = desk.post(
        f"{page}/leave", data={"from_on": "2026-03-12", "to_on": "2026-03-11", "reason": "a course"}
    )
    assert wrong.status_code == 422
    assert "The last day lies before the first one." in wrong.text
    assert "a course" in wrong.text, "what was typed stays"
    days = {"from_on": "2026-03-11", "to_on": "2026-03-12"}
    shown = desk.post(f"{page}/leave", data=days, follow_redirects=True)
    assert f"V-{visit} is planned on these days" in shown.text
    again = desk.post(f"{page}/leave", data={"from_on": "2026-03-12", "to_on": "2026-03-13"})
    assert "Leave is written for some of these days already." in again.text
    assert db_session.scalar(select(func.count()).select_from(Leave)) == 1
    assert drop("2026-03-12").status_code == 422
    board = as_user(cast.agent).get("/desk/board?on=2026-03-11").text
    assert "On leave" in board
    leave = db_session.scalar(select(Leave.id))
    assert desk.post(f"/desk/crew/{cast.agent.id}/leave/{leave}/remove").status_code == 404
    assert desk.post(f"{page}/leave/{leave}/remove").status_code == 303
    assert drop("2026-03-12").status_code == 200


@pytest.mark.rule("SS-13")
def test_the_end_of_a_certificate_is_listed_and_told_once_and_a_new_end_anew(
    as_user, cast, run_jobs, db_session
):
    desk, page = as_user(cast.manager), f"/desk/crew/{cast.engineer.id}"
    paper = {"name": "Lift licence", "number": "T-77", "kind": "lift", "issued_on": "2026-01-01"}
    faulty = desk.post(f"{page}/certificates", data=paper | {"expires_on": "2025-01-01"})
    assert faulty.status_code == 422
    assert "It ends before it was issued." in faulty.text
    assert "T-77" in faulty.text
    assert desk.post(f"{page}/certificates", data=paper | {"expires_on": "2026-05-08"}).status_code == 303
    for today, told in ((date(2026, 3, 8), 0), (date(2026, 3, 9), 1), (date(2026, 3, 10), 0)):
        with transaction():
            assert crew.watch_certificates(today) == told
    run_jobs()
    told = sorted([cast.engineer.email, cast.manager.email])
    assert mails(db_session) == told
    assert desk.post(
        f"{page}/certificates", data=paper | {"name": "lift Licence", "expires_on": "2026-05-09"}
    )
    assert db_session.scalar(select(func.count()).select_from(Certificate)) == 1
    with transaction():
        assert crew.watch_certificates(date(2026, 3, 11)) == 1
    run_jobs()
    assert len(mails(db_session)) == 2 * len(told)


def test_needs_are_written_by_managers_and_own_papers_are_read_by_oneself(as_user, cast, db_session, weekly):
    desk = as_user(cast.manager)
    for must in ("y", ""):
        data = {"kind": "lift", "name": "Lift licence"} | ({"must": must} if must else {})
        assert desk.post("/desk/crew/needs", data=data).status_code == 303
    assert db_session.execute(select(Qualification.name, Qualification.must)).all() == [
        ("Lift licence", False)
    ]
    assert desk.post("/desk/crew/needs", data={"kind": "lift", "name": ""}).status_code == 422
    assert "Lift licence" in desk.get("/desk/crew").text
    mine, hers = f"/desk/crew/{cast.engineer.id}", f"/desk/crew/{cast.agent.id}"
    engineer = as_user(cast.engineer)
    assert "No leave is written down." in engineer.get(mine).text
    assert "Write the leave down" not in engineer.get(mine).text
    assert engineer.get(hers).status_code == 404
    for path in ("/desk/crew/needs", f"{mine}/leave", f"{mine}/certificates"):
        assert engineer.post(path, data={}).status_code == 403
    assert engineer.get("/desk/crew").status_code == 403
    for who in (cast.owner, cast.client_manager, cast.stranger):
        for path in ("/desk/crew", mine):
            assert as_user(who).get(path).status_code == 404
