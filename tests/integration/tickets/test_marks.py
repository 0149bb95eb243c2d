"""Out of sight and back, tags, and own requests that resemble what a client types."""

from datetime import timedelta

import pytest

from portal.infra.db import db
from portal.infra.transaction import transaction
from portal.kernel import clock
from portal.tickets import jobs
from portal.tickets.models.marks import Tag, TicketTag
from portal.tickets.models.ticket import Ticket
from portal.tickets.queries import tags
from portal.tickets.service import snoozing, tagging
from tests.integration.tickets import opened
from tests.support.queries import counted

pytestmark = pytest.mark.both


def post(browser, number, step, **fields):
    return browser.post(f"/desk/tickets/{number}/{step}", data=fields)


def snooze(cast, number, until=None):
    with transaction():
        snoozing.snooze(opened.actor(cast.agent), opened.held(cast.agent, number), until)


def tag(cast, number, typed):
    with transaction():
        tagging.set_tags(opened.actor(cast.agent), opened.held(cast.agent, number), typed)


def names(number):
    ticket = db.session.query(Ticket).filter_by(number=number).one()
    return tags.of_tickets([ticket.id]).get(ticket.id, [])


class TestSnooze:
    def test_it_leaves_the_queue_and_the_job_brings_it_back_with_a_mark(self, cast, as_user):
        number = opened.ticket(cast)
        desk = as_user(cast.agent)
        assert f"T-{number}" in desk.get("/desk/queue?view=open").text
        snooze(cast, number, clock.now() + timedelta(hours=1))
        assert f"T-{number}" not in desk.get("/desk/queue?view=open").text
        assert f"T-{number}" in desk.get("/desk/queue?view=snoozed").text
        assert "Out of sight" in desk.get(f"/desk/tickets/{number}").text
        with transaction():
            ticket = opened.held(cast.agent, number)
            ticket.snoozed_until = clock.now() - timedelta(seconds=1)
        with transaction():
            jobs.wake_snoozed({})
        assert f"T-{number}" in desk.get("/desk/queue?view=open").text
        assert "Back in sight" in desk.get(f"/desk/tickets/{number}").text
        opened.note(cast.agent, number, "On it")
        assert opened.look(cast.agent, number).woke_at is None

    def test_the_client_brings_it_back_by_writing(self, cast):
        number = opened.ticket(cast)
        snooze(cast, number)
        opened.note(cast.agent, number, "A colleague's note does not")
        assert opened.look(cast.agent, number).snoozed_at is not None
        opened.say(cast.owner, number, "Any news?")
        ticket = opened.look(cast.agent, number)
        assert (ticket.snoozed_at, ticket.snoozed_until) == (None, None)
        assert ticket.woke_at is not None

    def test_who_solves_it_has_done_with_it(self, cast):
        number = opened.ticket(cast)
        snooze(cast, number)
        opened.resolve(cast.agent, number)
        assert opened.look(cast.agent, number).snoozed_at is None

    @pytest.mark.parametrize("until", ["2020-01-01T10:00", "some day", ""])
    def test_a_time_that_will_not_do_is_refused_and_kept(self, cast, as_user, until):
        number = opened.ticket(cast)
        answer = post(as_user(cast.agent), number, "snooze", how="time", until=until)
        assert answer.status_code == 422
        assert f'value="{until}"' in answer.text
        assert opened.look(cast.agent, number).snoozed_at is None

    def test_the_client_is_told_nothing(self, cast, as_user):
        number = opened.ticket(cast)
        assert post(as_user(cast.agent), number, "snooze", how="answer").status_code == 303
        assert "out of sight" not in as_user(cast.owner).get(f"/requests/{number}").text.lower()
        assert post(as_user(cast.agent), number, "wake").status_code == 303
        assert opened.look(cast.agent, number).snoozed_at is None


class TestTags:
    def test_they_are_what_was_typed_last_and_the_client_never_sees_them(self, cast, as_user):
        number = opened.ticket(cast)
        desk = as_user(cast.agent)
        assert post(desk, number, "tags", tags="Wobbly, 收银机").status_code == 303
        assert post(desk, number, "tags", tags="收银机, urgent").status_code == 303
        assert names(number) == ["urgent", "收银机"]
        assert "urgent" in desk.get(f"/desk/tickets/{number}/more").text
        assert "urgent" not in as_user(cast.owner).get(f"/requests/{number}").text
        assert as_user(cast.owner).get("/desk/tags").status_code == 404

    def test_a_tag_too_long_is_refused_and_what_was_typed_is_kept(self, cast, as_user):
        number = opened.ticket(cast)
        typed = "till, " + "x" * 41
        answer = post(as_user(cast.agent), number, "tags", tags=typed)
        assert (answer.status_code, "too long for a tag" in answer.text) == (422, True)
        assert typed in answer.text
        assert names(number) == []

    def test_a_manager_makes_two_tags_one_and_nothing_is_double(self, cast, as_user):
        one, other = opened.ticket(cast), opened.ticket(cast)
        tag(cast, one, "print, printer")
        tag(cast, other, "print")
        tag_id = db.session.query(Tag).filter_by(key="print").one().id
        answer = as_user(cast.manager).post(f"/desk/tags/{tag_id}/rename", data={"name": "Printer"})
        assert answer.status_code == 303
        assert (names(one), names(other)) == (["printer"], ["printer"])
        assert db.session.query(TicketTag).count() == 2
        left = db.session.query(Tag).one()
        assert as_user(cast.agent).post(f"/desk/tags/{left.id}/rename", data={"name": "x"}).status_code == 403
        answer = as_user(cast.manager).post(f"/desk/tags/{left.id}/rename", data={"name": " "})
        assert answer.status_code == 422

    def test_a_list_asks_once_for_all_its_tags(self, cast):
        numbers = [opened.ticket(cast) for _n in range(3)]
        for number in numbers:
            tag(cast, number, "a, b")
        ids = [t.id for t in db.session.query(Ticket)]
        with counted() as asked:
            assert len(tags.of_tickets(ids)) == 3
        assert len(asked) == 1


class TestSimilar:
    def test_own_requests_that_resemble_what_is_typed_and_nobody_elses(self, cast, as_user):
        own = opened.ticket(cast, subject="条码机打印有白线", words="标签上有白线")
        colleagues = opened.ticket(cast, cast.colleague, subject="条码机打印有白线", words="标签上有白线")
        elms = opened.ticket(cast, cast.stranger, subject="条码机打印有白线", words="标签上有白线")
        typed = {"symptoms": "条码机又有白线了", "organisation_id": cast.harbour.id}

        def found(user, **more):
            text = as_user(user).post("/requests/new/similar", data=typed | more).text
            return [n for n in (own, colleagues, elms) if f"T-{n}" in text]

        assert found(cast.owner) == [own]
        assert found(cast.colleague) == [colleagues]
        assert found(cast.client_manager) == [own, colleagues]
        assert found(cast.stranger) == []
        assert found(cast.stranger, organisation_id=cast.elm.id) == [elms]
        assert found(cast.owner, symptoms="") == []
