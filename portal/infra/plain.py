"""Rows as plain objects, for pages that only read: several tables side by side in one statement, nothing loaded later.

A page that is drawn all day spends more on making models than the database on finding the rows. Refuses to be a model: what is
written goes through the models.
"""

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any


class Plain(SimpleNamespace):
    """The columns that were read, by their names; what belongs to them is put in beside, by the names that models use."""


class Parts:
    """Columns of several tables in a row: `columns` goes into the select() first, `read` takes them out of what comes back."""

    def __init__(self, *parts: tuple[Any, Sequence[str]]) -> None:
        """Each part is a model, or an alias of its table, with the names of its columns; all of them where none is named.
        The first column of a part is its key."""
        self.columns: list[Any] = []
        self._cuts: list[tuple[list[str], int, int]] = []
        for source, names in parts:
            table = getattr(source, "__table__", source)
            columns = [table.c[name] for name in names] if names else list(table.c)
            begin = len(self.columns)
            self.columns += columns
            self._cuts.append(([column.key for column in columns], begin, len(self.columns)))

    def read(self, row: Sequence[Any]) -> list[Any]:
        """A plain object for each part, None for one whose key is empty, because an outer join found nothing; then what was
        selected behind the parts."""
        found: list[Any] = []
        for names, begin, end in self._cuts:
            one = None
            if row[begin] is not None:
                one = Plain()
                one.__dict__.update(zip(names, row[begin:end], strict=True))
            found.append(one)
        found.extend(row[len(self.columns) :])
        return found
