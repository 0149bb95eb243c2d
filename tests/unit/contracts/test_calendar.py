"""Working days in China in 2026, down to make-up workdays."""

from collections import Counter
from datetime import date, time, timedelta

import pytest

from portal.contracts.rules import notices
from portal.kernel.working_time import DayKind
from tests.unit.contracts.calendars import NOTICE, calendar

YEAR = [date(2026, 1, 1) + timedelta(days=n) for n in range(365)]


@pytest.mark.parametrize(
    "day", ["2026-01-04", "2026-02-14", "2026-02-28", "2026-05-09", "2026-09-20", "2026-10-10"]
)
def test_a_make_up_workday_works_the_usual_hours(day: str) -> None:
    """Invariant 26."""
    found = calendar()
    windows = found.windows_on(date.fromisoformat(day))
    assert found.kind_of(date.fromisoformat(day)) is DayKind.MAKEUP
    assert [(w.opens, w.closes) for w in windows] == [(time(9), time(18))]
    assert not calendar(makeup=False).is_workday(date.fromisoformat(day))


@pytest.mark.parametrize(
    "day",
    ["01-02", "02-20", "02-23", "04-06", "05-04", "05-05", "10-05", "10-06", "10-07"],
)
def test_a_bridge_day_is_closed_unless_the_contract_opens_it(day: str) -> None:
    """Invariant 26."""
    found = date.fromisoformat(f"2026-{day}")
    assert calendar().kind_of(found) is DayKind.BRIDGE
    assert not calendar().is_workday(found)
    assert calendar(bridge=True).is_workday(found)


def test_the_year_has_248_workdays() -> None:
    found = calendar()
    by_month = Counter(day.month for day in YEAR if found.is_workday(day))
    kinds = Counter(found.kind_of(day) for day in YEAR)
    assert [by_month[m] for m in range(1, 13)] == [21, 16, 22, 21, 19, 21, 23, 21, 22, 18, 21, 23]
    assert (
        kinds[DayKind.STATUTORY],
        kinds[DayKind.BRIDGE],
        kinds[DayKind.MAKEUP],
        kinds[DayKind.WEEKEND],
    ) == (13, 9, 6, 95)


def test_a_year_without_a_notice_is_uncertain() -> None:
    assert calendar().is_certain(date(2026, 12, 31))
    assert not calendar().is_certain(date(2027, 1, 1))


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("2026-02-30,statutory,春节", "date"),
        ("2026-10-01,holiday,国庆节", "kind"),
        ("2026-10-10,makeup", "columns"),
        ("2026-10-12,makeup,国庆节", "makeup_on_weekday"),
        ("2026-10-10,bridge,国庆节", "bridge_on_weekend"),
        ("2026-01-01,statutory,元旦", "twice"),
    ],
)
def test_a_bad_line_is_named_and_nothing_is_taken(line: str, reason: str) -> None:
    with pytest.raises(notices.BadNotice) as refused:
        notices.parse(
            f"# A notice\ndate,kind,name\n2026-01-01,statutory,元旦\n{line}\n2026-05-01,statutory,劳动节\n"
        )
    assert [(b.number, b.reason) for b in refused.value.lines] == [(4, reason)]


def test_a_file_of_two_years_is_refused() -> None:
    with pytest.raises(notices.BadNotice, match="one_year"):
        notices.parse("date,kind,name\n2026-01-01,statutory,元旦\n2027-01-01,statutory,元旦\n")


def test_the_notice_says_where_it_comes_from() -> None:
    assert (NOTICE.year, str(NOTICE.published_on)) == (2026, "2025-11-04")
    assert NOTICE.source.startswith("国务院办公厅")


def test_a_comparison_shows_only_what_changes() -> None:
    known = dict(NOTICE.days)
    assert notices.changes(known, NOTICE) == []
    del known[date(2026, 10, 10)]
    known[date(2026, 12, 31)] = DayKind.BRIDGE
    assert notices.changes(known, NOTICE) == [
        notices.Change(date(2026, 10, 10), None, DayKind.MAKEUP),
        notices.Change(date(2026, 12, 31), DayKind.BRIDGE, None),
    ]
