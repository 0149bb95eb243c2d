"""Events of tickets become one mail a person, in that person's language."""

from collections.abc import Callable
from typing import Any

import pytest

from portal.infra.db import db
from portal.infra.transaction import transaction
from portal.kernel import clock
from portal.notify.handlers import tickets as handlers
from portal.notify.models import DeliveryState, Reason
from portal.people.models import Contact, Membership
from portal.tickets.events import TicketOpened
from portal.tickets.models.ticket import Ticket
from portal.tickets.rules.words import Channel, ClosureCode, Outcome, Status, Urgency
from portal.tickets.service import conversation, following, status, work
from portal.tickets.service.record import Words
from tests.cast import Cast, actor
from tests.integration.notify.conftest import Open, all_due, deliveries, told

Act = Callable[..., Any]
Run = Callable[[], int]


def test_a_new_request_is_acknowledged_to_the_requester_in_chinese_and_told_to_the_participant_in_english(
    open_ticket: Open, cast: Cast, run_jobs: Run
) -> None:
    ticket = open_ticket(by=cast.agent, participant_ids=[cast.colleague.contact_id])
    run_jobs()
    assert told(ticket) == {
        ("王小明", "ticket_opened_to_client"),
        ("Li Na", "ticket_opened_to_participant"),
    }
    by_person = {d.contact.name: d for d in deliveries()}
    assert by_person["王小明"].language == "zh_Hans"
    assert 'lang="zh-Hans"' in by_person["王小明"].html
    assert 'lang="en"' in by_person["Li Na"].html
    assert f"raised the request T-{ticket.number}" in by_person["Li Na"].text
    assert f"http://portal.test/requests/{ticket.number}" in by_person["Li Na"].text


def test_one_acknowledgement_a_request_however_often_the_handler_runs(
    open_ticket: Open, run_jobs: Run
) -> None:
    ticket = open_ticket()
    run_jobs()
    event = TicketOpened(ticket.id, ticket.last_entry_id)
    for _again in range(3):
        with transaction():
            handlers.ticket_opened({"ticket_id": event.ticket_id, "entry_id": event.entry_id})
        run_jobs()
    [only] = deliveries()
    assert (only.message, only.attempts) == ("ticket_opened_to_client", 1)


def test_an_acknowledgement_of_a_mail_repeats_none_of_its_words(open_ticket: Open, run_jobs: Run) -> None:
    open_ticket("Cheap pills at evil.example", text="Buy them at evil.example", channel=Channel.MAIL)
    run_jobs()
    [only] = deliveries()
    assert only.auto_submitted == "auto-replied"
    assert "evil.example" not in only.subject + only.text + only.html


def test_an_address_gets_only_so_many_acknowledgements_an_hour_and_the_rest_is_seen_as_withheld(
    open_ticket: Open, run_jobs: Run
) -> None:
    for n in range(12):
        open_ticket(f"Request {n}")
    run_jobs()
    rows = deliveries()
    assert [d.state for d in rows] == [DeliveryState.KEPT] * 10 + [DeliveryState.WITHHELD] * 2
    assert {d.reason for d in rows[10:]} == {Reason.TOO_MANY}


def test_staff_hear_of_an_urgent_request_and_of_no_other(
    open_ticket: Open, cast: Cast, run_jobs: Run
) -> None:
    calm = open_ticket()
    urgent = open_ticket(urgency=Urgency.CRITICAL)
    run_jobs()
    assert {m for _name, m in told(calm)} == {"ticket_opened_to_client"}
    assert told(urgent) == {
        ("王小明", "ticket_opened_to_client"),
        ("Ada Agent", "ticket_opened_to_staff"),
        ("Mia Manager", "ticket_opened_to_staff"),
    }


def test_a_reply_goes_in_full_to_requester_and_participants_and_to_nobody_else(
    open_ticket: Open, act: Act, cast: Cast, run_jobs: Run
) -> None:
    ticket = open_ticket(follow=[cast.colleague])
    run_jobs()
    act(conversation.reply, cast.agent, ticket, Words("First line.\n\nPlug it in <now> & wait."))
    run_jobs()
    replies = deliveries(message="staff_replied_to_client")
    assert {d.contact.name for d in replies} == {"王小明", "Li Na"}
    for row in replies:
        assert "First line.\n\nPlug it in <now> & wait." in row.text
        assert "Plug it in &lt;now&gt; &amp; wait." in row.html
        assert row.auto_submitted is None


