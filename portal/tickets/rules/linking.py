"""How two tickets may have to do with each other, in which words from either side, and what is no link."""

from collections.abc import Mapping
from enum import StrEnum


class LinkKind(StrEnum):
    """Read from the first ticket to the other."""

    RELATED = "related"
    BLOCKS = "blocks"
    DUPLICATES = "duplicates"
    SPLIT = "split"
    """Was split off from the other; made by a split alone."""
    CHILD = "child"


class Way(StrEnum):
    """A kind as one of the two sees it: what staff choose, and what a page says."""

    RELATED = "related"
    BLOCKS = "blocks"
    BLOCKED_BY = "blocked_by"
    DUPLICATES = "duplicates"
    DUPLICATED_BY = "duplicated_by"
    SPLIT_FROM = "split_from"
    SPLIT_OFF = "split_off"
    CHILD = "child"
    PARENT = "parent"


_WAYS: Mapping[Way, tuple[LinkKind, bool]] = {
    Way.RELATED: (LinkKind.RELATED, True),
    Way.BLOCKS: (LinkKind.BLOCKS, True),
    Way.BLOCKED_BY: (LinkKind.BLOCKS, False),
    Way.DUPLICATES: (LinkKind.DUPLICATES, True),
    Way.DUPLICATED_BY: (LinkKind.DUPLICATES, False),
    Way.SPLIT_FROM: (LinkKind.SPLIT, True),
    Way.SPLIT_OFF: (LinkKind.SPLIT, False),
    Way.CHILD: (LinkKind.CHILD, True),
    Way.PARENT: (LinkKind.CHILD, False),
}
CHOSEN = tuple(w for w in Way if _WAYS[w][0] is not LinkKind.SPLIT and w is not Way.DUPLICATED_BY)
"""What staff may choose; a split makes its own."""


class LinkRefusal(StrEnum):
    ITSELF = "itself"
    THERE = "there"
    OPPOSITE = "opposite"
    HAS_PARENT = "has_parent"
    CYCLE = "cycle"


def kind_of(way: Way) -> tuple[LinkKind, bool]:
    """The kind, and whether the ticket that it is chosen on comes first."""
    return _WAYS[way]


def way_of(kind: LinkKind, *, first: bool) -> Way:
    """How one of the two sees a link; `first`: it is the one that the link is read from."""
    if kind is LinkKind.RELATED:
        return Way.RELATED
    return next(way for way, known in _WAYS.items() if known == (kind, first))


def refusal(
    first: int,
    other: int,
    kind: LinkKind,
    known: set[tuple[int, int, LinkKind]],
    parents: Mapping[int, int],
) -> LinkRefusal | None:
    """Why two tickets cannot be linked so; None if they can.

    `known`: the links of both; `parents`: child → parent upward from `other`. A ticket has one parent and is never its
    own ancestor; two tickets never block, or duplicate, each other.
    """
    if first == other:
        return LinkRefusal.ITSELF
    if (first, other, kind) in known or (kind is LinkKind.RELATED and (other, first, kind) in known):
        return LinkRefusal.THERE
    if (other, first, kind) in known:
        return LinkRefusal.CYCLE if kind is LinkKind.CHILD else LinkRefusal.OPPOSITE
    if kind is not LinkKind.CHILD:
        return None
    if any(a == first and k is LinkKind.CHILD for a, _b, k in known):
        return LinkRefusal.HAS_PARENT
    above: int | None = other
    for _step in range(len(parents) + 1):
        if above == first:
            return LinkRefusal.CYCLE
        above = parents.get(above) if above is not None else None
    return None
