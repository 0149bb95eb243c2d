"""Who can see a ticket and why, said by a rule that agrees with the query; and a move to another organisation."""

import pytest

from portal.infra.db import db
from portal.infra.transaction import transaction
from portal.kernel.actor import ClientRole
from portal.people.models import Membership
from portal.tickets.models.ticket import Ticket
from portal.tickets.queries import scope, sight
from portal.tickets.rules import sight as rules
from portal.tickets.service import following
from tests.integration.tickets import opened
from tests.support.queries import counted


def post(browser, number, step, **fields):
    return browser.post(f"/desk/tickets/{number}/{step}", data=fields)


def add(cast, number, user):
    with transaction():
        following.add_participant(opened.actor(cast.agent), opened.held(cast.agent, number), user.contact_id)


@pytest.fixture
def numbers(cast):
    """Tickets of everybody, with a participant, with one who left, and of an organisation that nobody of the others knows."""
    found = [
        opened.ticket(cast, who) for who in (cast.owner, cast.colleague, cast.client_manager, cast.stranger)
    ]
    shared = opened.ticket(cast)
    add(cast, shared, cast.colleague)
    left = opened.ticket(cast, cast.colleague)
    add(cast, left, cast.owner)
    return [*found, shared, left]


@pytest.mark.parametrize("leaver", [None, "owner", "colleague"])
@pytest.mark.parametrize("second", [None, ClientRole.MEMBER, ClientRole.MANAGER])
def test_the_rule_agrees_with_the_scoped_query_for_everybody_and_every_ticket(cast, numbers, leaver, second):
    with transaction():
        if leaver:
            db.session.merge(getattr(cast, leaver)).contact.memberships[0].active = False
        if second:
            db.session.add(
                Membership(contact_id=cast.owner.contact_id, organisation_id=cast.elm.id, role=second)
            )
    tickets = {t.number: t for t in db.session.query(Ticket)}
    known = {c.id: actor for c, actor, _names in sight.people(sight.Contact.active)}
    wrong = []
    for name, user in {**cast.clients, **cast.staff}.items():
        actor = opened.actor(user)
        visible = set(db.session.scalars(scope.tickets_for(actor).with_only_columns(Ticket.number)))
        for number, ticket in tickets.items():
            for asked in (actor, known[user.contact_id]):
                if rules.sight(asked, sight.whose(ticket)).sees != (number in visible):
                    wrong.append((name, number))
    assert wrong == []


def test_the_page_says_why_for_its_people_and_for_anybody_who_is_asked_for(cast, as_user):
    number = opened.ticket(cast)
    add(cast, number, cast.colleague)
    desk = as_user(cast.agent)
    page = desk.get(f"/desk/tickets/{number}/why").text
    for words in ("Asked for it", "Takes part since", "Manager of 海港物流"):
        assert words in page
    assert "Una Stranger" not in page
    assert "Belongs to Elm Dental, not to" in desk.get(f"/desk/tickets/{number}/why?who=una").text
    assert "Is of the staff" in desk.get(f"/desk/tickets/{number}/why?who=eno").text
    assert as_user(cast.owner).get(f"/desk/tickets/{number}/why").status_code == 404


def test_the_page_asks_no_more_for_more_people(cast, as_user):
    number = opened.ticket(cast)
    desk = as_user(cast.agent)
    desk.get(f"/desk/tickets/{number}/why")
    with counted() as few:
        desk.get(f"/desk/tickets/{number}/why")
    with counted() as many:
        desk.get(f"/desk/tickets/{number}/why?who=a")
    assert len(many) <= len(few) <= 9, str(many)


class TestMove:
    def wish(self, cast, **more):
        choice = {
            "organisation_id": cast.elm.id,
            "requester_id": cast.stranger.contact_id,
            "reason": "Wrong number",
        }
        return choice | more

    def test_it_is_said_first_who_will_see_it(self, cast, as_user):
        number = opened.ticket(cast)
        add(cast, number, cast.colleague)
        answer = post(as_user(cast.agent), number, "move", **self.wish(cast))
        assert answer.status_code == 422
        for name in ("王小明", "Li Na", "Chen Bo", "Una Stranger", "Wrong number"):
            assert name in answer.text
        assert opened.look(cast.agent, number).organisation_id == cast.harbour.id

    def test_what_is_confirmed_must_be_what_was_shown(self, cast, as_user):
        number = opened.ticket(cast)
        shown = f"{cast.elm.id}:0"
        answer = post(as_user(cast.agent), number, "move", **self.wish(cast, confirmed="y", shown=shown))
        assert (answer.status_code, "Read who will see it" in answer.text) == (422, True)

    def move(self, cast, as_user, number):
        shown = f"{cast.elm.id}:{cast.stranger.contact_id}"
        return post(as_user(cast.agent), number, "move", **self.wish(cast, confirmed="y", shown=shown))

    def test_afterwards_the_old_people_see_nothing_of_it_and_the_new_ones_all_but_what_is_internal(
        self, cast, as_user
    ):
        number = opened.ticket(cast, device_id=cast.till.id)
        add(cast, number, cast.colleague)
        opened.note(cast.agent, number, "They sound angry")
        assert self.move(cast, as_user, number).status_code == 303
        for user in (cast.owner, cast.colleague, cast.client_manager):
            browser = as_user(user)
            assert browser.get(f"/requests/{number}").status_code == 404, "its old link"
            assert f"T-{number}" not in browser.get("/requests?show=all").text
            assert f"T-{number}" not in browser.get(f"/requests?show=all&q={number}").text
        page = as_user(cast.stranger).get(f"/requests/{number}").text
        assert "It prints nothing since nine." in page
        for hidden in ("They sound angry", "moved it from", "Wrong number"):
            assert hidden not in page
        ticket = opened.look(cast.agent, number)
        assert (ticket.device_id, ticket.site_id, ticket.participants) == (None, None, [])
        desk = as_user(cast.agent).get(f"/desk/tickets/{number}").text
        assert "moved it from 海港物流 Harbour Logistics to Elm Dental" in desk
        assert "no longer following: Li Na" in desk

    @pytest.mark.parametrize(
        ("change", "sentence"),
        [
            ({"requester_id": "owner"}, "Choose a person of this organisation"),
            ({"organisation_id": "9999"}, "Choose one of the list"),
            ({"reason": ""}, "Say why it is moved"),
        ],
    )
    def test_a_choice_that_will_not_do_is_refused_and_nothing_typed_is_lost(
        self, cast, as_user, change, sentence
    ):
        number = opened.ticket(cast)
        change = {k: getattr(cast, v).contact_id if v == "owner" else v for k, v in change.items()}
        wish = self.wish(cast, **change)
        shown = f"{wish['organisation_id']}:{wish['requester_id']}"
        answer = post(as_user(cast.agent), number, "move", **wish, confirmed="y", shown=shown)
        assert (answer.status_code, sentence in answer.text) == (422, True)
        assert wish["reason"] in answer.text
        assert opened.look(cast.agent, number).organisation_id == cast.harbour.id
