"""Links, parts and the whole, and splitting: what is refused, what goes along, and who sees of it what."""

import pytest

from portal.infra.db import db
from portal.infra.transaction import transaction
from portal.tickets.models.operations import TicketLink
from portal.tickets.models.ticket import Ticket, TimelineEntry
from portal.tickets.queries import links
from portal.tickets.rules.linking import LinkKind, Way
from portal.tickets.rules.words import EntryKind
from portal.tickets.service import following, linking
from portal.tickets.service.record import Words
from tests.integration.tickets import opened
from tests.support.queries import counted


def link(cast, number, other, way=Way.RELATED):
    agent = opened.actor(cast.agent)
    with transaction():
        linking.link(agent, opened.held(cast.agent, number), opened.look(cast.agent, other), way)


def post(browser, ticket, step, **fields):
    return browser.post(f"/desk/tickets/{ticket}/{step}", data=fields)


def ways(user, number):
    return [(one.way, one.number) for one in links.links_of(opened.actor(user), opened.look(user, number))]


def test_each_side_reads_the_link_in_its_own_words(cast):
    one, other = opened.ticket(cast), opened.ticket(cast)
    link(cast, one, other, Way.BLOCKS)
    assert ways(cast.agent, one) == [(Way.BLOCKS, other)]
    assert ways(cast.agent, other) == [(Way.BLOCKED_BY, one)]


def test_a_client_sees_only_links_to_what_is_theirs_to_see(cast, as_user):
    own, colleagues, elms = (
        opened.ticket(cast),
        opened.ticket(cast, cast.colleague),
        opened.ticket(cast, cast.stranger),
    )
    for other in (colleagues, elms):
        link(cast, own, other)
    assert ways(cast.owner, own) == []
    assert ways(cast.client_manager, own) == [(Way.RELATED, colleagues)]
    page = as_user(cast.client_manager).get(f"/requests/{own}").text
    assert f"T-{colleagues}" in page
    assert f"T-{elms}" not in page, "neither in the list nor on the timeline"
    assert f"T-{own}" not in as_user(cast.stranger).get(f"/requests/{elms}").text


@pytest.mark.parametrize(
    ("before", "way", "sentence"),
    [
        (None, Way.RELATED, "linked with itself"),
        ([(0, 1, Way.RELATED)], Way.RELATED, "linked so already"),
        ([(0, 1, Way.BLOCKED_BY)], Way.BLOCKS, "the other way round"),
        ([(0, 2, Way.CHILD)], Way.CHILD, "has a parent already"),
        ([(1, 2, Way.CHILD), (2, 0, Way.CHILD)], Way.CHILD, "stands below this ticket"),
    ],
)
def test_a_link_that_makes_no_sense_is_refused_beside_the_number(cast, as_user, before, way, sentence):
    numbers = [opened.ticket(cast) for _n in range(3)]
    for one, other, how in before or []:
        link(cast, numbers[one], numbers[other], how)
    other = numbers[0] if before is None else numbers[1]
    answer = post(as_user(cast.agent), numbers[0], "link", number=f"T-{other}", way=way.value)
    assert (answer.status_code, sentence in answer.text) == (422, True)
    assert db.session.query(TicketLink).count() == len(before or [])


def test_who_solves_the_whole_is_warned_of_open_parts(cast, as_user):
    whole, part, done = opened.ticket(cast), opened.ticket(cast, subject="Cable"), opened.ticket(cast)
    link(cast, part, whole, Way.CHILD)
    link(cast, done, whole, Way.CHILD)
    opened.resolve(cast.agent, done)
    desk = as_user(cast.agent)
    for step in ("resolve", "cancel"):
        page = desk.get(f"/desk/tickets/{whole}/{step}").text
        assert "1 part of this ticket is still open" in page
        assert f"T-{part}" in page
    assert post(desk, whole, "resolve", code="answered", text="Done").status_code == 303


