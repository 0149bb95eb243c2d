"""Days off come in by notice: shown first, then taken whole."""

from datetime import date
from pathlib import Path

from flask import Flask
from sqlalchemy import select

from portal.contracts.models import CalendarDay, CalendarNotice
from portal.contracts.queries import calendars as known
from portal.contracts.rules import notices
from portal.contracts.service import calendars, libraries
from portal.infra.db import db
from portal.infra.outbox import OutboxEvent
from portal.infra.transaction import transaction
from portal.kernel.working_time import DayKind
from tests.integration.contracts.conftest import DATA

PUBLISHED = notices.parse((DATA / "calendars" / "CN-2026.csv").read_text())
NOTICE = """# A notice
# published: 2025-11-04
date,kind,name
2026-10-01,statutory,国庆节
2026-10-05,bridge,国庆节
2026-10-10,makeup,国庆节
"""


def take(text: str, *, provisional: bool = False) -> int:
    with transaction():
        return len(calendars.take("CN", notices.parse(text), provisional=provisional))


def test_a_notice_is_compared_before_it_is_taken_and_then_makes_its_year_certain(app: Flask) -> None:
    assert len(calendars.compare("CN", notices.parse(NOTICE))) == 3
    assert known.day_table("CN").certain_years == frozenset()
    assert take(NOTICE) == 3
    table = known.day_table("CN")
    assert (table.days[date(2026, 10, 10)], table.certain_years) == (DayKind.MAKEUP, frozenset({2026}))


def test_the_same_notice_again_changes_nothing_and_tells_nobody(app: Flask) -> None:
    take(NOTICE)
    assert take(NOTICE) == 0
    assert len(db.session.scalars(select(CalendarNotice)).all()) == 1
    events = db.session.scalars(select(OutboxEvent).where(OutboxEvent.name == "CalendarChanged")).all()
    assert [e.payload for e in events] == [{"jurisdiction": "CN", "year": 2026}]


def test_a_later_notice_takes_days_back_and_leaves_other_years_alone(app: Flask) -> None:
    take(NOTICE)
    take("# Next\ndate,kind,name\n2027-01-01,statutory,元旦\n")
    assert take(NOTICE.replace("2026-10-05,bridge,国庆节\n", "")) == 1
    days = set(db.session.scalars(select(CalendarDay.day)))
    assert days == {date(2026, 10, 1), date(2026, 10, 10), date(2027, 1, 1)}


def test_a_guess_is_provisional_and_never_replaces_a_published_notice(app: Flask) -> None:
    take(NOTICE.replace("2026-10-10,makeup,国庆节\n", ""), provisional=True)
    assert known.day_table("CN").certain_years == frozenset()
    take(NOTICE)
    assert take("# Guess\ndate,kind,name\n2026-10-01,statutory,国庆节\n", provisional=True) == 0
    assert known.day_table("CN").certain_years == frozenset({2026})


def test_the_command_shows_first_and_takes_on_demand(app: Flask, tmp_path: Path) -> None:
    file = tmp_path / "notice.csv"
    file.write_text(NOTICE)
    shown = app.test_cli_runner().invoke(args=["calendars", "import", str(file)])
    assert (shown.exit_code, db.session.scalars(select(CalendarDay)).all()) == (0, [])
    assert "2026-10-10  plain → makeup" in shown.output
    assert app.test_cli_runner().invoke(args=["calendars", "import", "--apply", str(file)]).exit_code == 0
    assert len(db.session.scalars(select(CalendarDay)).all()) == 3


def test_a_file_with_a_wrong_date_names_its_line_and_nothing_is_taken(app: Flask, tmp_path: Path) -> None:
    file = tmp_path / "notice.csv"
    file.write_text(NOTICE.replace("2026-10-05", "2026-10-35"))
    refused = app.test_cli_runner().invoke(args=["calendars", "import", "--apply", str(file)])
    assert refused.exit_code == 1
    assert "notice.csv:5: that is no date of the calendar" in refused.output
    assert db.session.scalars(select(CalendarDay)).all() == []


def test_the_libraries_say_of_2026_what_the_notice_says() -> None:
    """All 365 days, those off and those made up."""
    notice, guessed = libraries.china(2026)
    assert (guessed, notices.changes(PUBLISHED.days, notice)) == (False, [])


def test_a_year_without_a_notice_is_a_guess_of_the_statutory_days(app: Flask) -> None:
    done = app.test_cli_runner().invoke(args=["calendars", "library", "2060", "--apply"])
    assert (done.exit_code, "no notice is known yet" in done.output) == (0, True)
    table = known.day_table("CN")
    assert (table.days[date(2060, 10, 1)], table.certain_years) == (DayKind.STATUTORY, frozenset())
