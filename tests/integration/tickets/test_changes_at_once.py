"""Bulk changes and macros that tag, climb the ladder and close: what is left out is said before and after, with the reason."""

import pytest

from portal.infra.transaction import transaction
from portal.kernel import clock
from portal.kernel.errors import Refused
from portal.tickets.models.ticket import TimelineEntry
from portal.tickets.queries import tags
from portal.tickets.rules.canned import Steps
from portal.tickets.rules.fields import FieldType, Label, Needed
from portal.tickets.rules.words import EntryKind, Kind, Outcome, Phase, Status
from portal.tickets.service import canned, fields, tagging, work
from portal.tickets.service.fields import Drawn
from tests.integration.tickets import opened

pytestmark = pytest.mark.databases("sqlite")


@pytest.fixture
def desk(cast, as_user):
    browser = as_user(cast.agent)

    def send(action, numbers, step="", **more):
        form = {
            "to": "", "status": "waiting_parts", "code": "answered", "reason": "", "text": "", "phase": "phone",
            "add_tags": "", "remove_tags": "", **more,
        }  # fmt: skip
        data = {**form, "action": action, "ticket": [str(n) for n in numbers], "step": step}
        return browser.post("/desk/queue/bulk", data=data, follow_redirects=True)

    send.browser = browser
    return send


def tagged(cast, number, typed):
    with transaction():
        tagging.set_tags(opened.actor(cast.agent), opened.held(cast.agent, number), typed)


def names(cast, number):
    ticket = opened.look(cast.agent, number)
    return tags.of_tickets([ticket.id]).get(ticket.id, [])


def called(cast, number):
    with transaction():
        spent = work.Work(clock.now(), 5, Outcome.CLIENT_TRIES)
        work.log_call(opened.actor(cast.agent), opened.held(cast.agent, number), spent)


def needed(cast):
    with transaction():
        drawn = Drawn(Label("Cause", "原因"), FieldType.TEXT, frozenset({Kind.FAULT}), False, Needed.SOLVING)
        fields.define(opened.actor(cast.administrator), drawn)


def test_tags_are_put_on_and_taken_off_and_the_others_stay(cast, desk):
    plain, vip, full = (opened.ticket(cast) for _ in range(3))
    tagged(cast, vip, "VIP, till")
    tagged(cast, full, ", ".join(f"tag {n}" for n in range(12)))
    change = {"add_tags": "ＶＩＰ", "remove_tags": "printer"}
    look = desk("tag", [plain, vip, full], **change).text
    assert "2 tickets are changed:" in look
    assert "its tags are so already" in look
    assert names(cast, plain) == []
    done = desk("tag", [plain, vip, full], "do", **change).text
    assert "1 ticket is changed." in done
    assert f"T-{vip}: its tags are so already" in done
    assert f"T-{full}: A ticket has at most 12 tags." in done
    assert (names(cast, plain), names(cast, vip)) == (["VIP"], ["till", "VIP"])
    assert "Write the tags to add or to take off." in desk("tag", [plain]).text
    assert "is too long for a tag" in desk("tag", [plain], add_tags="x" * 41).text
    desk("tag", [vip], "do", remove_tags="vip")
    assert names(cast, vip) == ["till"]


def test_the_ladder_holds_for_many_as_for_one(cast, desk):
    tried, fresh, there = (opened.ticket(cast) for _ in range(3))
    for number in (tried, there):
        called(cast, number)
    desk("phase", [there], "do", phase="remote")
    look = desk("phase", [tried, fresh, there], phase="remote").text
    assert "1 ticket is changed:" in look
    assert "Log a call first" in look
    assert "it is in that phase already" in look
    assert opened.look(cast.agent, tried).phase is Phase.PHONE
    desk("phase", [tried, fresh, there], "do", phase="remote")
    assert [opened.look(cast.agent, n).phase for n in (tried, fresh)] == [Phase.REMOTE, Phase.PHONE]


