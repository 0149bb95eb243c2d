"""The one visible transaction at each entry point: a view that writes, a job, a command, an inbound message.

A write outside of it is an error, not a lost write.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import has_app_context
from sqlalchemy import event
from sqlalchemy.orm import Session

from portal.infra.db import _writing, db


class WriteOutsideTransaction(RuntimeError):
    """A flush was about to write although no `transaction()` is open."""


class NestedTransaction(RuntimeError):
    """Two entry points met: the outer one owns the commit."""


def writes_now() -> bool:
    """Whether a `transaction()` is open."""
    return _writing.get()


@contextmanager
def transaction() -> Iterator[None]:
    """Commit when the block ends well, roll back when it raises.

    On SQLite it begins IMMEDIATE, so it first ends any read that the sign-in or a query left open. Objects read
    before are read anew when touched: nothing is decided on what was true before the lock.
    """
    if _writing.get():
        raise NestedTransaction
    db.session.rollback()
    db.session.expire_all()
    token = _writing.set(True)
    try:
        yield
        db.session.commit()
    except BaseException:
        db.session.rollback()
        raise
    finally:
        _writing.reset(token)


@event.listens_for(Session, "before_flush")
def _refuse_stray_writes(session: Session, *_: Any) -> None:
    if has_app_context() and not _writing.get() and (session.new or session.deleted or session.dirty):
        changed = [o for o in session.dirty if session.is_modified(o)]
        if session.new or session.deleted or changed:
            raise WriteOutsideTransaction(repr([*session.new, *session.deleted, *changed][:3]))
