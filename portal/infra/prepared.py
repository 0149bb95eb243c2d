"""Statements that are asked on every page, made ready once and then given straight to the driver.

SQLAlchemy needs ten times as long for a short statement that it knows as the database does. Here it becomes the engine's SQL, the
order of its values, and what makes a value of ours out of a column; from then on only the driver works.

Keeps what is asked at least twice as the same object: a statement of a module, not one that is built for a call. One with an IN
whose list comes with the values is kept for each length of the list, up to LONGEST. The long way goes what has another list than
that, and everything while somebody listens to the statements or they are logged, so that nobody misses one.
"""

import logging
from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

from sqlalchemy import BindParameter, Connection, CursorResult, Dialect, Executable, Select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql import visitors
from sqlalchemy.types import TypeEngine

Process = Callable[[Any], Any]
LONGEST = 100
_NO_VALUES: dict[str, Any] = {}


class _Known:
    """What is kept of a statement: for an engine, the names of its values and the lengths of its lists."""

    __slots__ = ("lists", "ready")

    def __init__(self, statement: Executable) -> None:
        parts = visitors.iterate(statement)  # type: ignore[arg-type]
        binds = {b for b in parts if isinstance(b, BindParameter)}
        self.lists = tuple({b.key for b in binds if b.expanding and b.required})
        self.ready: dict[Any, Prepared | None] = {}
        """None for one that does not fit."""


_known: WeakKeyDictionary[Executable, _Known] = WeakKeyDictionary()


def rows(connection: Connection, statement: Executable, values: Mapping[str, Any] | None) -> Sequence[Any]:
    """What the statement finds, each row a tuple that knows the names of its columns, too. Raises what SQLAlchemy does."""
    values = values or _NO_VALUES
    known = _known.get(statement)
    if known is None:
        _known[statement] = _Known(statement)
        return connection.execute(statement, values).all()
    lists = [values[name] for name in known.lists if name in values]
    lengths = [len(one) if isinstance(one, (list, tuple)) else 0 for one in lists]
    kind = (connection.dialect, *values, *lengths) if lengths else (connection.dialect, *values)
    ready = known.ready.get(kind)
    if ready and not _heard(connection):
        return ready.rows(connection, values)
    result = connection.execute(statement, values)
    if kind not in known.ready and all(0 < n <= LONGEST for n in lengths):
        known.ready[kind] = _prepared(connection.dialect, statement, values, known.lists, result)
    return result.all()


def _heard(connection: Connection) -> bool:
    engine = connection.engine
    heard = engine.dispatch
    return (
        bool(heard.before_cursor_execute or heard.after_cursor_execute)
        or bool(heard.before_execute or heard.after_execute)
        or engine.logger.isEnabledFor(logging.INFO)
    )


def _prepared(
    dialect: Dialect,
    statement: Executable,
    values: Mapping[str, Any],
    lists: Sequence[str],
    result: CursorResult[Any],
) -> "Prepared | None":
    if not isinstance(statement, Select):
        return None
    columns = list(statement.selected_columns)
    described = result.cursor.description if result.cursor is not None else ()
    compiled: Any = statement.compile(dialect=dialect)
    state = compiled.construct_expanded_state(dict(values))
    expanded_by_call = values.keys() & state.parameter_expansion.keys()
    if (
        len(columns) != len(described)
        or not expanded_by_call <= set(lists)
        or any(bind.key in values for bind in compiled.literal_execute_params)
        or any(bind.callable for bind in compiled.binds.values())
    ):
        return None
    # A value of a list has a name of its own: whose it is, and the how manyth.
    listed = {
        one: (name, n) for name in expanded_by_call for n, one in enumerate(state.parameter_expansion[name])
    }

    def cell(name: str) -> Cell:
        process = state.processors.get(name)
        if process is None and name in compiled.binds:
            process = _impl(compiled.binds[name].type, dialect).bind_processor(dialect)
        value = state.parameters[name]
        asked, place = listed.get(name, (name, None))
        if asked in values:
            return Cell(name, asked, place, process)
        return Cell(name, None, None, process(value) if process else value)

    made = {
        index: make
        for index, (column, told) in enumerate(zip(columns, described, strict=True))
        if (make := _impl(column.type, dialect).result_processor(dialect, told[1])) is not None
    }
    order = state.positiontup
    cells = [cell(name) for name in (state.parameters if order is None else order)]
    return Prepared(state.statement, cells, list(result.keys()), made, by_name=order is None)


def _impl(kind: TypeEngine[Any], dialect: Dialect) -> TypeEngine[Any]:
    return kind.dialect_impl(dialect)


class Cell(NamedTuple):
    """A value that the driver is given: one of those that come with the call, at `place` of a list, made by `kept`; or, where
    `asked` is None, `kept` itself."""

    name: str
    asked: str | None
    place: int | None
    kept: Any


class Prepared:
    """One statement for one engine."""

    def __init__(
        self,
        sql: str,
        cells: Sequence[Cell],
        names: Sequence[str],
        made: Mapping[int, Process],
        *,
        by_name: bool,
    ) -> None:
        """`by_name`: for a driver that knows values by their names; else it counts them. `made`: what makes a value of ours, by
        column."""
        self._sql, self._cells, self._made = sql, cells, list(made.items())
        self._row: Any = namedtuple("Row", names, rename=True)  # type: ignore[misc]
        self._names = [cell.name for cell in cells] if by_name else None

    def rows(self, connection: Connection, values: Mapping[str, Any]) -> list[Any]:
        """Asks in the connection's transaction."""
        cells: list[Any] = []
        for _name, asked, place, kept in self._cells:
            if asked is None:
                cells.append(kept)
                continue
            value = values[asked] if place is None else values[asked][place]
            cells.append(kept(value) if kept else value)
        given: Any = dict(zip(self._names, cells, strict=True)) if self._names is not None else cells
        pooled, dialect = connection.connection, connection.dialect
        cursor = pooled.cursor()
        try:
            cursor.execute(self._sql, given)
            found = cursor.fetchall()
        except dialect.loaded_dbapi.Error as error:
            gone = dialect.is_disconnect(error, pooled.dbapi_connection, cursor)
            kind = dialect.loaded_dbapi.Error
            raised = DBAPIError.instance(
                self._sql, given, error, kind, connection_invalidated=gone, dialect=dialect
            )
            if gone:
                connection.invalidate(error)
            raise raised from error
        finally:
            cursor.close()
        row, made = self._row._make, self._made
        if not made:
            return [row(one) for one in found]
        rows = []
        for one in found:
            ours = list(one)
            for index, make in made:
                ours[index] = make(ours[index])
            rows.append(row(ours))
        return rows
