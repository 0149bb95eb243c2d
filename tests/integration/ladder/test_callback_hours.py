"""A client asks to be called: only for an hour at which somebody is there, and the next such hour is named."""

import pytest

from portal.infra.db import db
from portal.ladder.models import Callback
from portal.tickets.models.ticket import Ticket
from tests.integration.contracts.conftest import tell

__all__ = ["tell"]
CALL_ME = "/call-me"
pytestmark = pytest.mark.databases("sqlite")


@pytest.fixture(autouse=True)
def wednesday_morning(tell):
    """10:00 in Shanghai: the desk is staffed from 9 to 18, Monday to Friday."""
    tell("2026-03-11 10:00")


def asked(cast, as_user, when):
    wish = {"number": "138-0013-8000", "about": "The till", "wanted_at": when, "submission": "wish-1"}
    return as_user(cast.owner).post(CALL_ME, data=wish)


@pytest.mark.parametrize(
    ("wanted", "next_time"),
    [
        ("2026-03-11T18:00", "明天 09:00"),
        ("2026-03-11T23:30", "明天 09:00"),
        ("2026-03-13T20:00", "3月16日 09:00"),
        ("2026-03-14T11:00", "3月16日 09:00"),
    ],
)
def test_a_wish_for_a_time_when_nobody_is_there_is_told_the_next_one(cast, as_user, wanted, next_time):
    answer = asked(cast, as_user, when=wanted)
    assert answer.status_code == 422
    assert next_time in answer.text
    assert "The till</textarea>" in answer.text
    assert f'value="{wanted}"' in answer.text
    assert db.session.query(Ticket).count() == db.session.query(Callback).count() == 0
    assert asked(cast, as_user, when="2026-03-12T09:00").status_code == 303


def test_in_the_evening_the_form_offers_the_next_morning(cast, as_user, tell):
    tell("2026-03-13 18:00")  # a Friday
    assert 'value="2026-03-16T09:00"' in as_user(cast.owner).get(CALL_ME).text