def test_the_text_of_an_internal_note_is_in_no_mail(
    open_ticket: Open, act: Act, cast: Cast, run_jobs: Run
) -> None:
    ticket = open_ticket(follow=[cast.colleague])
    act(conversation.add_note, cast.agent, ticket, Words("He owes us MONEYSECRET."))
    note_id = db.session.get_one(Ticket, ticket.id).last_entry_id
    act(conversation.reply, cast.agent, ticket, Words("We come."))
    act(status.resolve, cast.agent, ticket, ClosureCode.ANSWERED, Words("Done."))
    run_jobs()
    with transaction():  # even an event that names the note
        for handler in (handlers.staff_replied, handlers.ticket_resolved, handlers.ticket_waits_for_client):
            handler({"ticket_id": ticket.id, "entry_id": note_id})
    run_jobs()
    rows = deliveries()
    assert len(rows) == 6
    assert all("MONEYSECRET" not in d.subject + d.text + d.html for d in rows)


def test_who_was_removed_or_left_or_has_no_address_gets_nothing(
    open_ticket: Open, act: Act, cast: Cast, run_jobs: Run
) -> None:
    ticket = open_ticket(follow=[cast.colleague, cast.client_manager])
    run_jobs()
    act(following.remove_participant, cast.agent, ticket, cast.colleague.contact_id)
    with transaction():
        for membership in db.session.get_one(Contact, cast.client_manager.contact_id).memberships:
            db.session.get_one(Membership, membership.id).active = False
        owner = db.session.get_one(Contact, cast.owner.contact_id)
        db.session.delete(owner.emails[0])
    act(conversation.reply, cast.agent, ticket, Words("We come."))
    run_jobs()
    assert deliveries(message="staff_replied_to_client") == []


def test_one_who_is_removed_while_the_mail_waits_does_not_get_it(
    open_ticket: Open, act: Act, cast: Cast, run_jobs: Run, through: Any
) -> None:
    ticket = open_ticket(follow=[cast.colleague])
    run_jobs()
    through.refuse("451 4.3.0 later", times=2)
    act(conversation.reply, cast.agent, ticket, Words("We come."))
    run_jobs()
    act(following.remove_participant, cast.agent, ticket, cast.colleague.contact_id)
    all_due()
    run_jobs()
    states = {d.contact.name: (d.state, d.reason) for d in deliveries(message="staff_replied_to_client")}
    assert states == {
        "王小明": (DeliveryState.SENT, None),
        "Li Na": (DeliveryState.WITHHELD, Reason.MAY_NOT_SEE),
    }


def test_the_assignee_reads_what_the_client_writes(
    open_ticket: Open, act: Act, cast: Cast, run_jobs: Run
) -> None:
    ticket = open_ticket()
    act(conversation.add_client_message, cast.owner, ticket, Words("Anybody there?"))
    run_jobs()
    assert deliveries(message="client_wrote_to_staff") == []
    act(lambda a, t: status.assign(t, a, cast.engineer.id), cast.agent, ticket)
    act(conversation.add_client_message, cast.owner, ticket, Words("It smokes now."))
    run_jobs()
    assert {(d.contact.name, d.message) for d in deliveries() if d.message.endswith("_to_staff")} == {
        ("Eno Engineer", "ticket_assigned_to_staff"),
        ("Eno Engineer", "client_wrote_to_staff"),
    }
    [mail] = deliveries(message="client_wrote_to_staff")
    assert "It smokes now." in mail.text
    assert f"http://portal.test/desk/tickets/{ticket.number}" in mail.text


def test_who_takes_a_ticket_is_not_told_so_and_who_gets_it_back_is_told_again(
    open_ticket: Open, act: Act, cast: Cast, run_jobs: Run
) -> None:
    ticket = open_ticket()
    for by, to in (
        (cast.agent, cast.agent),
        (cast.agent, cast.engineer),
        (cast.agent, cast.agent),
        (cast.agent, cast.engineer),
    ):
        act(lambda a, t, to=to: status.assign(t, a, to.id), by, ticket)
        run_jobs()
    assert [d.contact.name for d in deliveries(message="ticket_assigned_to_staff")] == ["Eno Engineer"] * 2


def test_a_ticket_that_changes_hands_tells_both_and_why(
    open_ticket: Open, act: Act, cast: Cast, run_jobs: Run
) -> None:
    ticket = open_ticket()
    act(lambda a, t: status.assign(t, a, cast.engineer.id), cast.agent, ticket)
    run_jobs()
    act(lambda a, t: status.hand_over(t, a, cast.agent.id, None, reason="Eno is ill"), cast.manager, ticket)
    run_jobs()
    [lost] = deliveries(message="ticket_handed_over_to_staff")
    assert lost.contact.name == "Eno Engineer"
    assert "no longer to you" in lost.text
    gained = next(
        d for d in deliveries(message="ticket_assigned_to_staff") if d.contact_id == cast.agent.contact_id
    )
    assert "says why: Eno is ill" in lost.text
    assert "says why: Eno is ill" in gained.text
    act(lambda a, t: status.hand_over(t, a, None, None, reason="My day is over"), cast.agent, ticket)
    run_jobs()
    assert len(deliveries(message="ticket_handed_over_to_staff")) == 1


