"""The one place that asks what time it is. Rules never do: they take `now` as an argument."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

_told: ContextVar[datetime | None] = ContextVar("told", default=None)


def now() -> datetime:
    """The present instant, aware, in UTC."""
    return _told.get() or datetime.now(UTC)


@contextmanager
def told(at: datetime) -> Iterator[None]:
    """While the block runs, `now` is this instant: for history that is entered afterwards, as the demo does."""
    token = _told.set(at.astimezone(UTC))
    try:
        yield
    finally:
        _told.reset(token)
