"""Tags as people type them, and when a ticket that was put out of sight comes back."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.tickets.rules import snoozing, splitting, tags

NOW = datetime(2026, 11, 27, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def test_one_word_in_two_spellings_is_one_tag():
    typed = " Printer, printer；ＰＲＩＮＴＥＲ、打印 机,, #till"
    assert [t.name for t in tags.several(typed)] == ["ＰＲＩＮＴＥＲ", "打印 机", "till"]


def test_a_tag_that_is_too_long_is_named():
    assert tags.too_long(tags.several("a," + "b" * 41)) == "b" * 41
    assert tags.too_long(tags.several("b" * 40)) is None


@pytest.mark.parametrize(
    ("until", "dues", "back"),
    [
        (NOW + HOUR, [], NOW + HOUR),
        (None, [], None),
        (None, [NOW + 10 * HOUR], NOW + 8 * HOUR),
        (NOW + 9 * HOUR, [NOW + 10 * HOUR], NOW + 8 * HOUR),
        (NOW + HOUR, [NOW + 10 * HOUR], NOW + HOUR),
        (NOW + HOUR, [NOW - HOUR], NOW + HOUR),
    ],
)
def test_it_comes_back_at_its_time_or_before_a_promise_breaks(until, dues, back):
    assert snoozing.comes_back(until, NOW, dues) == back


@given(st.lists(st.integers(1, 10_000), min_size=1), st.none() | st.integers(1, 20_000))
def test_no_promise_that_still_runs_breaks_unseen(minutes, until):
    dues = [NOW + timedelta(minutes=m) for m in minutes]
    back = snoozing.comes_back(NOW + timedelta(minutes=until) if until else None, NOW, dues)
    assert back is not None
    assert back < min(dues)


def test_a_time_that_has_passed_or_is_years_ahead_is_none():
    assert not snoozing.is_possible(NOW, NOW)
    assert not snoozing.is_possible(NOW + timedelta(days=367), NOW)
    assert snoozing.is_possible(None, NOW)


def test_a_split_message_counts_from_when_it_was_written_only_while_nobody_answered_it():
    line = splitting.Line(NOW - HOUR, internal=False)
    assert splitting.received_at(line, NOW - 2 * HOUR, NOW) == NOW - HOUR
    assert splitting.received_at(line, None, NOW) == NOW
    assert splitting.received_at(line, NOW - timedelta(minutes=5), NOW) == NOW
