"""Each test begins with an empty database of the real migrations."""

import pytest
from sqlalchemy import func, select

from portal.infra.db import db
from portal.people.models import User

pytestmark = pytest.mark.both


def people() -> int:
    return db.session.scalar(select(func.count()).select_from(User)) or 0


def test_the_cast_is_there_for_the_test_that_asks(cast):
    assert people() == len(cast.clients) + len(cast.staff)


def test_nobody_is_left_for_the_next_test(app):
    assert people() == 0


def test_the_database_is_the_one_that_was_asked_for(app, database):
    assert db.engine.dialect.name == database
