"""What nobody should see or do by mistake: lists of another organisation, two hands on one ticket, words that are no words.

Each endpoint's right is tried in tests/architecture/test_endpoints.py; here what stands on the pages that do open.
"""

from functools import partial

import pytest

from portal.infra.db import db
from portal.infra.transaction import transaction
from portal.kernel import clock
from portal.kernel.errors import Refused
from portal.tickets.models.ticket import TimelineEntry
from portal.tickets.queries import picks, scope
from portal.tickets.rules.words import EntryKind, Kind, Outcome
from portal.tickets.service import presence, status, tagging, work
from portal.tickets.service.record import Words
from tests.integration.tickets import opened
from tests.support.at_once import at_once

MARKS = ("Zanzibar", "桑给巴尔", "Till 2", "SN-88412", "海港物流", "王小明", "quagga")


@pytest.fixture
def harbours(cast, as_user):
    """A ticket of the harbour's with everything on it that a list or a picker could show; its number."""
    number = opened.ticket(
        cast,
        subject="Zanzibar till is dead",
        words="桑给巴尔 打印机 does not print",
        device_id=cast.till.id,
        kind=Kind.FAULT,
    )
    opened.say(cast.agent, number, "quagga: is it plugged in?")
    opened.note(cast.agent, number, "quagga again")
    with transaction():
        ticket, agent = opened.held(cast.agent, number), opened.actor(cast.agent)
        tagging.set_tags(agent, ticket, "quagga")
        work.log_call(agent, ticket, work.Work(clock.now(), 5, Outcome.CALL_AGAIN, advice="quagga"))
        presence.be_there(agent, ticket, "reply", clock.now())
    opened.resolve(cast.agent, opened.ticket(cast, subject="Zanzibar till again"))
    return number


@pytest.mark.parametrize(
    "path",
    [
        "/home", "/requests", "/requests?show=all", "/requests?show=all&q=Zanzibar", "/requests?show=all&q=桑给巴尔",
        "/requests?show=all&q=tag:quagga", "/requests?show=all&q=quagga", "/requests?show=all&q=org:海港", "/requests/new",
        "/requests/new?device={device}", "/requests/new/devices", "/requests/new/devices?organisation_id={org}",
        "/requests/new/fields?kind=fault", "/requests/new/cover?device={device}&kind=fault", "/contracts", "/contracts/cover",
        "/contracts/cost?service=remote&organisation_id={org}&device_id={device}", "/call-me", "/call-me/promised", "/quotes",
        "/quotes/waiting", "/profile",
    ],
)  # fmt: skip
@pytest.mark.databases("sqlite")
def test_no_page_of_a_stranger_shows_anything_of_the_harbour(cast, as_user, harbours, path):
    answer = as_user(cast.stranger).get(path.format(org=cast.harbour.id, device=cast.till.id))
    assert answer.status_code in (200, 404, 422), path
    typed = path.partition("q=")[2]
    for mark in MARKS:
        assert mark in typed or mark not in answer.text, f"{mark} on {path}"
    assert f"/requests/{harbours}" not in answer.text


@pytest.mark.databases("sqlite")
def test_what_a_stranger_types_resembles_nothing_of_the_harbour(cast, as_user, harbours):
    form = {
        "subject": "Zanzibar till is dead",
        "symptoms": "桑给巴尔 打印机 does not print",
        "text": "桑给巴尔 打印机",
    }
    answers = {
        who.id: as_user(who).htmx("POST", "/requests/new/similar", data=form)
        for who in (cast.owner, cast.stranger)
    }
    assert f"/requests/{harbours}" in answers[cast.owner.id].text, "its own people are shown it"
    assert f"/requests/{harbours}" not in answers[cast.stranger.id].text
    assert "quagga" not in answers[cast.stranger.id].text


@pytest.mark.databases("sqlite")
def test_pickers_for_a_merge_offer_the_own_organisation_alone_and_nothing_to_a_stranger(cast, harbours):
    elms = opened.ticket(cast, by=cast.stranger, subject="Zanzibar chair")
    agent = opened.actor(cast.agent)
    found = picks.picks(agent, opened.look(cast.agent, elms), "Zanzibar", only_same=True)
    assert [one.number for one in found] == []
    own = opened.look(cast.stranger, elms)
    assert picks.picks(opened.actor(cast.stranger), own, "Zanzibar") == []
    assert picks.picks(opened.actor(cast.stranger), own, str(harbours)) == []


def test_two_agents_take_the_same_ticket_at_the_same_moment_and_one_is_told(cast, app):
    number = opened.ticket(cast)
    actors = [opened.actor(cast.agent), opened.actor(cast.engineer)]

    def take(who) -> str:
        try:
            with transaction():
                status.take_it(scope.ticket_for(who, number, lock=True), who)
        except Refused as refused:
            return str(refused.sentence)
        return "taken"

    said = at_once(app, [partial(take, who) for who in actors])
    assert said.count("taken") == 1
    assert any("has this ticket already" in sentence for sentence in said)
    lines = db.session.query(TimelineEntry).filter_by(kind=EntryKind.CHANGE).all()
    assert len([line for line in lines if line.details.get("what") == "assigned"]) == 1


@pytest.mark.parametrize(
    "typed",
    [
        "x" * 10_000, "打" * 10_000, '"' * 10_000, "org:" * 2_500, '"打印" OR "1"="1" -- ; DROP TABLE ticket',
        "NOT NEAR(打印 AND *)", 'tag:"%" org:_ by:\\', "(((", "is:is:is:", '""" \'\'\' “”「」', "\ud83d\x00\x1f",
    ],
)  # fmt: skip
@pytest.mark.databases("sqlite")
def test_a_search_of_anything_is_a_page_on_both_sides_and_keeps_what_was_typed(cast, as_user, typed):
    opened.ticket(cast, words=Words("打印").text)
    sent = typed.encode("utf-8", "replace").decode()
    desk = as_user(cast.agent).get("/desk/search", query_string={"q": sent})
    mine = as_user(cast.owner).get("/requests", query_string={"show": "all", "q": sent})
    queue = as_user(cast.agent).get("/desk/queue", query_string={"q": sent})
    assert (desk.status_code, mine.status_code, queue.status_code) == (200, 200, 302)
    if len(typed) == 10_000 and typed.isalpha():
        assert "Only the first 400 characters were looked for." in desk.text
        assert f'value="{typed[:100]}' in desk.text