def test_what_is_missing_for_solving_is_said_beforehand_and_only_what_is_solved_is_closed(cast, desk):
    question, fault = opened.ticket(cast, kind=Kind.QUESTION), opened.ticket(cast)
    needed(cast)
    look = desk("resolve", [question, fault], text="Done.").text
    assert "1 ticket is changed:" in look
    assert "has to be filled in: Cause" in look
    desk("resolve", [question, fault], "do", text="Done.")
    assert opened.look(cast.agent, fault).status is not Status.RESOLVED
    assert "Say who confirmed that it works, and how." in desk("close", [question]).text
    reason = "Ms Wang said on the phone that it works"
    done = desk("close", [question, fault], "do", reason=reason).text
    assert f"T-{fault}: it is not solved yet" in done
    ticket = opened.look(cast.agent, question)
    assert (ticket.status, ticket.closed_at is not None) == (Status.CLOSED, True)
    assert f"closed it: {reason}" in desk.browser.get(f"/desk/tickets/{question}").text


def macro(cast, steps):
    with transaction():
        return canned.keep_macro(opened.actor(cast.manager), None, "Together", steps, shared=True).id


def test_a_macro_says_what_it_leaves_out_and_does_the_rest(cast, desk):
    number = opened.ticket(cast)
    tagged(cast, number, "till")
    address = f"/desk/tickets/{number}/macros/" + str(
        macro(cast, Steps(assign="me", phase="remote", add_tags="Till, printer", remove_tags="vip"))
    )
    look = desk.browser.get(address).text
    for sentence in (
        "The phase stays as it is. Log a call first", "It has these tags already: Till.",
        "It does not have these tags: vip.",
    ):  # fmt: skip
        assert sentence in look
    done = desk.browser.post(address, data={"text": "", "reason": ""}, follow_redirects=True).text
    assert "“Together” is done." in done
    assert "The phase stays as it is." in done
    assert (opened.look(cast.agent, number).phase, names(cast, number)) == (Phase.PHONE, ["printer", "till"])
    assert "The phase becomes" not in look
    called(cast, number)
    assert "The phase becomes: Remote." in desk.browser.get(address).text
    desk.browser.post(address, data={"text": "", "reason": ""})
    assert opened.look(cast.agent, number).phase is Phase.REMOTE


def test_a_macro_that_solves_says_what_is_missing_and_changes_nothing(cast, desk, db_session):
    needed(cast)
    number = opened.ticket(cast)
    address = f"/desk/tickets/{number}/macros/" + str(
        macro(cast, Steps(text_en="Done.", status="resolved", add_tags="quick"))
    )
    assert "has to be filled in: Cause" in desk.browser.get(address).text
    answer = desk.browser.post(address, data={"text": "Done, {really}", "reason": ""})
    assert answer.status_code == 422
    assert "Done, {really}" in answer.text
    assert names(cast, number) == []
    assert db_session.query(TimelineEntry).filter_by(kind=EntryKind.MESSAGE).count() == 1


def test_a_macro_closes_what_was_solved_and_nothing_else(cast, desk):
    number = opened.ticket(cast)
    address = f"/desk/tickets/{number}/macros/" + str(
        macro(cast, Steps(status="closed", reason="Confirmed on the phone"))
    )
    assert "Only a solved ticket is closed" in desk.browser.get(address).text
    refused = desk.browser.post(address, data={"text": "", "reason": "Confirmed"})
    assert (refused.status_code, "Only a solved ticket is closed" in refused.text) == (422, True)
    opened.resolve(cast.engineer, number)
    assert desk.browser.post(address, data={"text": "", "reason": "Confirmed"}).status_code == 303
    assert opened.look(cast.agent, number).status is Status.CLOSED
    for steps, field in (
        (Steps(status="closed"), "reason"), (Steps(status="closed", reason="x", text_zh="好"), "text_en"),
        (Steps(add_tags="x" * 41), "add_tags"),
    ):  # fmt: skip
        with pytest.raises(Refused) as refusal:
            macro(cast, steps)
        assert refusal.value.field == field
