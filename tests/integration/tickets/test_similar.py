"""Tickets that resemble a text, for those who may see them."""

import pytest

from portal.tickets.queries import similar
from tests.integration.tickets import opened
from tests.support.queries import counted

pytestmark = pytest.mark.both


def alike(user, text, **more):
    return [found.number for found in similar.similar(opened.actor(user), text, **more)]


@pytest.fixture
def jam(cast):
    return opened.ticket(cast, subject="打印机卡纸", words="每隔十页停一次,换过硒鼓。")


@pytest.fixture
def theirs(cast):
    return opened.ticket(cast, by=cast.stranger, subject="打印机卡纸", words="每隔十页停一次,换过硒鼓。")


def test_the_most_alike_first(cast, jam):
    light = opened.ticket(cast, subject="打印太淡", words="硒鼓快用完了")
    opened.ticket(cast, subject="Network is slow", words="Since Monday")
    assert alike(cast.owner, "打印机又卡纸了,硒鼓是新的") == [jam, light]
    assert alike(cast.agent, "打印机又卡纸了,硒鼓是新的")[0] == jam
    assert alike(cast.owner, "完全不同的事情") == []
    assert alike(cast.owner, "。!") == alike(cast.owner, "") == []


def test_nobody_else_gets_anything_of_another_organisation(cast, jam, theirs):
    text = "打印机卡纸 硒鼓"
    assert alike(cast.owner, text) == [jam]
    assert alike(cast.stranger, text) == [theirs]
    assert alike(cast.colleague, text) == []
    assert alike(cast.stranger, text, organisation_id=cast.harbour.id) == []
    assert alike(cast.agent, text) == [theirs, jam]
    assert alike(cast.agent, text, organisation_id=cast.harbour.id) == [jam]
    assert alike(cast.agent, text, without=theirs) == [jam]


def test_internal_words_make_nothing_alike_for_a_client(cast, jam):
    opened.note(cast.agent, jam, "furious, dangerous, contagious")
    assert alike(cast.owner, "furious dangerous") == []
    assert alike(cast.agent, "furious dangerous") == [jam]


def test_solved_ones_alone(cast, jam, theirs):
    text = "打印机卡纸 硒鼓"
    assert alike(cast.agent, text, solved=True) == []
    opened.say(cast.agent, jam, "换一盒纸")
    opened.resolve(cast.agent, jam)
    assert alike(cast.agent, text, solved=True) == [jam]


def test_at_most_three_statements_and_five_tickets(cast):
    for _ in range(7):
        opened.ticket(cast, subject="打印机卡纸")
    for user in (cast.owner, cast.agent):
        actor = opened.actor(user)
        with counted() as statements:
            assert len(similar.similar(actor, "打印机卡纸了怎么办 " * 50)) == 5
        assert len(statements) <= 3, str(statements)
