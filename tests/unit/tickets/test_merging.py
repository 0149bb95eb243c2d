"""When a ticket may go on as another one, and that a chain of merges always has one end."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.tickets.rules import merging
from portal.tickets.rules.merging import MergeRefusal, Side
from portal.tickets.rules.words import Status

NOW = datetime(2026, 11, 27, tzinfo=UTC)


def side(ticket_id, organisation_id=1, status=Status.IN_PROGRESS, merged_into_id=None):
    return Side(ticket_id, organisation_id, status, merged_into_id)


@pytest.mark.parametrize(
    ("source", "target", "why"),
    [
        (side(1), side(2), None),
        (side(1), side(1), MergeRefusal.ITSELF),
        (side(1, merged_into_id=3), side(2), MergeRefusal.MERGED),
        (side(1), side(2, merged_into_id=1), MergeRefusal.INTO_MERGED),
        (side(1), side(2, organisation_id=2), MergeRefusal.OTHER_ORGANISATION),
        (side(1), side(2, status=Status.CLOSED), MergeRefusal.INTO_ENDED),
        (side(1), side(2, status=Status.RESOLVED), MergeRefusal.INTO_ENDED),
        (side(1, status=Status.CLOSED), side(2, status=Status.CLOSED), None),
        (side(1, status=Status.RESOLVED), side(2), None),
        (replace(side(1), has_open_work=True), side(2), MergeRefusal.OPEN_WORK),
        (side(1), replace(side(2), has_open_work=True), None),
    ],
)
def test_what_stands_in_the_way_of_a_merge(source, target, why):
    assert merging.refusal(source, target) is why


@given(st.lists(st.tuples(st.integers(1, 8), st.integers(1, 8)), max_size=30))
def test_whatever_is_merged_in_whatever_order_nothing_ends_in_a_cycle_and_every_pointer_is_an_end(pairs):
    """As the service does it: who pointed to the merged ticket points to the new end at once."""
    merges: dict[int, int] = {}
    ends: dict[int, int | None] = dict.fromkeys(range(1, 9))
    for one, other in pairs:
        if merging.refusal(side(one, merged_into_id=ends[one]), side(other, merged_into_id=ends[other])):
            continue
        merges[one] = other
        ends |= {t: other for t, end in ends.items() if end == one} | {one: other}
    for ticket, end in ends.items():
        assert merging.end_of(ticket, merges) == (end or ticket)
        assert end is None or ends[end] is None


def test_who_comes_along_still_belongs_and_is_not_there_yet():
    assert merging.carried([1, 2, 3, 1], {2}, {1, 2}) == [1]


def test_a_merge_can_be_undone_for_fourteen_days():
    assert merging.may_be_undone(NOW - timedelta(days=14), NOW)
    assert not merging.may_be_undone(NOW - timedelta(days=14, seconds=1), NOW)
