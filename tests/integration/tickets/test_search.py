"""The search over real tickets: what is found, in which order, by whom, and at what cost."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from portal.infra.transaction import transaction
from portal.kernel import clock
from portal.tickets.queries import search
from portal.tickets.rules.searching import understood
from portal.tickets.rules.words import Kind
from portal.tickets.service import indexing, tagging
from tests.integration.tickets import opened
from tests.support.queries import counted

pytestmark = pytest.mark.both

ZONE = ZoneInfo("Asia/Shanghai")


def found(user, typed, before=None, size=25):
    """Numbers, the newest first."""
    return [row.number for row in result(user, typed, before, size).page.rows]


def result(user, typed, before=None, size=25):
    now = clock.now()
    return search.found(
        opened.actor(user), understood(typed, now.astimezone(ZONE).date()), now, ZONE, before, size
    )


def line(user, typed):
    """The line of the only ticket found, hits in brackets."""
    (row,) = result(user, typed).page.rows
    return row.line and "".join(f"[{p.text}]" if p.hit else p.text for p in row.line.parts)


@pytest.fixture
def paper(cast):
    return opened.ticket(
        cast, subject="打印机卡纸", words="税控发票打印不出来。型号 MS9520", device_id=cast.till.id
    )


@pytest.fixture
def network(cast):
    number = opened.ticket(cast, by=cast.client_manager, subject="Network is slow", words="Since Monday.")
    opened.say(cast.agent, number, "Is the switch near the printer on? Call 138 0013 8000.")
    return number


def test_all_words_anywhere_in_the_same_ticket(cast, paper, network):
    assert found(cast.agent, "打印") == [paper]
    assert found(cast.agent, "税") == [paper]
    assert found(cast.agent, "network printer") == [network]
    assert found(cast.agent, "打印 network") == []
    assert found(cast.agent, "prin swit") == [network]
    assert found(cast.agent, "Chen Bo harbour") == [network]
    assert found(cast.agent, "sn88412") == [paper]
    assert found(cast.agent, "HL-0002") == [paper]
    assert found(cast.agent, "ms9520") == [paper]
    assert found(cast.agent, "13800138000") == [network]


def test_a_phrase_stands_together(cast, paper, network):
    assert found(cast.agent, '"switch near the printer"') == [network]
    assert found(cast.agent, '"printer near the switch"') == []
    assert found(cast.agent, "「发票打印」") == [paper]


def test_the_newest_first_page_by_page(cast):
    numbers = [opened.ticket(cast, subject=f"Scale {n}") for n in range(5)][::-1]
    first = result(cast.agent, "scale", size=2).page
    second = result(cast.agent, "scale", int(first.next_key), size=2).page
    third = result(cast.agent, "scale", int(second.next_key), size=2).page
    assert [r.number for p in (first, second, third) for r in p.rows] == numbers
    assert third.next_key is None


def test_fields(cast, paper, network):
    opened.note(cast.engineer, paper, "look at the rollers")
    for typed, wanted in {
        "org:harbour": [network, paper],
        "org:elm": [],
        "单位:海港物流 打印": [paper],
        "device:till": [paper],
        "device:SN-88412": [paper],
        "device:nothing": [],
        "by:eno": [paper],
        "by:me network": [network],
        "by:nobody": [],
        "is:open": [network, paper],
        "is:unanswered": [paper],
        "is:closed": [],
        "is:mine": [network],
        "kind:fault": [network, paper],
        "kind:training": [],
        "has:file": [],
        "after:today": [network, paper],
        "before:today": [],
        "due:<2h": [],
    }.items():
        assert found(cast.agent, typed) == wanted, typed
    opened.wait(cast.agent, network)
    assert found(cast.agent, "is:waiting") == [network]
    assert found(cast.agent, "状态:等待 printer") == [network]


def test_a_tag_finds_its_tickets_for_the_staff_alone(cast, paper, network):
    with transaction():
        tagging.set_tags(opened.actor(cast.agent), opened.held(cast.agent, paper), "Printer, 月末 报表")
        tagging.set_tags(opened.actor(cast.agent), opened.held(cast.agent, network), "printer room")
    for typed, numbers in {
        "tag:PRINTER": [paper], "标签:ｐｒｉｎｔｅｒ": [paper], 'tag:"月末 报表"': [paper], "tag:print": [network, paper],
        "tag:printer tag:月末": [paper], "tag:zebra": [], "tag:%": [], 'tag:"printer room"': [network],
    }.items():  # fmt: skip
        assert found(cast.agent, typed) == numbers, typed
    assert found(cast.owner, "tag:printer") == [], "tags are the staff's own words"


def test_files_are_found_by_their_name_and_as_such(cast, paper):
    picture = opened.Words("see", files=[_file("error-screen.png")])
    opened.say(cast.owner, paper, picture)
    assert found(cast.agent, "has:file screen") == [paper]
    assert found(cast.owner, "含:附件") == [paper]


def _file(name):
    from tests.architecture.world import File

    return File(name, "image/png", 3, "0" * 64)


def test_internal_words_are_found_by_staff_alone(cast, paper):
    opened.note(cast.agent, paper, "The owner sounded furious about the printing.")
    assert found(cast.agent, "furious") == [paper]
    assert line(cast.agent, "furious") == "The owner sounded [furious] about the printing."
    for user in cast.clients.values():
        assert found(user, "furious") == []
        assert found(user, "打印 furious") == []
        assert found(user, '打印 "sounded furious"') == []
        assert found(user, "by:ada") == []
    opened.say(cast.agent, paper, "We are furious, too.")
    assert found(cast.owner, "furious") == [paper]
    assert line(cast.owner, "furious") == "We are [furious], too."


def test_a_client_finds_what_they_may_see_and_nothing_else(cast, paper, network):
    theirs = opened.ticket(cast, by=cast.stranger, subject="打印 network in the surgery")
    assert found(cast.agent, "打印") == [theirs, paper]
    assert found(cast.client_manager, "打印") == [paper]
    assert found(cast.owner, "打印") == [paper]
    assert found(cast.owner, "network") == []
    assert found(cast.colleague, "打印") == []
    assert found(cast.stranger, "打印") == [theirs]
    assert found(cast.stranger, "org:harbour") == []
    assert found(cast.stranger, "device:till") == []


def test_a_common_word_is_scoped_too(cast, paper, monkeypatch):
    """Beyond the count where a word is common the walk begins elsewhere: nothing else may come of it."""
    monkeypatch.setattr(search.posting, "COMMON", 0)
    monkeypatch.setattr(search, "WALKS", (1, 2))
    opened.note(cast.agent, paper, "打印 furious")
    others = [opened.ticket(cast, by=cast.stranger, subject="打印") for _ in range(3)]
    assert found(cast.owner, "打印 furious") == []
    assert found(cast.stranger, "打印") == others[::-1][:2] or found(cast.stranger, "打印") == others[::-1]
    far = result(cast.owner, "打印")
    assert far.page.rows == []
    assert not far.looked_at_all
    further = result(cast.owner, "打印", int(far.page.next_key))
    assert [r.number for r in further.page.rows] == [paper]


def test_two_common_words_that_meet_far_back_are_met_on_a_later_page(cast, paper, monkeypatch):
    monkeypatch.setattr(search.posting, "COMMON", 0)
    monkeypatch.setattr(search, "WALKS", (1, 4))
    monkeypatch.setattr(search, "MEETING", 2)
    opened.note(cast.agent, paper, "打印 furious")
    for subject in ("打印", "furious", "打印", "furious"):
        opened.ticket(cast, by=cast.stranger, subject=subject)
    near = result(cast.agent, "打印 furious")
    assert (near.page.rows, near.looked_at_all) == ([], False)
    further = result(cast.agent, "打印 furious", int(near.page.next_key))
    assert [r.number for r in further.page.rows] == [paper]
    assert len(result(cast.agent, "打印").page.rows) == 3  # one word alone has none to meet


def test_a_corrected_subject_is_found_by_its_new_words_alone(cast, paper):
    from portal.infra.transaction import transaction
    from portal.tickets.rules.words import Urgency
    from portal.tickets.service import following

    about = following.About("Label maker stuck", Kind.FAULT, Urgency.NORMAL, None, None)
    with transaction():
        following.correct(opened.actor(cast.agent), opened.held(cast.agent, paper), about)
    assert found(cast.agent, "label maker") == [paper]
    assert found(cast.agent, "卡纸") == []
    assert found(cast.agent, "发票") == [paper]


def test_the_index_is_made_anew_in_batches_that_can_be_stopped(app, cast, paper, network):
    from sqlalchemy import delete

    from portal.infra.db import db
    from portal.infra.transaction import transaction
    from portal.tickets.models.search import TicketToken

    opened.note(cast.agent, paper, "furious")
    before = sorted(db.session.query(TicketToken.token, TicketToken.ticket_id, TicketToken.internal).all())
    with transaction():
        db.session.execute(delete(TicketToken))
        indexing.begin_again()
    with transaction():
        assert indexing.go_on(1) == 1
    assert found(cast.agent, "network") == [network]  # the newest first
    assert found(cast.agent, "打印") == []
    answer = app.test_cli_runner().invoke(args=["tickets", "reindex", "--batch", "1"])
    assert "2 tickets are indexed." in answer.output, answer.output
    after = sorted(db.session.query(TicketToken.token, TicketToken.ticket_id, TicketToken.internal).all())
    assert after == before
    with transaction():
        assert indexing.go_on() == 0


@pytest.mark.parametrize(
    "typed",
    ["打印 " * 3000, '"' * 99, "(NEAR(*) AND OR NOT", "'; DROP TABLE ticket; --", "😀😀", "\0\0打", "。!?", "a:b:c:", "%_%",
     "\ud800", "is: is:is", "*", "due:<9999w", "before:0001-01-01", "T-99999999999999999999", "\u200b", "by:%"],
)  # fmt: skip
def test_whatever_is_typed_is_answered(cast, paper, typed):
    answer = result(cast.agent, typed)
    assert {row.number for row in answer.page.rows} <= {paper}


def test_a_search_takes_the_same_few_statements_for_few_and_many(cast, paper):
    agent = opened.actor(cast.agent)
    asked = understood("打印 org:海港", date(2026, 3, 1))

    def ask():
        with counted() as statements:
            search.found(agent, asked, datetime(2026, 3, 1, tzinfo=UTC), ZONE)
        return statements

    few = ask()
    for _ in range(10):
        opened.ticket(cast, subject="打印")
    assert len(ask()) == len(few) <= 4, str(few)
