"""What staff do with held mail: a ticket, a note, a person, a reason, another reading; each does what it says, and once."""

from collections.abc import Callable
from typing import Any

import pytest

from portal.infra.db import db
from portal.infra.transaction import transaction
from portal.intake.models import InboundMessage
from portal.intake.rules.state import InboundState
from portal.kernel import refs
from portal.people.models import ContactEmail
from portal.tickets.rules.words import EntryKind
from tests.integration.intake.conftest import UNKNOWN, all_mail, all_tickets, newest, timeline
from tests.integration.intake.mails import mail
from tests.support.client import let_go

Take = Callable[[bytes], InboundMessage]


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
