"""The found words in their sentence."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.infra import search
from portal.tickets.rules import snippets


def drawn(text: str, typed: str) -> str | None:
    parts = snippets.snippet(text, search.needles(typed))
    return None if parts is None else "".join(f"[{p.text}]" if p.hit else p.text for p in parts)


@pytest.mark.parametrize(
    ("text", "typed", "wanted"),
    [
        ("打印机卡纸,无法打印", "打印", "[打印]机卡纸,无法[打印]"),
        ("打印机卡纸", "打印机 卡", "[打印机卡]纸"),
        ("HP LaserJet\njams", "laser JAM", "HP [Laser]Jet [jam]s"),
        ("the reprint", "print", None),
        ("型号MS9520扫描枪", "ms9520", "型号[MS9520]扫描枪"),
        ("先打印,再看印机", "打印机", "先[打印],再看[印机]"),
        ("straße ﬁne", "fine", "straße [ﬁne]"),
        ("nothing here", "打印", None),
    ],
)
def test_words_are_marked_where_they_stand(text: str, typed: str, wanted: str | None) -> None:
    assert drawn(text, typed) == wanted


def test_a_long_text_is_cut_around_the_hit() -> None:
    text = drawn("word " * 500 + "the needle lies here " + "more " * 500, "needle")
    assert text is not None
    assert "[needle]" in text
    assert text.startswith("…")
    assert text.endswith("…")
    assert len(text) < snippets.LENGTH + 10


@given(st.text(max_size=120), st.text(max_size=20))
def test_marking_loses_no_character(text: str, typed: str) -> None:
    assert "".join(p.text for p in snippets.marked(text, search.needles(typed))) == text
