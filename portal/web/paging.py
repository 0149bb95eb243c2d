"""Pages of a list by key, not by number: the next one begins after the last row seen, however long the list is."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Page(Generic[T]):
    """`next_key` goes into the link to what follows; None on the last page. There is no total: nobody needs it."""

    rows: Sequence[T]
    next_key: str | None


def page_of(rows: Sequence[T], size: int, key: Callable[[T], object]) -> Page[T]:
    """A page from a query that asked for one row more than `size`."""
    more = len(rows) > size
    kept = rows[:size]
    return Page(kept, str(key(kept[-1])) if more and kept else None)
