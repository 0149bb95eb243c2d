"""A ticket goes on as another one: where replies arrive, who sees what, what ends, and the way back."""

from datetime import timedelta

import pytest

from portal.infra.db import db
from portal.infra.transaction import transaction
from portal.intake.doors.taking import accept
from portal.intake.models import InboundMessage
from portal.intake.rules.state import InboundState
from portal.kernel import clock
from portal.kernel.actor import SYSTEM
from portal.kernel.errors import NotFound, Refused
from portal.tickets.models.operations import TicketMerge
from portal.tickets.models.ticket import Ticket, TimelineEntry
from portal.tickets.queries import merged
from portal.tickets.rules.words import ClosureCode, Status
from portal.tickets.service import conversation, following, merging
from portal.tickets.service.record import Words, remember_message_id
from tests.integration.tickets import opened
from tests.support.queries import counted

pytestmark = pytest.mark.both


def merge(cast, number, into):
    with transaction():
        found = merged.locked(opened.actor(cast.agent), {number, into})
        merging.merge(opened.actor(cast.agent), found[number], found[into])


def undo(cast, number):
    with transaction():
        actor = opened.actor(cast.agent)
        end = merged.goes_on_as(actor, number)
        found = merged.locked(actor, {number, end})
        merging.undo(actor, found[number], found[end])


@pytest.fixture
def pair(cast):
    """The colleague's ticket and the owner's about the same matter."""
    return opened.ticket(cast, cast.colleague, subject="Scanner dead"), opened.ticket(cast)


def ticket(number):
    return db.session.query(Ticket).filter_by(number=number).one()


def names(text, *numbers):
    return [f"T-{n}" in text for n in numbers]


def test_it_ends_as_a_duplicate_and_its_people_follow_the_other_and_are_told(cast, pair, run_jobs, as_user):
    one, other = pair
    merge(cast, one, other)
    gone = ticket(one)
    assert (gone.status, gone.closure_code, gone.merged_into_id) == (
        Status.CANCELLED, ClosureCode.DUPLICATE, ticket(other).id,
    )  # fmt: skip
    assert [p.contact_id for p in ticket(other).participants] == [cast.colleague.contact_id]
    run_jobs()
    from portal.notify.models import Delivery

    told = db.session.query(Delivery).filter_by(message="ticket_merged_to_client").all()
    assert [(d.contact_id, d.ticket_id) for d in told] == [(cast.colleague.contact_id, ticket(other).id)]
    assert f"T-{other}" in told[0].text
    assert "Scanner dead" in told[0].text


def test_each_line_keeps_its_readers_and_staff_read_both_together(cast, pair, as_user):
    one, other = pair
    opened.note(cast.agent, one, "A secret about the scanner")
    opened.say(cast.colleague, one, "Only the colleague wrote this.")
    merge(cast, one, other)
    owner, colleague = as_user(cast.owner), as_user(cast.colleague)
    assert "Only the colleague wrote this." not in owner.get(f"/requests/{other}").text
    seen = colleague.get(f"/requests/{other}").text
    assert "Only the colleague wrote this." in seen
    assert "A secret" not in seen
    desk = as_user(cast.agent).get(f"/desk/tickets/{other}").text
    assert "Only the colleague wrote this." in desk
    assert "A secret about the scanner" in desk
    assert f"Written on T-{one}" in desk


def test_the_merged_number_leads_there_for_who_may_see_it_and_is_nothing_for_others(cast, pair, as_user):
    one, other = pair
    merge(cast, one, other)
    for user in (cast.colleague, cast.owner, cast.client_manager):
        answer = as_user(user).get(f"/requests/{one}")
        assert (answer.status_code, answer.location) == (302, f"/requests/{other}")
    stranger = as_user(cast.stranger)
    assert stranger.get(f"/requests/{one}").status_code == 404
    assert stranger.post(f"/requests/{one}/reply", data={"text": "let me in"}).status_code == 404


