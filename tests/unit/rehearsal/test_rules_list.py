"""The list of rules is whole, and no test speaks of a rule that is not on it."""

from collections import Counter

from tests.support import rules


def test_all_rules_of_the_nine_sources_are_listed_with_a_stage_and_a_reason() -> None:
    found = rules.rules()
    by_source = Counter(rule.id[:2] for rule in found)
    assert by_source == {
        "TS": 38, "PC": 22, "HW": 28, "SS": 25, "WB": 28, "HO": 21, "WM": 16, "CR": 16, "NT": 5,
    }  # fmt: skip
    assert sum(rule.priority == "M" for rule in found) == 135


def test_every_rule_that_must_hold_by_now_is_carried_by_a_test() -> None:
    assert [rule.id for rule in rules.rules() if rule.missing] == []