def test_a_question_names_what_is_waited_for_and_the_solution_asks_to_confirm_within_seven_days(
    open_ticket: Open, act: Act, cast: Cast, run_jobs: Run
) -> None:
    ticket = open_ticket(follow=[cast.colleague])
    act(
        status.wait,
        cast.agent,
        ticket,
        Status.WAITING_CUSTOMER,
        "the serial number",
        Words("Please look at the back."),
    )
    run_jobs()
    mail = next(d for d in deliveries(message="ticket_waits_for_client") if d.language == "en")
    assert "waits for this: the serial number" in mail.text
    assert "Please look at the back." in mail.text
    act(status.resolve, cast.agent, ticket, ClosureCode.ANSWERED, Words("A new fuse."))
    run_jobs()
    mail = next(d for d in deliveries(message="ticket_resolved_to_client") if d.language == "en")
    assert "A new fuse." in mail.text
    assert "If we hear nothing for 7 days, we close the request." in mail.text


def test_silence_that_closes_is_told_and_a_confirmation_is_not(
    open_ticket: Open, act: Act, cast: Cast, run_jobs: Run
) -> None:
    confirmed, silent = open_ticket("One"), open_ticket("Two")
    for ticket in (confirmed, silent):
        act(status.resolve, cast.agent, ticket, ClosureCode.ANSWERED, Words("Done."))
    act(status.confirm, cast.owner, confirmed)
    with transaction():
        status.close_silent(actor(cast.agent), clock.now() + status.SILENCE_CLOSES_AFTER)
    run_jobs()
    [mail] = deliveries(message="ticket_closed_to_client")
    assert mail.ticket_id == silent.id


def test_a_reply_that_reopens_tells_its_writer_and_the_assignee_once(
    open_ticket: Open, act: Act, cast: Cast, run_jobs: Run
) -> None:
    ticket = open_ticket()
    act(status.resolve, cast.agent, ticket, ClosureCode.ANSWERED, Words("Done."))
    run_jobs()
    before = {d.id for d in deliveries()}
    act(conversation.add_client_message, cast.owner, ticket, Words("Dead again."))
    run_jobs()
    new = [d for d in deliveries() if d.id not in before]
    assert sorted((d.contact.name, d.message) for d in new) == [
        ("Ada Agent", "ticket_reopened_to_staff"),
        ("王小明", "ticket_reopened_to_client"),
    ]
    assert "Dead again." in next(d.text for d in new if d.contact.name == "Ada Agent")


def test_a_withdrawal_tells_the_other_side_with_its_reason(
    open_ticket: Open, act: Act, cast: Cast, run_jobs: Run
) -> None:
    by_client, by_staff = open_ticket("One"), open_ticket("Two", follow=[cast.colleague])
    act(conversation.reply, cast.agent, by_client, Words("We come."))
    act(status.cancel, cast.owner, by_client, "found the cable")
    act(status.cancel, cast.agent, by_staff, "the same as the other")
    run_jobs()
    assert [d.contact.name for d in deliveries(message="ticket_cancelled_to_staff")] == ["Ada Agent"]
    mails = deliveries(message="ticket_cancelled_to_client")
    assert {d.ticket_id for d in mails} == {by_staff.id}
    assert "Ada Agent has withdrawn it: the same as the other" in next(
        d.text for d in mails if d.language == "en"
    )


def test_advice_of_a_call_is_mailed_when_the_client_is_to_have_it(
    open_ticket: Open, act: Act, cast: Cast, run_jobs: Run
) -> None:
    ticket = open_ticket(follow=[cast.colleague])
    advice = "Hold the button for ten seconds."
    call = work.Work(clock.now(), 5, Outcome.CLIENT_TRIES, symptom="dead", advice=advice, tell_client=True)
    act(work.log_call, cast.agent, ticket, call)
    run_jobs()
    mail = next(d for d in deliveries(message="staff_replied_to_client") if d.language == "en")
    assert "What Ada Agent advised" in mail.text
    assert advice in mail.text


@pytest.mark.parametrize("subject", ["{{ 7*7 }} <script>alert(1)</script> 100%", "%(name)s %s"])
def test_what_a_client_types_is_text_in_every_mail(
    subject: str, open_ticket: Open, act: Act, cast: Cast, run_jobs: Run
) -> None:
    ticket = open_ticket(subject, follow=[cast.colleague])
    act(conversation.reply, cast.agent, ticket, Words("Yes"))
    run_jobs()
    mail = next(d for d in deliveries(message="staff_replied_to_client") if d.language == "en")
    assert mail.subject == f"[T-{ticket.number}] {subject}"
    assert subject in mail.text
    assert "<script>" not in mail.html
