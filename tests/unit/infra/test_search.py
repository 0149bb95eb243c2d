"""What a text is found by."""

import pytest

from portal.infra import search


def found(text: str, typed: str) -> bool:
    """The rule that both engines follow: every wanted token is there, a starred one as a beginning."""
    have = search.tokens(text).split()
    return all(
        any(t.startswith(w[:-1]) if w.endswith("*") else t == w for t in have) for w in search.wanted(typed)
    )


@pytest.mark.parametrize("typed", ["打印", "印", "打印机", "HP", "hp 卡纸", "M404", "laser", "机卡"])
def test_it_is_found(typed: str) -> None:
    assert found("HP LaserJet M404 打印机卡纸,无法打印", typed)


@pytest.mark.parametrize("typed", ["扫描", "机打", "jet", "卡住"])
def test_it_is_not_found(typed: str) -> None:
    assert not found("HP LaserJet M404 打印机卡纸,无法打印", typed)


def test_full_width_letters_and_digits_are_the_plain_ones() -> None:
    assert found("扫描枪MS9520", "MS9520")
    assert found("MS9520", "MS9520")


@pytest.mark.parametrize("typed", ["'", '"', "* & | !", "(", ":*", "\\", "-- ;"])
def test_operators_alone_ask_for_nothing(typed: str) -> None:
    assert search.wanted(typed) == []


def test_a_long_text_asks_for_a_bounded_number_of_tokens() -> None:
    assert len(search.wanted("打印机" * 10_000)) <= 20
