"""A statement that is asked again and again goes past SQLAlchemy, and nobody can tell."""

from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy import Column, Integer, MetaData, Table, bindparam, exists, func, select, text
from sqlalchemy.exc import DBAPIError, OperationalError, StatementError

from portal.infra.db import BigId, db, fetch
from portal.infra.transaction import transaction
from portal.people.models import Organisation, OrganisationKind
from tests.support.queries import counted

pytestmark = pytest.mark.both

NOON = datetime(2026, 11, 16, 12, tzinfo=UTC)
TIMES = 4
"""The first two are not ready yet."""


@pytest.fixture
def organisations(app: Flask) -> list[int]:
    with transaction():
        made = [
            Organisation(name=f"100 % {n}", kind=OrganisationKind.CLIENT, created_at=NOON) for n in range(3)
        ]
        db.session.add_all(made)
        db.session.flush()
        return [one.id for one in made]


def test_it_finds_the_same_in_the_same_words(organisations: list[int]) -> None:
    other = Organisation.__table__.alias("other")
    statement = (
        select(
            Organisation.id, Organisation.name, Organisation.kind, Organisation.created_at, Organisation.active,
            other.c.name, func.count().over().label("all_of_them"), exists().where(other.c.id == bindparam("least", type_=BigId)),
            Organisation.phone,
        )
        .outerjoin(other, other.c.id == Organisation.id + 1)
        .where(
            Organisation.id >= bindparam("least", type_=BigId), Organisation.created_at == NOON,
            Organisation.kind.in_([OrganisationKind.CLIENT, OrganisationKind.PROVIDER]), Organisation.name.like("100 %"),
        )
        .order_by(Organisation.id)
        .limit(2)
    )  # fmt: skip
    for least in organisations * TIMES:
        values = {"least": least}
        found, wanted = fetch(statement, values), db.session.connection().execute(statement, values).all()
        assert [tuple(row) for row in found] == [tuple(row) for row in wanted]
        assert len(found) == min(2, organisations[-1] - least + 1)
        assert (found[0].id, found[0].created_at, found[0].kind) == (least, NOON, OrganisationKind.CLIENT)
        assert found[0].all_of_them == organisations[-1] - least + 1


def test_it_sees_what_waits_to_be_written(app: Flask, organisations: list[int]) -> None:
    statement = select(func.count()).select_from(Organisation).where(Organisation.name == bindparam("name"))
    for n in range(TIMES):
        assert fetch(statement, {"name": "North"})[0][0] == n
        with transaction():
            db.session.add(Organisation(name="North", kind=OrganisationKind.CLIENT, created_at=NOON))
            assert fetch(statement, {"name": "North"})[0][0] == n + 1


def test_whoever_counts_the_statements_misses_none(organisations: list[int]) -> None:
    statement = select(Organisation.name).where(Organisation.id == bindparam("id", type_=BigId))
    for _ in range(TIMES):
        fetch(statement, {"id": organisations[0]})
    with counted() as statements:
        assert [row.name for row in fetch(statement, {"id": organisations[1]})] == ["100 % 1"]
    assert len(statements) == 1


def test_a_list_that_comes_with_the_values_may_be_another_each_time(organisations: list[int]) -> None:
    statement = select(Organisation.id).where(Organisation.id.in_(bindparam("ids", expanding=True)))
    for n in range(TIMES):
        for ids in (organisations[:n], organisations[n:], organisations):
            for given in (ids, tuple(ids), frozenset(ids), ids * 60):
                assert {row.id for row in fetch(statement, {"ids": given})} == set(ids)


def test_a_value_that_is_missing_is_named_each_time(organisations: list[int]) -> None:
    statement = select(Organisation.id).where(Organisation.id == bindparam("id", type_=BigId))
    for _ in range(TIMES):
        fetch(statement, {"id": 1})
    for _ in range(TIMES):
        with pytest.raises(StatementError, match="'id'"):
            fetch(statement)


def test_what_the_database_refuses_is_said_as_always(app: Flask) -> None:
    gone = Table("gone", MetaData(), Column("n", Integer))
    statement = select(gone.c.n).where(gone.c.n == bindparam("n", type_=Integer))
    with transaction():
        db.session.execute(text("CREATE TABLE gone (n integer)"))
    for _ in range(TIMES):
        assert fetch(statement, {"n": 7}) == []
    with transaction():
        db.session.execute(text("DROP TABLE gone"))
    with pytest.raises(DBAPIError, match="gone") as said:
        fetch(statement, {"n": 7})
    assert "WHERE gone.n" in str(said.value.statement)
    db.session.rollback()


@pytest.mark.databases("postgresql")
def test_a_connection_that_was_cut_is_not_used_again(app: Flask) -> None:
    me = select(func.pg_backend_pid().label("pid"))
    for _ in range(TIMES):
        mine = fetch(me)[0].pid
    with db.engine.connect() as another:
        another.execute(select(func.pg_terminate_backend(mine)))
    with pytest.raises(OperationalError) as said:
        fetch(me)
    assert said.value.connection_invalidated
    db.session.rollback()
    assert fetch(me)[0].pid != mine
