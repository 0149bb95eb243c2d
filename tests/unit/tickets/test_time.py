"""Which minutes count."""

import pytest

from portal.tickets.rules.time import UNIT, accounted


@pytest.mark.parametrize(("spent", "counts"), [(0, 0), (1, 15), (15, 15), (16, 30), (61, 75), (720, 720)])
def test_each_unit_that_was_begun_counts_in_full(spent, counts):
    assert UNIT == 15
    assert accounted(spent) == counts


def test_another_unit_and_nobody_reached():
    assert accounted(7, 6) == 12
    assert accounted(7, reached=False) == 0
