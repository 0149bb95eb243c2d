"""Statements that are asked on every page, made ready once and then given straight to the driver.

SQLAlchemy needs ten times as long for a short statement that it knows as the database does. Here it becomes the engine's SQL, the
order of its values, and what makes a value of ours out of a column; from then on only the driver works.

Keeps what is asked at least twice as the same object: a statement of a module, not one that is built for a call. Refuses an IN
whose list comes with the values: such a one goes the long way. So does everything while somebody listens to the statements or
they are logged, so that nobody misses one.
"""

import logging
from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, CursorResult, Dialect, Executable, Select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.types import TypeEngine

Process = Callable[[Any], Any]
_known: WeakKeyDictionary[Executable, "dict[Dialect, Prepared | None]"] = WeakKeyDictionary()
"""None for one that does not fit."""
_NO_VALUES: dict[str, Any] = {}


def rows(connection: Connection, statement: Executable, values: Mapping[str, Any] | None) -> Sequence[Any]:
    """What the statement finds, each row a tuple that knows the names of its columns, too. Raises what SQLAlchemy does."""
    values = values or _NO_VALUES
    known = _known.get(statement)
    if known is None:
        _known[statement] = {}
    else:
        ready = known.get(connection.dialect)
        if ready and ready.keys == values.keys() and not _heard(connection):
            return ready.rows(connection, values)
    result = connection.execute(statement, values)
    if known is not None and connection.dialect not in known:
        known[connection.dialect] = _prepared(connection.dialect, statement, values, result)
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
    dialect: Dialect, statement: Executable, values: Mapping[str, Any], result: CursorResult[Any]
) -> "Prepared | None":
    if not isinstance(statement, Select):
        return None
    columns = list(statement.selected_columns)
    described = result.cursor.description if result.cursor is not None else ()
    compiled: Any = statement.compile(dialect=dialect)
    state = compiled.construct_expanded_state(dict(values))
    varies = {*state.parameter_expansion, *(bind.key for bind in compiled.literal_execute_params)}
    if (
        len(columns) != len(described)
        or varies & values.keys()
        or any(bind.callable for bind in compiled.binds.values())
    ):
        return None

    def process(name: str) -> Process | None:
        if name in state.processors:
            found: Process = state.processors[name]
            return found
        return _impl(compiled.binds[name].type, dialect).bind_processor(dialect)

    made = {
        index: make
        for index, (column, told) in enumerate(zip(columns, described, strict=True))
        if (make := _impl(column.type, dialect).result_processor(dialect, told[1])) is not None
    }
    return Prepared(
        state.statement, state.positiontup, state.parameters, {name: process(name) for name in state.parameters},
        frozenset(values), list(result.keys()), made,
    )  # fmt: skip


def _impl(kind: TypeEngine[Any], dialect: Dialect) -> TypeEngine[Any]:
    return kind.dialect_impl(dialect)


class Prepared:
    """One statement for one engine."""

    def __init__(
        self,
        sql: str,
        order: Sequence[str] | None,
        parameters: Mapping[str, Any],
        processes: Mapping[str, Process | None],
        keys: frozenset[str],
        names: Sequence[str],
        made: Mapping[int, Process],
    ) -> None:
        """`order`: of the values, for a driver that counts them; None for one that knows them by name. `keys`: those that come
        with each call, the others stay as they are now. `made`: what makes a value of ours, by column."""
        self._sql, self.keys, self._made = sql, keys, list(made.items())
        self._row: Any = namedtuple("Row", names, rename=True)  # type: ignore[misc]
        self._by_name = order is None
        self._names = list(parameters if order is None else order)
        self._values: list[tuple[str | None, Any]] = []
        for name in self._names:
            process, value = processes[name], parameters[name]
            if name in keys:
                self._values.append((name, process))
            else:
                self._values.append((None, process(value) if process else value))

    def rows(self, connection: Connection, values: Mapping[str, Any]) -> list[Any]:
        """Asks in the connection's transaction."""
        cells = [
            kept if name is None else kept(values[name]) if kept else values[name]
            for name, kept in self._values
        ]
        given: Any = dict(zip(self._names, cells, strict=True)) if self._by_name else cells
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
