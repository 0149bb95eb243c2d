"""The eight forms as wordings: every rule stands at a clause, every open wording is a setting, every setting compiles."""

import re

import pytest

from portal.contracts.rules.forms import Form
from portal.contracts.rules.rounds import every_months, weekly
from tests.unit.contracts.filled_forms import FORMS, fill

RULES = {"TS": 38, "PC": 22, "HW": 28, "SS": 25, "WB": 28, "HO": 21, "WM": 16, "CR": 16}
"""How many rules the wording of each form has, numbered from 1 without a gap."""
OPEN = {
    "TS": {
        "same_day_after_hours", "makeup_days", "bridge_days", "second_day", "after_expiry", "deemed_acceptance_from", "no_show",
    },
    "PC": {
        "makeup_days", "bridge_days", "holiday_round", "carry_over", "emergency_clock", "fleet_changes", "no_show",
    },
    "HW": {"makeup_days", "bridge_days", "arrival", "excluded_parts", "tax", "no_show"},
    "SS": {"makeup_days", "bridge_days", "emergency_clock", "renewal", "no_show"},
    "WB": {"makeup_days", "bridge_days", "balance_due", "penalty_days", "penalty_cap"},
    "HO": {"makeup_days", "bridge_days", "restore_clock", "term_end", "cap_when_nothing_paid"},
    "WM": {"makeup_days", "bridge_days", "slipped_letters", "commission_base", "arrears"},
    "CR": {"makeup_days", "bridge_days", "second_half_due", "penalty_days", "penalty_cap"},
}  # fmt: skip
CASES = [
    (code, key, option)
    for code, form in FORMS.items()
    for key, setting in form.settings.items()
    for option in setting.options
]


def test_there_is_a_form_for_each_of_the_eight_contracts() -> None:
    assert FORMS.keys() == RULES.keys()


@pytest.mark.parametrize("code", RULES)
def test_every_rule_stands_at_a_clause_of_its_form(code: str) -> None:
    standing = {rule for clause in FORMS[code].clauses.values() for rule in clause.rules}
    assert standing == {f"{code}-{number:02}" for number in range(1, RULES[code] + 1)}


@pytest.mark.parametrize("code", OPEN)
def test_every_open_wording_is_a_setting(code: str) -> None:
    assert FORMS[code].settings.keys() == OPEN[code]


@pytest.mark.parametrize(("code", "key", "option"), CASES, ids=["-".join(c) for c in CASES])
def test_every_option_of_every_setting_compiles(code: str, key: str, option: str) -> None:
    terms = fill(code, **{key: option})
    assert terms.version.entitlements
    assert terms.start < terms.end


@pytest.mark.parametrize("form", FORMS.values(), ids=lambda f: f.code)
def test_our_own_chinese_words_have_chinese_punctuation(form: Form) -> None:
    ours = [b.label.zh for b in form.blanks.values()] + [form.name.zh]
    ours += [w.zh for s in form.settings.values() for w in (s.label, *s.options.values())]
    assert [words for words in ours if re.search(r"[\u4e00-\u9fff][,:;!?]|[()]", words)] == []


@pytest.mark.rule("WM-01")
def test_the_client_is_who_the_wording_says_and_not_who_the_letter_suggests() -> None:
    """WM-01: 乙方委托甲方."""
    letters = {code: (form.client_letter, form.provider_letter) for code, form in FORMS.items()}
    assert letters.pop("WM") == ("乙", "甲")
    assert letters.pop("SS") == ("客户", "服务提供商")
    assert set(letters.values()) == {("甲", "乙")}


@pytest.mark.rule("HW-08", "PC-07", "SS-04")
def test_the_planned_rounds_follow_their_blanks() -> None:
    """X41 (HW-08), X47, X48 (PC-07), SS-04: rounds by the compiled plans."""
    hw, pc, ss = fill("HW"), fill("PC"), fill("SS")
    (upkeep,), (visit,), (updates,) = hw.plans, pc.plans, ss.plans
    assert upkeep.months == 3
    assert [str(r.on) for r in every_months(hw.start, hw.end, upkeep.months, hw.version.calendar)] == [
        "2026-04-07",
        "2026-07-06",
        "2026-10-08",
    ]
    assert visit.weekday == 2
    rounds = {
        str(r.planned_on): str(r.on) for r in weekly(pc.start, pc.end, visit.weekday, pc.version.calendar)
    }
    assert (rounds["2026-10-07"], rounds["2026-02-18"]) == ("2026-10-08", "None")
    assert (updates.months, updates.entitlement) == (3, "update")
    assert fill("CR").plans == (), "nothing was filled in for regular upkeep"


@pytest.mark.rule("PC-07")
def test_a_round_on_a_day_off_is_left_out_where_the_parties_said_so() -> None:
    """The other reading of PC-07."""
    pc = fill("PC", holiday_round="skipped")
    (visit,) = pc.plans
    assert visit.weekday is not None
    rounds = weekly(pc.start, pc.end, visit.weekday, pc.version.calendar, moves=visit.moves)
    assert [r.on for r in rounds if str(r.planned_on) == "2026-10-07"] == [None]
