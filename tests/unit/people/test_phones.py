"""A phone number in any spelling, and its end."""

import pytest

from portal.people.rules import phones

STORED = phones.tail("8613800138000")
OFFICE = phones.tail("862155550100")


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("138 0013 8000", STORED),
        ("138-0013-8000", STORED),
        ("+86 138 0013 8000", STORED),
        ("0086 138 0013 8000", STORED),
        ("(+86) 138.0013.8000", STORED),
        ("86 138 0013 8000", STORED),
        ("１３８ ００１３ ８０００", STORED),
        ("8000", STORED),
        ("13 8000", STORED),
        ("(021) 5555-0100", OFFICE),
        ("021 5555 0100 转 802", OFFICE),
        ("021-5555-0100 ext. 12", OFFICE),
        ("电话：021-55550100", OFFICE),
        ("5555 0100", OFFICE),
    ],
)
def test_any_spelling_and_its_last_digits_find_it(typed, stored):
    assert any(stored.startswith(tail) for tail in phones.sought(typed)), phones.sought(typed)


@pytest.mark.parametrize(
    "typed", ["", "12", "00", "王小明", "HL-0002", "SN-88412", "-", "+", "()", "call 8000 now"]
)
def test_words_and_too_few_digits_are_no_number(typed):
    assert phones.sought(typed) == []


def test_a_number_from_abroad_with_its_zero_in_brackets():
    assert phones.tail("442079460991") in phones.sought("+44 (0)20 7946 0991")


@pytest.mark.parametrize("typed", ["1" * 200, "+" * 50, "0" * 40, "9" * 31])
def test_nonsense_is_answered_and_never_longer_than_what_is_stored(typed):
    assert all(len(tail) <= 32 for tail in phones.sought(typed))
