"""A write belongs into the one visible transaction, or it is an error."""

import threading
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from portal.infra.db import db
from portal.infra.transaction import NestedTransaction, WriteOutsideTransaction, transaction
from portal.people.models import Team

pytestmark = pytest.mark.both


def test_a_write_outside_is_refused(app: Flask) -> None:
    db.session.add(Team(name="North"))
    with pytest.raises(WriteOutsideTransaction):
        db.session.flush()
    db.session.rollback()


def test_a_failed_block_leaves_nothing(app: Flask) -> None:
    with pytest.raises(ZeroDivisionError), transaction():
        db.session.add(Team(name="North"))
        db.session.flush()
        raise ZeroDivisionError
    assert db.session.scalars(select(Team)).all() == []


def test_two_entry_points_do_not_nest(app: Flask) -> None:
    with transaction(), pytest.raises(NestedTransaction), transaction():
        pass


def test_what_was_read_before_is_read_anew_inside(app: Flask) -> None:
    with transaction():
        db.session.add(Team(name="North"))
    seen = db.session.scalars(select(Team)).one()

    def rename() -> None:
        with app.app_context(), transaction():
            db.session.scalars(select(Team)).one().name = "South"

    other = threading.Thread(target=rename)
    other.start()
    other.join()
    with transaction():
        assert seen.name == "South"


def test_what_an_earlier_transaction_left_is_read_anew_too(app: Flask) -> None:
    with transaction():
        mine = Team(name="North")
        db.session.add(mine)

    def rename() -> None:
        with app.app_context(), transaction():
            db.session.scalars(select(Team)).one().name = "South"

    other = threading.Thread(target=rename)
    other.start()
    other.join()
    with transaction():
        assert mine.name == "South"


def test_reading_first_and_writing_then_never_meets_a_locked_database(app: Flask) -> None:
    """On SQLite a deferred read that turns into a write fails at once when another writer was quicker."""
    with transaction():
        db.session.add(Team(name="0"))
    errors: list[BaseException] = []

    def count() -> None:
        try:
            with app.app_context():
                for _ in range(25):
                    db.session.scalars(select(Team)).one()
                    with transaction():
                        team = db.session.scalars(select(Team).with_for_update()).one()
                        team.name = str(int(team.name) + 1)
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    db.session.rollback()
    result: Any = db.session.scalars(select(Team)).one().name
    assert (errors, result) == ([], "100")
