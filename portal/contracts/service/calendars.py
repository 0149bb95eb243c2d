"""A notice of days off is compared with what is known, then taken whole or not at all."""

from sqlalchemy import delete, extract

from portal.contracts.events import CalendarChanged
from portal.contracts.models import CalendarDay, CalendarNotice
from portal.contracts.queries import calendars
from portal.contracts.rules import notices
from portal.contracts.rules.notices import Change, Notice
from portal.infra import outbox
from portal.infra.db import db
from portal.kernel import clock


def compare(jurisdiction: str, notice: Notice) -> list[Change]:
    """What taking the notice would change; empty when it is known already."""
    return notices.changes(calendars.day_table(jurisdiction).days, notice)


def take(jurisdiction: str, notice: Notice, *, provisional: bool = False) -> list[Change]:
    """Make the notice the truth of its year, and keep what it changed. The same notice again changes nothing, and a guess
    (`provisional`) never takes the place of a published notice: both return an empty list.
    """
    known = {n.year: n for n in calendars.latest_notices(jurisdiction)}.get(notice.year)
    if provisional and known is not None and not known.provisional:
        return []
    changes = compare(jurisdiction, notice)
    if known is not None and not changes and known.provisional == provisional:
        return []
    same_year = extract("year", CalendarDay.day) == notice.year
    db.session.execute(delete(CalendarDay).where(CalendarDay.jurisdiction == jurisdiction, same_year))
    for day, kind in sorted(notice.days.items()):
        db.session.add(CalendarDay(jurisdiction=jurisdiction, day=day, kind=kind, name=notice.names.get(day)))
    db.session.add(
        CalendarNotice(
            jurisdiction=jurisdiction,
            year=notice.year,
            source=notice.source or "CSV",
            published_on=notice.published_on,
            provisional=provisional,
            recorded_at=clock.now(),
            changes=[[str(c.day), c.before and c.before.value, c.after and c.after.value] for c in changes],
        )
    )
    outbox.record(CalendarChanged(jurisdiction, notice.year))
    return changes