def test_a_reply_on_the_page_of_the_merged_one_arrives_where_it_goes_on(cast, pair, as_user):
    one, other = pair
    merge(cast, one, other)
    answer = as_user(cast.colleague).post(f"/requests/{one}/reply", data={"text": "It beeps now."})
    assert answer.location == f"/requests/{other}"
    (line,) = db.session.query(TimelineEntry).filter_by(text="It beeps now.")
    assert line.ticket_id == ticket(other).id


def test_a_chain_has_one_end_whatever_its_length_and_finding_it_is_one_question(cast, pair):
    one, other = pair
    third, fourth = opened.ticket(cast), opened.ticket(cast)
    for number, into in ((one, other), (other, third), (third, fourth)):
        merge(cast, number, into)
    assert [merged.goes_on_as(SYSTEM, n) for n in (one, other, third)] == [fourth] * 3
    assert merged.goes_on_as(SYSTEM, fourth) is None
    colleague = opened.actor(cast.colleague)
    with counted() as asked:
        assert merged.goes_on_as(colleague, one) == fourth
    assert len(asked) == 1
    with pytest.raises(Refused, match=f"goes on as T-{fourth}"):
        merge(cast, fourth, one)
    with pytest.raises(Refused, match="merged already"):
        merge(cast, one, fourth)


def mail(sender, to, reference=""):
    reference = f"In-Reply-To: {reference}\r\n" if reference else ""
    head = f"From: {sender}\r\nTo: {to}\r\n{reference}Subject: Re: till\r\nMessage-ID: <{sender}>\r\n"
    return f"{head}Content-Type: text/plain; charset=utf-8\r\n\r\nBy mail it arrives.\r\n".encode()


@pytest.mark.parametrize("by", ["address", "reference"])
def test_mail_to_the_merged_one_arrives_where_it_goes_on_if_its_sender_belongs_there(
    cast, app, pair, run_jobs, by
):
    from portal.kernel import refs

    one, other = pair
    with transaction():
        remember_message_id(ticket(one).id, "<ours@portal.example>", clock.now(), outgoing=True)
    merge(cast, one, other)
    address = refs.reply_address(
        app.extensions["portal_settings"].secret_key, app.extensions["portal_settings"].support_address, one
    )
    to, reference = (address, "") if by == "address" else ("support@portal.example", "<ours@portal.example>")
    for sender in (cast.colleague, cast.stranger):
        accept(mail(sender.email, to, reference), "pipe")
    run_jobs()
    (line,) = db.session.query(TimelineEntry).filter(TimelineEntry.text.contains("By mail it arrives."))
    assert (line.ticket_id, line.contact_id) == (ticket(other).id, cast.colleague.contact_id)
    states = {m.sender: (m.state, m.reason) for m in db.session.query(InboundMessage)}
    assert states[cast.stranger.email] == (InboundState.HELD, "no_right_on_ticket")


def test_who_no_longer_belongs_is_not_carried_and_sees_nothing(cast, pair, as_user):
    one, other = pair
    with transaction():
        membership = db.session.merge(cast.colleague).contact.memberships[0]
        membership.active = False
    merge(cast, one, other)
    assert ticket(other).participants == []
    assert as_user(cast.colleague).get(f"/requests/{one}").status_code == 404


def test_promises_and_reservations_of_the_merged_one_end(cast, pair, as_user):
    one, other = pair
    opened.say(cast.owner, other, "Still waiting")
    merge(cast, one, other)
    gone = ticket(one)
    assert gone.unanswered_since is None
    assert ticket(other).unanswered_since == gone.received_at
    with transaction(), pytest.raises(Refused, match="Go on there"):
        conversation.add_note(opened.actor(cast.agent), opened.held(cast.agent, one), Words("more"))


def test_undone_it_stands_for_itself_as_before(cast, pair, as_user):
    one, other = pair
    opened.wait(cast.agent, one, "Which scanner?")
    third = opened.ticket(cast)
    merge(cast, one, other)
    merge(cast, other, third)
    assert ticket(one).merged_into_id == ticket(third).id
    undo(cast, other)
    assert ticket(one).merged_into_id == ticket(other).id, "what had gone on as it goes on as it again"
    assert not ticket(third).holds_merged
    assert ticket(other).holds_merged
    undo(cast, one)
    back = ticket(one)
    assert (back.status, back.waiting_reason, back.merged_into_id) == (
        Status.WAITING_CUSTOMER, "Which scanner?", None,
    )  # fmt: skip
    assert [p.contact_id for p in ticket(other).participants] == []
    assert as_user(cast.colleague).get(f"/requests/{one}").status_code == 200
    assert as_user(cast.colleague).get(f"/requests/{other}").status_code == 404


