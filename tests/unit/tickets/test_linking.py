"""Links: one parent, no cycle, no contradiction; each kind reads right from either side."""

import pytest

from portal.tickets.rules import linking
from portal.tickets.rules.linking import LinkKind, LinkRefusal, Way

CHILD = LinkKind.CHILD


@pytest.mark.parametrize(
    ("known", "parents", "pair", "why"),
    [
        (set(), {}, (1, 2, CHILD), None),
        (set(), {}, (1, 1, CHILD), LinkRefusal.ITSELF),
        ({(1, 2, CHILD)}, {}, (1, 2, CHILD), LinkRefusal.THERE),
        ({(2, 1, CHILD)}, {2: 1}, (1, 2, CHILD), LinkRefusal.CYCLE),
        ({(1, 3, CHILD)}, {}, (1, 2, CHILD), LinkRefusal.HAS_PARENT),
        (set(), {2: 3, 3: 1}, (1, 2, CHILD), LinkRefusal.CYCLE),
        (set(), {2: 3, 3: 4}, (1, 2, CHILD), None),
        ({(2, 1, LinkKind.RELATED)}, {}, (1, 2, LinkKind.RELATED), LinkRefusal.THERE),
        ({(2, 1, LinkKind.BLOCKS)}, {}, (1, 2, LinkKind.BLOCKS), LinkRefusal.OPPOSITE),
        ({(1, 2, LinkKind.RELATED)}, {}, (1, 2, LinkKind.BLOCKS), None),
    ],
)
def test_which_links_are_refused(known, parents, pair, why):
    assert linking.refusal(*pair, known, parents) is why


@pytest.mark.parametrize("way", list(Way))
def test_a_link_chosen_from_one_side_reads_so_from_there(way):
    kind, first = linking.kind_of(way)
    assert linking.way_of(kind, first=first) is way


def test_a_split_is_not_chosen_by_hand():
    assert not {Way.SPLIT_FROM, Way.SPLIT_OFF} & set(linking.CHOSEN)
