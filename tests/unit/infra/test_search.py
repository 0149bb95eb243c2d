"""What a text is found by."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.infra import search


def found(text: str, typed: str) -> bool:
    """The rule that both engines follow: of each clause a token is there, of an open one as a beginning."""
    have = search.tokens(text)
    return all(
        any(t in have for t in c.tokens) or (c.open and any(h.startswith(c.tokens[0]) for h in have))
        for c in search.clauses(typed)
    )


TEXT = "HP LaserJet M404 打印机卡纸,无法打印。报税用。"


@pytest.mark.parametrize(
    "typed",
    [
        "打印",
        "印",
        "税",
        "打印机",
        "HP",
        "hp 卡纸",
        "M404",
        "las",
        "Laser",
        "laserj",
        "LASERJET",
        "机卡",
        "m40",
    ],
)
def test_it_is_found(typed: str) -> None:
    assert found(TEXT, typed)


@pytest.mark.parametrize("typed", ["扫描", "机打", "jet", "卡住", "la", "laserjets"])
def test_it_is_not_found(typed: str) -> None:
    assert not found(TEXT, typed)


def test_full_width_letters_and_digits_are_the_plain_ones() -> None:
    assert found("扫描枪MS9520", "MS9520")
    assert found("扫描枪MS9520", "MS9520")


@pytest.mark.parametrize(
    ("text", "typed"),
    [
        ("Serial SN-88412", "SN88412"), ("Serial SN88412", "sn-88412"), ("Serial SN-88412", "88412"),
        ("Serial SN-88412", "SN-88412"), ("call 138 0013 8000", "13800138000"), ("call 13800138000", "138-0013-8000"),
        ("call +86 138 0013 8000 now", "8613800138000"), ("see T-1042", "t1042"), ("see T-1042", "1042"),
        ("mail owner@harbour.example", "owner@harbour.example"), ("mail owner@harbour.example", "@harbour"),
        ("http://10.0.0.12/setup", "10.0.0.12"), ("error 0x80070005", "0x8007"), ("on 2026-01-05 10:30", "2026-01-05"),
    ],
)  # fmt: skip
def test_numbers_serials_and_addresses_are_found_as_people_write_them(text: str, typed: str) -> None:
    assert found(text, typed)


@pytest.mark.parametrize(
    "typed", ["'", '"', "* & | !", "(", ":*", "\\", "-- ;", "\0", "😀😀", "。,!?", "   "]
)
def test_signs_alone_ask_for_nothing(typed: str) -> None:
    assert search.clauses(typed) == []


def test_a_long_text_asks_for_a_bounded_number_of_things() -> None:
    assert len(search.clauses("打印机卡纸了怎么办才好请问一下各位老师傅们" * 500)) == search.MAX_CLAUSES
    assert len(search.tokens(" ".join(f"word{n}" for n in range(10_000)))) == search.MAX_TOKENS


@given(st.text(max_size=80) | st.text("ab1-. 打印+@", max_size=40))
def test_whatever_was_written_is_found_by_its_own_words(text: str) -> None:
    assert found(text, text)
    assert all("\0" not in t and "@" not in t and len(t) <= search.MAX_WORD for t in search.tokens(text))


def test_what_tells_texts_apart_leaves_out_single_characters_and_short_words() -> None:
    assert search.telling("The HP 打印机 is 坏", 10) == ["the", "打印", "印机"]
