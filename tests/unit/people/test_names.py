"""A name is found by any part of it, an address by any part of the person's own."""

import pytest

from portal.people.rules import names


def found(typed, pieces):
    first, last = names.sought(typed)
    return any(piece == first or first <= piece < last for piece in pieces)


@pytest.mark.parametrize(
    "typed",
    [
        "王",
        "小",
        "小明",
        "王小明",
        "A",
        "ann",
        "NNA",
        "na w",
        "Anna  Wang",
        "ng",
        "ｗａｎｇ",
        "明 anna wang",
        "-l",
        "o'ne",
    ],
)
def test_any_part_of_a_name_finds_it(typed):
    assert found(typed, names.pieces("王小明 Anna Wang-Lee O'Neil"))


@pytest.mark.parametrize("typed", ["明小", "王明", "ana", "wang l", "王小明 anna wang-lee o'neill", ""])
def test_what_does_not_stand_there_does_not(typed):
    assert not found(typed, names.pieces("王小明 Anna Wang-Lee O'Neil"))


@pytest.mark.parametrize(
    "typed", ["wang", "ang", "x", "ang.xm@client", "xm@", "@client12", "client12.ex", "example", ".ex"]
)
def test_an_address_is_found_by_any_part_of_the_persons_own_and_by_the_words_of_the_domain(typed):
    assert found(typed, names.pieces_of_address("wang.xm@client12.example"))


def test_what_is_longer_than_a_piece_is_compared_as_far_as_it_goes():
    long = "Ningbo Zhenhai Harbour Warehousing and Logistics Company Limited"
    assert found(long, names.pieces(long))
    assert found(long[7:], names.pieces(long))
    assert max(map(len, names.pieces(long))) <= names.LONGEST


def test_a_name_of_nothing_has_no_pieces():
    assert names.pieces(" \0 ") == set()
