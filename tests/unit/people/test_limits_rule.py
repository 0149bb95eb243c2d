"""Limits as settings write them."""

from datetime import timedelta

import pytest

from portal.people.service.limits import Rule, key_of_account, key_of_address, rule


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("10 per 15 minutes", Rule(10, timedelta(minutes=15))),
        ("5 per minute", Rule(5, timedelta(minutes=1))),
        ("100/2 hours", Rule(100, timedelta(hours=2))),
        ("3 per day", Rule(3, timedelta(days=1))),
    ],
)
def test_a_limit_reads_as_people_say_it(text, meant):
    assert rule(text) == meant


@pytest.mark.parametrize("text", ["", "many", "10 per fortnight", "ten per minute"])
def test_another_text_is_refused(text):
    with pytest.raises(ValueError, match="not a limit"):
        rule(text)


def test_a_household_of_ipv6_counts_as_one_and_a_neighbour_does_not():
    here = key_of_address("x", "2001:db8:1:2:aaaa::1")
    assert here == key_of_address("x", "2001:db8:1:2:bbbb::9")
    assert here != key_of_address("x", "2001:db8:1:3::1")


def test_ipv4_behind_ipv6_counts_as_ipv4():
    assert key_of_address("x", "::ffff:192.0.2.7") == key_of_address("x", "192.0.2.7")


def test_an_account_counts_whatever_its_case_and_its_name_is_not_stored():
    key = key_of_account("x", " Ann@Portal.Example ")
    assert key == key_of_account("x", "ann@portal.example")
    assert "ann" not in key
