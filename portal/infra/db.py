"""The database: one base class for tables, column types that mean the same on both engines, and how connections open.

Outside `transaction()` the session reads only. SQLite: WAL, foreign keys on, BEGIN IMMEDIATE for writes.
"""

import contextvars
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Any, TypeVar

from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import (
    BigInteger,
    Compiled,
    Connection,
    CursorResult,
    DateTime,
    Dialect,
    Engine,
    Enum,
    Executable,
    Integer,
    MetaData,
    Text,
    TypeDecorator,
    event,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import DeclarativeBase, Session

from portal.infra import prepared

T = TypeVar("T")

NAMES = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMES)


db = SQLAlchemy(model_class=Base, session_options={"expire_on_commit": False, "autoflush": True})

if TYPE_CHECKING:
    Model = Base
else:
    Model = db.Model

BigId = BigInteger().with_variant(Integer, "sqlite")
"""Primary and foreign keys: 64 bits; on SQLite INTEGER, which is the rowid."""


class Instant(TypeDecorator[datetime]):
    """An aware datetime, stored in UTC. A naive one is refused: nobody knows which hour it means."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], datetime | None]:
        """In one step from what the driver gives: a list of the desk shows hundreds."""
        return _utc_of_text if dialect.name == "sqlite" else _utc


def _utc_of_text(value: str | None) -> datetime | None:
    return None if value is None else datetime.fromisoformat(value).replace(tzinfo=UTC)


def _utc(value: datetime | None) -> datetime | None:
    return None if value is None else value.astimezone(UTC)


class Amount(TypeDecorator[Decimal]):
    """A Decimal with two places (yuan, or units of a quantity), stored as whole hundredths: SQLite would keep a float.

    A third place is refused: rounding is decided where the amount is reckoned.
    """

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:
        if value is None:
            return None
        hundredths = value * 100
        if hundredths != hundredths.to_integral_value():
            raise ValueError(f"{value} has more than two places")
        return int(hundredths)

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(value) / 100


class Json(TypeDecorator[Any]):
    """Plain values as JSON text, the same on both engines; not meant to be searched in."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else json.dumps(value, ensure_ascii=False, sort_keys=True)

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        return None if value is None else json.loads(value)


def choice(kind: type[StrEnum], name: str) -> Enum:
    """A column that holds one of an enum's values as text, with a CHECK constraint of that name."""
    return Enum(
        kind,
        name=name,
        native_enum=False,
        create_constraint=True,
        length=32,
        values_callable=lambda k: [member.value for member in k],
    )


_writing: contextvars.ContextVar[bool] = contextvars.ContextVar("writing", default=False)


def _open_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # the driver's own BEGIN comes too late; see _begin_sqlite
    for pragma in ("journal_mode=WAL", "foreign_keys=ON", "busy_timeout=15000", "synchronous=FULL"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Any) -> None:
    # A deferred read that turns into a write fails at once when another writer came between: say so at the start.
    connection.exec_driver_sql("BEGIN IMMEDIATE" if _writing.get() else "BEGIN")


def prepare_engine(engine: Engine) -> None:
    """Set up an engine's connections; once for each engine."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _open_sqlite)
        event.listen(engine, "begin", _begin_sqlite)


def init_app(app: Flask, url: str) -> None:
    """Bind the application to its database."""
    app.config["SQLALCHEMY_DATABASE_URI"] = url
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = (
        {"pool_pre_ping": True, "pool_size": 10, "max_overflow": 10} if url.startswith("postgresql") else {}
    )
    db.init_app(app)
    with app.app_context():
        prepare_engine(db.engine)


def fetch(statement: Executable, values: Mapping[str, Any] | None = None) -> Sequence[Any]:
    """The rows of a statement that names columns alone, in this session's transaction.

    For what is asked on every page: it goes past the ORM, which costs more there than the database does, and a statement that a
    module keeps goes past SQLAlchemy, too. One over whole models would come as bare columns.
    """
    session = db.session()
    if session.autoflush:
        session.flush()
    return prepared.rows(_connection(session), statement, values)


def once(name: str, read: Callable[[], T]) -> T:
    """What `read` found the first time in this session's transaction, under a name of the caller's own: for the few rows that
    half a dozen services ask for on their way, such as who we are. None is not kept: it may be about to be made."""
    session = db.session()
    begun, found = session.info.get("once", (None, {}))
    if begun is None or begun is not session.get_transaction():
        found = {}
    kept: T | None = found.get(name)
    if kept is not None:
        return kept
    found[name] = made = read()
    session.info["once"] = session.get_transaction(), found
    return made


def on_postgresql() -> bool:
    """Whether a statement that the two engines write differently is for PostgreSQL."""
    return db.engine.dialect.name == "postgresql"


def insert_into(model: type[Base], *, postgres: bool) -> Any:
    """An INSERT over the table that knows ON CONFLICT."""
    return (postgresql if postgres else sqlite).insert(model.__table__)


def ready(statement: Any, *columns: str) -> Compiled:
    """The statement as this engine's SQL, for `run`; `columns` are those of an INSERT that names no values. For functions with
    @cache over the engine: SQLAlchemy does not keep what it makes of an ON CONFLICT, and making it takes a millisecond."""
    made: Compiled = statement.compile(dialect=db.engine.dialect, column_keys=columns or None)
    return made


def run(
    statement: Executable | Compiled, values: Mapping[str, Any] | None = None, *, apart: bool = False
) -> CursorResult[Any]:
    """Run a statement over tables in this session's transaction, past the ORM, as `fetch` does: what waits to be flushed is
    written first, except under `no_autoflush`, or where the statement stands `apart` from it: an event, a counter, an index.
    Models that are loaded do not learn of it."""
    session = db.session()
    if session.autoflush and not apart:
        session.flush()
    return _connection(session).execute(statement, values)  # type: ignore[arg-type]


def _connection(session: Session) -> Connection:
    """The session's; kept as long as its transaction, for asking takes longer than a short statement."""
    begun, connection = session.info.get("connection", (None, None))
    if connection is None or begun is not session.get_transaction():
        connection = session.connection()
        session.info["connection"] = session.get_transaction(), connection
    found: Connection = connection
    return found


def check_answers() -> None:
    """Raises what SQLAlchemy raises when the database is away."""
    db.session.execute(text("SELECT 1"))
