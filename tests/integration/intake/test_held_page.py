"""The page of incoming mail: staff alone see it, and each of its actions does what it says."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from portal.infra.db import db
from portal.infra.transaction import transaction
from portal.intake.models import InboundMessage
from portal.intake.rules.state import InboundState
from portal.kernel import clock, refs
from portal.people.models import OrganisationDomain
from tests.integration.intake.conftest import UNKNOWN, all_mail, all_tickets, newest
from tests.integration.intake.mails import mail, with_files
from tests.support.databases import SECRET
from tests.support.queries import counted

Take = Callable[[bytes], InboundMessage]


ADDRESSES = ["", "/{id}", "/{id}/frame", "/{id}/original", "/{id}/files/1"]
ACTIONS = ["/{id}/ticket", "/{id}/join", "/{id}/ignore", "/{id}/retry"]


@pytest.mark.parametrize("who", ["owner", "client_manager", "stranger"])
def test_no_client_sees_or_does_anything_here(
    held: InboundMessage, cast: Any, as_user: Any, who: str
) -> None:
    browser = as_user(getattr(cast, who))
    for path in ADDRESSES:
        assert browser.get("/desk/mail" + path.format(id=held.id)).status_code == 404
    for path in ACTIONS:
        assert (
            browser.post(
                "/desk/mail" + path.format(id=held.id), data={"why": "x", "number": "1001"}
            ).status_code
            == 404
        )
    assert newest().state is InboundState.HELD


def test_a_visitor_is_asked_to_sign_in(held: InboundMessage, client: Any) -> None:
    assert client.get("/desk/mail").status_code == 303


def test_the_list_names_sender_subject_and_reason(held: InboundMessage, agent: Any) -> None:
    page = agent.get("/desk/mail").text
    assert "Nora New" in page
    assert "nora@elsewhere.example" in page
    assert "We do not know this sender." in page


def test_the_account_of_the_day_is_a_sum(take_in: Take, agent: Any) -> None:
    take_in(mail())
    take_in(mail("More", "In-Reply-To: <first@harbour.example>", message_id="<2@h.example>"))
    take_in(mail(**UNKNOWN))
    take_in(mail("Away", "Auto-Submitted: auto-replied", message_id="<3@h.example>"))
    page = agent.get("/desk/mail").text
    assert figures_of(page)[0] == [4, 1, 1, 1, 1]
    assert all(row[0] == sum(row[1:]) for row in figures_of(page))


def figures_of(page: str) -> list[list[int]]:
    """The rows of the account: received, tickets, replies, held, put aside."""
    account = page.partition('id="mail-account"')[2]
    rows = re.findall(r"<tr>(.*?)</tr>", account, re.DOTALL)
    return [f for row in rows if (f := [int(n) for n in re.findall(r">(?:<b>)?(\d+)<", row)])]


def test_the_account_of_the_last_days_is_also_by_mailbox(take_in: Take, agent: Any) -> None:
    first = take_in(mail())
    second = take_in(mail(**UNKNOWN))
    with transaction():
        mails = {row.id: row for row in all_mail()}
        mails[first.id].received_at = clock.now() - timedelta(days=2)
        mails[second.id].mailbox_name = "printers"
    page = agent.get("/desk/mail").text
    by_day, by_box = figures_of(page)[:7], figures_of(page)[7:]
    assert [row[0] for row in by_day] == [1, 0, 1, 0, 0, 0, 0]
    assert by_box == [[1, 0, 0, 1, 0], [1, 1, 0, 0, 0]]


def test_the_domain_names_the_likely_organisation(held: InboundMessage, agent: Any, cast: Any) -> None:
    with transaction():
        db.session.add(
            OrganisationDomain(
                organisation_id=cast.elm.id, domain="elsewhere.example", verified_at=clock.now()
            )
        )
    page = agent.get(f"/desk/mail/{held.id}").text
    assert "The address belongs to the domain of Elm Dental." in page
    assert re.search(rf'<option selected value="{cast.elm.id}">', page)


def test_a_tickets_page_names_the_held_mail_that_claims_it(take_in: Take, agent: Any) -> None:
    take_in(mail())
    [ticket] = all_tickets()
    to = refs.reply_address(SECRET, "support@portal.example", ticket.number)
    take_in(mail("I am the electrician", to=to, **UNKNOWN))
    panel = agent.htmx("GET", f"/desk/mail/claims/{ticket.number}").text
    assert "nora@elsewhere.example" in panel
    assert f"/desk/mail/claims/{ticket.number}" in agent.get(f"/desk/tickets/{ticket.number}").text
    assert "nora@" not in agent.get(f"/desk/mail/claims/{ticket.number + 1}").text


def test_every_page_of_the_desk_counts_what_waits(held: InboundMessage, agent: Any, cast: Any) -> None:
    for path in (
        "/desk/queue",
        "/desk/organisations",
        "/desk/outgoing",
        f"/desk/contacts/{cast.owner.contact_id}",
    ):
        assert '<span>Held mail</span><span class="count hot">1</span>' in agent.get(path).text, path


def test_the_list_asks_the_same_number_of_queries_for_one_row_and_for_many(take_in: Take, agent: Any) -> None:
    take_in(mail(**UNKNOWN))
    with counted() as one:
        agent.get("/desk/mail?view=all")
    for number in range(6):
        take_in(mail(f"Again {number}"))
    with counted() as many:
        agent.get("/desk/mail?view=all")
    assert len(many) <= len(one) + 1  # the tickets' numbers, once there are any
    assert len(many) <= 12, str(many)


def test_a_long_list_goes_on_on_the_next_page(app: Any, cast: Any, agent: Any, run_jobs: Any) -> None:
    from portal.intake.doors.taking import accept

    for number in range(42):
        accept(
            mail(
                f"No {number}",
                sender="nora@elsewhere.example",
                subject=f"Subject {number:02}",
                message_id=f"<{number}@e>",
            ),
            "pipe",
        )
    run_jobs()
    first = agent.get("/desk/mail").text
    assert "Subject 41" in first
    assert "Subject 00" not in first
    following = re.search(r'href="([^"]*before=\d+[^"]*)"', first)
    assert following
    assert "Subject 00" in agent.get(following.group(1).replace("&amp;", "&")).text


def test_the_message_page_says_why_and_shows_each_step(held: InboundMessage, agent: Any) -> None:
    page = agent.get(f"/desk/mail/{held.id}").text
    assert "We do not know this sender." in page
    assert "Do we know the sender?" in page
    assert f"/desk/mail/{held.id}/frame" in page
    assert "<b>me</b>" not in page


def test_the_frame_is_sanitised_and_has_its_own_policy(held: InboundMessage, agent: Any) -> None:
    answer = agent.get(f"/desk/mail/{held.id}/frame")
    assert "<b>me</b>" in answer.text
    assert "x()" not in answer.text
    assert "evil.example" not in answer.text
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("sandbox")
    assert "default-src 'none'" in policy


def test_pictures_of_other_servers_come_when_staff_ask_for_them(held: InboundMessage, agent: Any) -> None:
    path = f"/desk/mail/{held.id}/frame?pictures=1"
    assert f'href="{path}"' in agent.get(f"/desk/mail/{held.id}").text
    answer = agent.get(path)
    assert "https://evil.example/p.gif" in answer.text
    assert "https: http:" in answer.headers["Content-Security-Policy"]


def test_an_invitation_is_shown_with_its_time_and_place(take_in: Take, agent: Any) -> None:
    meeting = (
        "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\nUID:1\r\nSUMMARY:Review\r\nDTSTART:20261103T020000Z\r\n"
        "DTEND:20261103T030000Z\r\nLOCATION:Room 5\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )
    row = take_in(mail(meeting, kind="text/calendar; method=REQUEST", **UNKNOWN))
    page = agent.get(f"/desk/mail/{row.id}").text
    for words in (
        "Invitation: Review",
        "2026-11-03 10:00 – 11:00 (Asia/Shanghai)",
        "Where: Room 5",
        "invite.ics",
    ):
        assert words in page


def test_the_original_downloads_as_it_came(held: InboundMessage, agent: Any) -> None:
    answer = agent.get(f"/desk/mail/{held.id}/original")
    assert answer.data == mail(
        "<p>Help <b>me</b></p><script>x()</script><img src='https://evil.example/p.gif'>",
        kind="text/html",
        **UNKNOWN,
    )
    assert answer.headers["Content-Disposition"].startswith("attachment")
    answer.close()


def test_an_html_attachment_downloads_and_is_never_shown(take_in: Take, agent: Any) -> None:
    row = take_in(with_files("see", [("page.html", b"<script>alert(1)</script>")], **UNKNOWN))
    answer = agent.get(f"/desk/mail/{row.id}/files/1")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.mimetype == "application/octet-stream"
    assert agent.get(f"/desk/mail/{row.id}/files/2").status_code == 404


def test_what_is_not_there_is_a_404(agent: Any, cast: Any) -> None:
    for path in ADDRESSES[1:]:
        assert agent.get("/desk/mail" + path.format(id=99)).status_code == 404
