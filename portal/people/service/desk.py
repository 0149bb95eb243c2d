"""The provider's own page: name, phone, and when somebody answers it."""

from collections.abc import Iterable
from datetime import date, time
from itertools import pairwise

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete

from portal.infra.db import db
from portal.kernel.errors import Refused
from portal.people.models import DeskClosure, DeskWindow


def set_desk_hours(windows: Iterable[tuple[int, time, time]]) -> None:
    """The whole week anew, as (weekday, opens, closes); Monday is 0, 24:00 is rules.desk.END_OF_DAY. Raises Refused."""
    ordered = sorted(windows)
    for weekday, opens, closes in ordered:
        if not 0 <= weekday <= 6 or closes <= opens:
            raise Refused(_l("The end must be later than the beginning."))
    for (day, _opens, closes), (next_day, next_opens, _closes) in pairwise(ordered):
        if day == next_day and next_opens < closes:
            raise Refused(_l("Two spans of one day overlap."))
    db.session.execute(delete(DeskWindow))
    db.session.add_all(DeskWindow(weekday=d, opens=o, closes=c) for d, o, c in ordered)
    db.session.flush()


def add_closure(on: date, reason: str | None = None) -> None:
    """A day on which nobody answers; again with another reason changes the reason."""
    db.session.merge(DeskClosure(on=on, reason=reason))
    db.session.flush()


def remove_closure(on: date) -> None:
    db.session.execute(delete(DeskClosure).where(DeskClosure.on == on))