def test_a_link_can_be_removed_from_either_side_but_only_there(cast, as_user):
    one, other, third = (opened.ticket(cast) for _n in range(3))
    link(cast, one, other)
    link_id = db.session.query(TicketLink).one().id
    desk = as_user(cast.agent)
    assert post(desk, third, f"links/{link_id}/remove").status_code == 404
    assert post(desk, other, f"links/{link_id}/remove").status_code == 303
    assert db.session.query(TicketLink).count() == 0


class TestSplit:
    @pytest.fixture
    def number(self, cast, app):
        import io

        from portal.infra import files
        from portal.web.uploads import StoredFile

        number = opened.ticket(cast, device_id=cast.till.id)
        with transaction():
            following.add_participant(
                opened.actor(cast.agent), opened.held(cast.agent, number), cast.colleague.contact_id
            )
        sha256, size = files.put(io.BytesIO(b"lines"), 1000)
        photo = StoredFile("photo.txt", "text/plain", size, sha256)
        opened.say(cast.colleague, number, Words("The label printer smears, too.", files=[photo]))
        opened.note(cast.agent, number, "Third smear this week")
        return number

    def choose(self, number, *words):
        entries = db.session.query(TimelineEntry).filter(TimelineEntry.text.in_(words))
        return [e.id for e in entries]

    def test_chosen_messages_go_on_in_a_ticket_of_their_own(self, cast, number, as_user):
        ids = self.choose(number, "The label printer smears, too.", "Third smear this week")
        desk = as_user(cast.agent)
        answer = post(desk, number, "split", entries=ids, subject="Label printer smears")
        new = db.session.query(Ticket).order_by(Ticket.id.desc()).first()
        assert answer.location == f"/desk/tickets/{new.number}"
        assert (new.requester_id, new.device_id, new.subject) == (
            cast.owner.contact_id, cast.till.id, "Label printer smears",
        )  # fmt: skip
        said = db.session.query(TimelineEntry).filter(
            TimelineEntry.ticket_id == new.id, TimelineEntry.kind != EntryKind.CHANGE
        )
        assert [(e.text, e.contact_id, e.internal) for e in said] == [
            ("The label printer smears, too.", cast.colleague.contact_id, False),
            ("Third smear this week", cast.agent.contact_id, True),
        ]
        assert [a.name for a in said[0].attachments] == ["photo.txt"]
        assert ways(cast.agent, new.number) == [(Way.SPLIT_FROM, number)]
        colleague = as_user(cast.colleague)
        page = colleague.get(f"/requests/{new.number}").text
        assert "The label printer smears, too." in page
        assert "Third smear" not in page
        assert "The label printer smears, too." in colleague.get(f"/requests/{number}").text
        assert as_user(cast.stranger).get(f"/requests/{new.number}").status_code == 404

    @pytest.mark.parametrize(
        ("words", "sentence"),
        [
            ([], "Choose at least one message that goes on"),
            (["Third smear this week"], "that the client can read"),
        ],
    )
    def test_nothing_or_notes_alone_make_no_ticket(self, cast, number, as_user, words, sentence):
        ids = self.choose(number, *words)
        answer = post(as_user(cast.agent), number, "split", entries=ids, subject="Kept as typed")
        assert (answer.status_code, sentence in answer.text) == (422, True)
        assert "Kept as typed" in answer.text
        assert db.session.query(Ticket).count() == 1

    def test_lines_of_another_ticket_cannot_be_taken_along(self, cast, number, as_user):
        elm = opened.ticket(cast, cast.stranger, words="A secret of Elm")
        ids = self.choose(elm, "A secret of Elm")
        answer = post(as_user(cast.agent), number, "split", entries=ids, subject="x")
        assert answer.status_code == 422
        assert db.session.query(Ticket).count() == 2


def test_the_links_of_a_ticket_are_one_statement_however_many(cast):
    one = opened.ticket(cast)
    found, actor = opened.look(cast.agent, one), opened.actor(cast.agent)
    for _n in range(3):
        link(cast, one, opened.ticket(cast))
    found = opened.look(cast.agent, one)
    with counted() as asked:
        assert len(links.links_of(actor, found)) == 3
    assert len(asked) == 1
    assert {row.kind for row in db.session.query(TicketLink)} == {LinkKind.RELATED}
