"""Numbers and addresses that people and mail servers carry around."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.kernel import refs

MAILBOX = "support@desk.example"


@given(number=st.integers(min_value=1000, max_value=10**9), secret=st.text(min_size=1, max_size=40))
def test_a_reply_address_names_its_ticket_whatever_its_case(number: int, secret: str) -> None:
    address = refs.reply_address(secret, MAILBOX, number)
    assert refs.ticket_of_reply_address(secret, address) == number
    assert refs.ticket_of_reply_address(secret, address.upper()) == number


def test_a_reply_address_signed_with_another_key_names_nothing() -> None:
    address = refs.reply_address("our key", MAILBOX, 1042)
    assert refs.ticket_of_reply_address("their key", address) is None
    assert refs.ticket_of_reply_address("our key", address.replace("t1042", "t1043")) is None
    assert refs.ticket_of_reply_address("our key", MAILBOX) is None


@pytest.mark.parametrize("typed", ["1042", "T-1042", "t1042", " T 1042 ", "t - 1042"])
def test_a_number_is_found_however_it_is_typed(typed: str) -> None:
    assert refs.parse_ticket_number(typed) == 1042


@pytest.mark.parametrize("typed", ["printer 1042", "T-10x", "", "12", "打印1042"])
def test_other_words_are_no_number(typed: str) -> None:
    assert refs.parse_ticket_number(typed) is None


def test_numbers_are_read_out_of_a_sentence_once_each() -> None:
    assert refs.ticket_numbers_in("Re: [T-1042] and t1043, T-1042 again, not LAT-1044 nor T-12") == [
        1042,
        1043,
    ]


def test_a_derived_secret_is_the_same_for_the_same_purpose_only() -> None:
    assert refs.keyed_secret("key", "reset:1") == refs.keyed_secret("key", "reset:1")
    assert len({refs.keyed_secret(k, p) for k in ("key", "other") for p in ("reset:1", "reset:2")}) == 4
