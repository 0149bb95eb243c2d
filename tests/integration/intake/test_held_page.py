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
from portal.people.models import ContactEmail, OrganisationDomain
from portal.tickets.rules.words import EntryKind
from tests.integration.intake.conftest import all_mail, all_tickets, newest, timeline
from tests.integration.intake.mails import mail, with_files
from tests.support.client import let_go
from tests.support.databases import SECRET
from tests.support.queries import counted

Take = Callable[[bytes], InboundMessage]
UNKNOWN = {"sender": "Nora New <nora@elsewhere.example>", "message_id": "<n@elsewhere.example>"}


@pytest.fixture
def held(take_in: Take) -> InboundMessage:
    row = take_in(
        mail(
            "<p>Help <b>me</b></p><script>x()</script><img src='https://evil.example/p.gif'>",
            kind="text/html",
            **UNKNOWN,
        )
    )
    assert row.state is InboundState.HELD
    return row


@pytest.fixture
def agent(cast: Any, as_user: Callable[[Any], Any]) -> Any:
    return as_user(cast.agent)


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


def test_several_are_put_aside_for_one_reason(take_in: Take, agent: Any) -> None:
    rows = [take_in(mail(f"Buy {n}", **UNKNOWN | {"message_id": f"<{n}@e>"})).id for n in range(3)]
    refused = agent.post("/desk/mail/chosen", data={"chosen": rows[:2], "why": ""})
    assert refused.status_code == 422
    assert refused.text.count(" checked") == 2
    agent.post("/desk/mail/chosen", data={"chosen": rows[:2], "why": "Advertising"})
    let_go()
    states = [(row.state, row.detail) for row in all_mail()]
    assert states[:2] == [(InboundState.IGNORED, "Advertising")] * 2
    assert states[2][0] is InboundState.HELD
    again = agent.post(
        "/desk/mail/chosen", data={"chosen": rows, "why": "Advertising"}, follow_redirects=True
    )
    assert "2 messages had been dealt with" in again.text
    assert "1 message is put aside." in again.text


def test_several_are_read_again(take_in: Take, agent: Any, cast: Any, run_jobs: Any) -> None:
    rows = [take_in(mail(f"Help {n}", **UNKNOWN | {"message_id": f"<{n}@e>"})).id for n in range(2)]
    with transaction():
        db.session.add(ContactEmail(contact_id=cast.owner.contact_id, address="nora@elsewhere.example"))
    assert agent.post("/desk/mail/chosen", data={"chosen": rows, "do": "retry"}).status_code == 303
    run_jobs()
    assert {row.state for row in all_mail()} == {InboundState.TICKET}


def test_the_sender_becomes_a_person_of_the_organisation_that_staff_choose(
    held: InboundMessage, agent: Any, cast: Any
) -> None:
    page = agent.get(f"/desk/mail/{held.id}?organisation_id={cast.elm.id}").text
    assert "A new person: Nora New" in page
    form = {"organisation_id": cast.elm.id, "contact_id": -1, "subject": "Help"}
    assert agent.post(f"/desk/mail/{held.id}/ticket", data=form).status_code == 303
    [ticket] = all_tickets()
    assert (ticket.organisation_id, ticket.requester.name) == (cast.elm.id, "Nora New")
    [email] = ticket.requester.emails
    assert (email.address, email.verified_at) == ("nora@elsewhere.example", None)


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


def test_staff_make_a_ticket_of_it_for_a_person_of_their_choice(
    held: InboundMessage, agent: Any, cast: Any
) -> None:
    form = {
        "organisation_id": cast.harbour.id,
        "contact_id": cast.owner.contact_id,
        "subject": "Help for Wang",
    }
    assert agent.post(f"/desk/mail/{held.id}/ticket", data=form).status_code == 303
    [ticket] = all_tickets()
    assert (ticket.subject, ticket.requester_id, ticket.symptoms) == (
        "Help for Wang",
        cast.owner.contact_id,
        "Help me",
    )
    row = newest()
    assert (row.state, row.ticket_id, row.handled_by_id) == (InboundState.TICKET, ticket.id, cast.agent.id)


def test_a_person_of_another_organisation_is_refused_and_the_words_are_kept(
    held: InboundMessage, agent: Any, cast: Any
) -> None:
    form = {
        "organisation_id": cast.harbour.id,
        "contact_id": cast.stranger.contact_id,
        "subject": "Typed by hand",
    }
    answer = agent.post(f"/desk/mail/{held.id}/ticket", data=form)
    assert answer.status_code == 422
    assert "Typed by hand" in answer.text
    assert all_tickets() == []


