"""What a form may say beside plain values: lengths, conditions, ranges of weekdays, things left empty."""

from datetime import date

import pytest

from portal.contracts.rules import forms
from portal.contracts.rules.blanks import BlankFault, read
from portal.contracts.rules.forms import BadForm
from tests.unit.contracts.filled_forms import FOLDER, FORMS, TYPED, fill


@pytest.mark.rule("CR-04", "WB-28")
def test_a_term_without_a_written_end_has_its_length() -> None:
    """CR-04, WB-28."""
    assert (fill("CR").end, fill("CR", {"years": "2"}).end) == (date(2027, 3, 1), date(2028, 3, 1))


def test_what_was_left_empty_is_neither_a_promise_nor_a_price() -> None:
    empty = fill("CR", {"response_hours": ""})
    assert empty.version.targets == ()
    dear, silent = fill("SS"), fill("SS", {"visit_price": ""})
    assert {p.code for p in dear.version.prices} - {p.code for p in silent.version.prices} == {"visit"}


@pytest.mark.rule("CR-02")
def test_a_plan_has_its_months_once_they_are_filled_in() -> None:
    """CR-02."""
    (upkeep,) = fill("CR", {"upkeep_months": "6"}).plans
    assert (upkeep.months, upkeep.clause) == (6, "1.2")


@pytest.mark.parametrize("code", TYPED)
def test_a_form_asks_for_the_blanks_that_it_cannot_do_without(code: str) -> None:
    form = FORMS[code]
    needed = {b.key for b in form.blanks.values() if b.required and b.default is None}
    assert needed == {f.key for f in read(form, {})[1]}
    assert needed <= TYPED[code].keys()
    assert BlankFault("starts_on", "missing") in read(form, {})[1]


def test_a_plan_for_an_entitlement_that_is_not_granted_is_named() -> None:
    text = (FOLDER / "pc_fleet.toml").read_text()
    wrong = text.replace('entitlement = "onsite"', 'entitlement = "on-site"')
    line = next(n for n, words in enumerate(wrong.splitlines(), 1) if words == 'entitlement = "on-site"')
    with pytest.raises(BadForm) as refused:
        forms.load(wrong)
    assert [(f.line, f.reason, f.detail) for f in refused.value.faults] == [
        (line, "unknown_entitlement", "on-site")
    ]


def test_a_milestone_that_asks_for_an_unknown_price_is_named() -> None:
    text = (FOLDER / "crm_project.toml").read_text().replace('rate = "first_half"', 'rate = "half"')
    with pytest.raises(BadForm) as refused:
        forms.load(text)
    assert [(f.reason, f.detail) for f in refused.value.faults] == [("unknown_price", "half")]
