"""What makes a password too weak."""

import pytest

from portal.people.rules.passwords import LONGEST, Weakness, weakness


@pytest.mark.parametrize("password", ["correct horse battery staple", "雨天骑车去买苹果和梨子", "kT9#vQ2m!x"])
def test_a_long_password_is_good_whatever_its_characters(password):
    assert weakness(password, "wang@harbour.example", "王小明") is None


def test_nine_characters_are_too_few():
    assert weakness("kT9#vQ2m!") is Weakness.SHORT


def test_a_password_may_not_be_endless():
    assert weakness("ab3 " * LONGEST) is Weakness.LONG


@pytest.mark.parametrize(
    "password", ["wang.xiaoming", "WANG.XIAOMING123", "wang.xiaoming@harbour.example", "Wang Xiao Ming"]
)
def test_what_others_know_of_the_owner_is_refused(password):
    assert weakness(password, "wang.xiaoming@harbour.example", "Wang Xiao Ming") is Weakness.OWN_NAME


def test_a_password_that_only_contains_the_name_is_good():
    assert weakness("wang likes long walks", "wang@harbour.example", "Wang") is None


@pytest.mark.parametrize(
    "password",
    [
        "1234567890",
        "Password123",
        "qwertyuiop",
        "aaaaaaaaaaaa",
        "abcabcabcabc",
        "abcdefghijkl",
        "９８７６５４３２１０",
    ],
)
def test_what_everybody_tries_first_is_refused(password):
    assert weakness(password) is Weakness.COMMON