@pytest.mark.both
def test_two_who_decide_at_once_make_one_ticket(held: InboundMessage, agent: Any, cast: Any) -> None:
    form = {"organisation_id": cast.harbour.id, "contact_id": cast.owner.contact_id, "subject": "x"}
    agent.post(f"/desk/mail/{held.id}/ticket", data=form)
    second = agent.post(f"/desk/mail/{held.id}/ticket", data=form)
    assert second.status_code == 422
    assert len(all_tickets()) == 1


def test_joining_a_strangers_mail_makes_an_internal_note(take_in: Take, agent: Any) -> None:
    take_in(mail())
    [ticket] = all_tickets()
    row = take_in(mail("I am the electrician", **UNKNOWN))
    answer = agent.post(f"/desk/mail/{row.id}/join", data={"number": refs.ticket_number(ticket.number)})
    assert answer.status_code == 303
    let_go()
    last = timeline(ticket.id)[-1]
    assert (last.kind, last.internal) == (EntryKind.NOTE, True)
    assert "I am the electrician" in last.text
    assert newest().state is InboundState.REPLY


def test_joining_a_colleagues_mail_makes_it_their_message(take_in: Take, agent: Any, cast: Any) -> None:
    take_in(mail())
    [ticket] = all_tickets()
    to = refs.reply_address(
        "a key for tests only, long enough to sign with", "support@portal.example", ticket.number
    )
    row = take_in(
        mail("I have the same", to=to, sender="colleague@harbour.example", message_id="<c@h.example>")
    )
    assert row.reason == "no_right_on_ticket"
    agent.post(f"/desk/mail/{row.id}/join", data={"number": str(ticket.number)})
    let_go()
    last = timeline(ticket.id)[-1]
    assert (last.text, last.contact_id, last.internal) == (
        "I have the same",
        cast.colleague.contact_id,
        False,
    )


@pytest.mark.parametrize("number", ["", "abc", "T-999999"])
def test_a_number_that_is_none_is_refused_with_a_sentence(
    held: InboundMessage, agent: Any, number: str
) -> None:
    answer = agent.post(f"/desk/mail/{held.id}/join", data={"number": number})
    assert answer.status_code == 422
    assert newest().state is InboundState.HELD


def test_a_refused_form_comes_back_as_its_fragment_to_htmx(held: InboundMessage, agent: Any) -> None:
    answer = agent.htmx("POST", f"/desk/mail/{held.id}/join", data={"number": "abc"})
    assert answer.status_code == 422
    assert answer.text.lstrip().startswith('<div id="mail-actions"')
    assert 'value="abc"' in answer.text


def test_putting_aside_needs_a_reason_and_keeps_it(held: InboundMessage, agent: Any) -> None:
    assert agent.post(f"/desk/mail/{held.id}/ignore", data={"why": "  "}).status_code == 422
    assert agent.post(f"/desk/mail/{held.id}/ignore", data={"why": "Advertising"}).status_code == 303
    let_go()
    row = newest()
    assert (row.state, row.reason, row.detail) == (InboundState.IGNORED, "by_staff", "Advertising")
    assert "Advertising" in agent.get(f"/desk/mail/{row.id}").text


def test_reading_again_finds_a_sender_who_was_added_since(
    held: InboundMessage, agent: Any, cast: Any, run_jobs: Any
) -> None:
    from portal.infra.db import db
    from portal.infra.transaction import transaction
    from portal.people.models import ContactEmail

    with transaction():
        db.session.add(ContactEmail(contact_id=cast.owner.contact_id, address="nora@elsewhere.example"))
    assert agent.post(f"/desk/mail/{held.id}/retry").status_code == 303
    run_jobs()
    let_go()
    row = newest()
    assert (row.state, row.reason) == (InboundState.TICKET, None)


def test_an_unreadable_mail_can_become_a_ticket_with_its_original(
    take_in: Take, agent: Any, cast: Any
) -> None:
    row = take_in(mail("x", "X-Long: " + "y" * 70_000))
    assert row.state is InboundState.HELD
    assert agent.get(f"/desk/mail/{row.id}").status_code == 200
    form = {"organisation_id": cast.harbour.id, "contact_id": cast.owner.contact_id, "subject": "Unreadable"}
    assert agent.post(f"/desk/mail/{row.id}/ticket", data=form).status_code == 303
    [ticket] = all_tickets()
    assert ticket.subject == "Unreadable"
    assert len(all_mail()) == 1


def test_what_is_not_there_is_a_404(agent: Any, cast: Any) -> None:
    for path in ADDRESSES[1:]:
        assert agent.get("/desk/mail" + path.format(id=99)).status_code == 404
