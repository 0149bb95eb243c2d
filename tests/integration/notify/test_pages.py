"""The page of outgoing mail, one mail, a ticket's mails: for staff alone, in few statements however long the list is."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from portal.infra import jobs
from portal.infra.db import db
from portal.infra.transaction import transaction
from portal.kernel import clock
from portal.notify.models import Delivery, DeliveryState
from tests.cast import Cast
from tests.integration.notify.conftest import Open, deliveries
from tests.support.queries import counted

Run = Callable[[], int]
AsUser = Callable[..., Any]


def fill(cast: Cast, ticket_id: int | None, count: int, state: DeliveryState = DeliveryState.SENT) -> None:
    with transaction():
        db.session.add_all(
            Delivery(
                cause=f"made:{state}:{n}", message="staff_replied_to_client", ticket_id=ticket_id,
                contact_id=cast.owner.contact_id, address="owner@harbour.example", language="en",
                message_id=f"<made.{state}.{n}@x>", subject=f"Made {n}", text="Text", html="<html><head></head>Text</html>",
                state=state, attempts=1, created_at=clock.now(),
            )
            for n in range(count)
        )  # fmt: skip


def test_the_list_goes_on_by_key_and_costs_the_same_however_long_it_is(cast: Cast, as_user: AsUser) -> None:
    fill(cast, None, 60)
    browser = as_user(cast.agent)
    with counted() as few:
        first = browser.get("/desk/outgoing").text
    assert len(few) <= 6, str(few)
    assert "Made 59" in first
    assert "Made 9<" not in first
    oldest_shown = deliveries()[10].id
    assert f"before={oldest_shown}" in first
    second = browser.get(f"/desk/outgoing?before={oldest_shown}").text
    assert "Made 9<" in second
    assert "Made 10<" not in second


def test_the_failed_ones_can_be_asked_for_and_an_empty_list_says_what_would_be_here(
    cast: Cast, as_user: AsUser
) -> None:
    fill(cast, None, 2)
    browser = as_user(cast.agent)
    assert "Everything left" in browser.get("/desk/outgoing?view=failed").text
    fill(cast, None, 1, DeliveryState.FAILED)
    page = browser.get("/desk/outgoing?view=failed").text
    assert page.count(">Made ") == 1
    assert "Everything left" not in page


def test_a_mail_is_shown_in_a_frame_that_can_do_nothing(
    open_ticket: Open, cast: Cast, run_jobs: Run, as_user: AsUser
) -> None:
    open_ticket()
    run_jobs()
    [row] = deliveries()
    browser = as_user(cast.agent)
    page = browser.get(f"/desk/outgoing/{row.id}")
    assert row.subject in page.text
    assert 'sandbox="allow-popups allow-popups-to-escape-sandbox"' in page.text
    frame = browser.get(f"/desk/outgoing/{row.id}/frame")
    policy = frame.headers["Content-Security-Policy"]
    assert policy.startswith("sandbox allow-popups")
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert f"T-{row.ticket.number}" in frame.text


def test_a_tickets_mails_are_a_fragment_for_htmx_and_a_page_without(
    open_ticket: Open, cast: Cast, run_jobs: Run, as_user: AsUser
) -> None:
    ticket, other = open_ticket(), open_ticket("Another matter")
    address = f"/desk/tickets/{ticket.number}/deliveries"
    run_jobs()
    browser = as_user(cast.agent)
    with counted() as few:
        fragment = browser.htmx("GET", address).text
    assert len(few) <= 5, str(few)
    assert fragment.strip().startswith('<div id="ticket-deliveries"')
    mine, others = deliveries(ticket_id=ticket.id)[0].id, deliveries(ticket_id=other.id)[0].id
    assert f"/desk/outgoing/{mine}" in fragment
    assert f'/desk/outgoing/{others}"' not in fragment
    assert "<h1" in browser.get(address).text


def test_for_a_client_none_of_it_exists(
    open_ticket: Open, cast: Cast, run_jobs: Run, as_user: AsUser
) -> None:
    ticket = open_ticket()
    run_jobs()
    [row] = deliveries()
    one = f"/desk/outgoing/{row.id}"
    addresses = ["/desk/outgoing", one, f"{one}/frame", f"/desk/tickets/{ticket.number}/deliveries"]
    for user in (cast.owner, cast.stranger):
        browser = as_user(user)
        assert {browser.get(address).status_code for address in addresses} == {404}
        assert browser.post(f"/desk/outgoing/{row.id}/retry").status_code == 404


@pytest.mark.parametrize(
    "address", ["/desk/outgoing/999999", "/desk/outgoing/999999/frame", "/desk/tickets/999999/deliveries"]
)
def test_what_is_not_there_is_404_for_staff_too(address: str, cast: Cast, as_user: AsUser) -> None:
    assert as_user(cast.agent).get(address).status_code == 404


def test_a_mail_that_left_is_not_sent_again_and_the_page_says_so(cast: Cast, as_user: AsUser) -> None:
    fill(cast, None, 1)
    [row] = deliveries()
    browser = as_user(cast.agent)
    page = browser.post(f"/desk/outgoing/{row.id}/retry", follow_redirects=True).text
    assert "Only a mail that could not be sent can be tried again." in page
    assert db.session.scalars(select(jobs.Job)).all() == []


def test_work_that_gave_up_is_seen_by_staff_and_started_anew_by_an_administrator(
    cast: Cast, as_user: AsUser
) -> None:
    with transaction():
        jobs.enqueue("notify.send", {"delivery_id": 0})
        job = db.session.scalars(select(jobs.Job)).one()
        job.state, job.attempts, job.last_error = (
            jobs.JobState.DEAD,
            8,
            "Traceback\nOSError: the disk is full",
        )
        job_id = job.id
    for user, may in ((cast.agent, False), (cast.administrator, True)):
        page = as_user(user).get("/desk/outgoing").text
        assert "OSError: the disk is full" in page
        assert (f"/desk/jobs/{job_id}/retry" in page) is may
    assert as_user(cast.agent).post(f"/desk/jobs/{job_id}/retry").status_code == 403
    assert as_user(cast.administrator).post(f"/desk/jobs/{job_id}/retry").status_code == 303
    assert db.session.get_one(jobs.Job, job_id, populate_existing=True).state is jobs.JobState.WAITING
    assert as_user(cast.administrator).post(f"/desk/jobs/{job_id}/retry").status_code == 404
