"""Days off as they are known now."""

from datetime import date

from sqlalchemy import select

from portal.contracts.models import CalendarDay, CalendarNotice
from portal.contracts.rules.compiling import DayTable
from portal.infra.db import db
from portal.kernel.working_time import DayKind


def day_table(jurisdiction: str) -> DayTable:
    """All days that notices changed, and the years whose latest notice is a published one."""
    rows = db.session.execute(
        select(CalendarDay.day, CalendarDay.kind).where(CalendarDay.jurisdiction == jurisdiction)
    )
    days: dict[date, DayKind] = {row.day: row.kind for row in rows}
    certain = {n.year for n in latest_notices(jurisdiction) if not n.provisional}
    return DayTable(days, frozenset(certain))


def latest_notices(jurisdiction: str) -> list[CalendarNotice]:
    """The notice that counts for each year, newest year first."""
    query = (
        select(CalendarNotice)
        .where(CalendarNotice.jurisdiction == jurisdiction)
        .order_by(CalendarNotice.id.desc())
    )
    by_year: dict[int, CalendarNotice] = {}
    for notice in db.session.scalars(query):
        by_year.setdefault(notice.year, notice)
    return sorted(by_year.values(), key=lambda n: -n.year)
