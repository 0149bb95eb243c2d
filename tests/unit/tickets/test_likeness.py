"""Which tickets resemble a text."""

from portal.tickets.rules.likeness import ranked, telling

FREQUENCY = {"打印": 400, "卡纸": 12, "ms9520": 1, "the": 401}


def test_a_rare_shared_word_counts_more_than_common_ones() -> None:
    shared = {1: {"打印", "the"}, 2: {"ms9520", "the"}, 3: {"打印", "卡纸"}}
    assert ranked(FREQUENCY, shared, 5) == [2, 3]


def test_one_shared_word_is_chance() -> None:
    assert ranked(FREQUENCY, {1: {"ms9520"}, 2: {"the"}}, 5) == []


def test_a_text_of_one_word_is_resembled_by_that_word() -> None:
    assert ranked({"卡纸": 12}, {1: {"卡纸"}, 7: {"卡纸"}}, 5) == [7, 1]


def test_no_more_than_asked_for_and_nothing_for_nothing() -> None:
    assert ranked({"卡纸": 3}, {n: {"卡纸"} for n in range(9)}, 2) == [8, 7]
    assert ranked({}, {}, 5) == []
    assert ranked({"卡纸": 0}, {1: {"卡纸"}}, 5) == []


def test_the_rarest_words_are_asked_for() -> None:
    assert telling(FREQUENCY | {"gone": 0}, 3) == ["ms9520", "卡纸", "打印"]