def test_who_wrote_there_since_stays_when_it_is_undone(cast, pair):
    one, other = pair
    merge(cast, one, other)
    opened.say(cast.colleague, other, "I am part of this now.")
    undo(cast, one)
    assert [p.contact_id for p in ticket(other).participants] == [cast.colleague.contact_id]


def test_after_fourteen_days_it_stays(cast, pair):
    one, other = pair
    merge(cast, one, other)
    with transaction():
        db.session.query(TicketMerge).one().at = clock.now() - timedelta(days=15)
    with pytest.raises(Refused, match="more than 14 days"):
        undo(cast, one)


class TestThePage:
    @pytest.mark.parametrize(
        ("typed", "sentence"),
        [
            ("{one}", "cannot be merged into itself"),
            ("T-{elm}", "belongs to another organisation"),
            ("T-9999", "no ticket with this number"),
            ("the other one", "such as T-1042"),
            ("", "such as T-1042"),
        ],
    )
    def test_a_number_that_will_not_do_is_said_beside_it_and_kept(self, cast, pair, as_user, typed, sentence):
        elm = opened.ticket(cast, cast.stranger)
        typed = typed.format(one=pair[0], elm=elm)
        answer = as_user(cast.agent).post(f"/desk/tickets/{pair[0]}/merge", data={"number": typed})
        assert answer.status_code == 422
        assert sentence in answer.text
        assert f'value="{typed}"' in answer.text
        assert ticket(pair[0]).merged_into_id is None

    def test_it_leads_on_and_back(self, cast, pair, as_user):
        one, other = pair
        desk = as_user(cast.agent)
        page = desk.get(f"/desk/tickets/{one}/merge").text
        assert f'value="T-{other}"' in page
        assert "Li Na" in page
        answer = desk.post(f"/desk/tickets/{one}/merge", data={"number": f"t{other}"})
        assert answer.location == f"/desk/tickets/{other}"
        assert "Undo the merge" in desk.get(f"/desk/tickets/{one}").text
        assert desk.post(f"/desk/tickets/{one}/reply", data={"text": "Hello?"}).status_code == 422
        assert desk.post(f"/desk/tickets/{one}/reopen").status_code == 422
        assert desk.post(f"/desk/tickets/{one}/unmerge").status_code == 303
        assert ticket(one).merged_into_id is None

    def test_suggestions_for_a_merge_are_of_the_same_organisation_alone(self, cast, pair, as_user):
        one, other = pair
        elm = opened.ticket(cast, cast.stranger, subject="Till of Elm")
        desk = as_user(cast.agent)
        path = f"/desk/tickets/{one}/picks"
        assert names(desk.get(f"{path}?same=1&number=till").text, one, other, elm) == [False, True, False]
        assert names(desk.get(f"{path}?number=till").text, one, other, elm) == [False, True, True]
        assert names(desk.get(path).text, one, other, elm) == [False, True, False]

    def test_a_page_with_merged_ones_asks_no_more_for_many_lines(self, cast, pair, as_user):
        one, other = pair
        merge(cast, one, other)
        desk = as_user(cast.agent)
        desk.get(f"/desk/tickets/{other}")
        with counted() as few:
            desk.get(f"/desk/tickets/{other}")
        for word in range(5):
            opened.say(cast.colleague, other, f"again {word}")
        with counted() as many:
            desk.get(f"/desk/tickets/{other}")
        assert len(many) == len(few)


def test_nobody_follows_a_ticket_of_another_organisation_by_it(cast, pair):
    with pytest.raises(NotFound), transaction():
        following.add_participant(
            opened.actor(cast.agent), opened.held(cast.agent, pair[0]), cast.stranger.contact_id
        )
