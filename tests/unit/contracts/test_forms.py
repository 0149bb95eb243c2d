"""Contract forms as files: read whole, faults named by their line, compiled into terms."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import portal.contracts.rules
from portal.contracts.rules import blanks, forms
from portal.contracts.rules.compiling import Compiled, DayTable, Filled, compiled
from portal.contracts.rules.deadlines import AfterHours, due
from portal.contracts.rules.decide import decide
from portal.contracts.rules.decision import Outcome, Question
from portal.contracts.rules.forms import BadForm, Fault, Form
from portal.contracts.rules.terms import Contract, Covered, Service, Term
from tests.unit.contracts.calendars import NOTICE, SHANGHAI, at

FOLDER = Path(portal.contracts.rules.__file__).parent.parent / "data" / "forms"
FILES = sorted(FOLDER.glob("*.toml"))
TS_TEXT = (FOLDER / "annual_support.toml").read_text()
TS_TYPED = {"starts_on": "2025-10-22", "ends_on": "2026-10-21", "visit_price": "800"}
DAYS = DayTable(NOTICE.days, frozenset({2026}))


def fill(form: Form, typed: dict[str, str], **settings: str) -> Compiled:
    values, faults = blanks.read(form, typed)
    assert faults == []
    return compiled(Filled(form, values, settings), DAYS, SHANGHAI, at("2025-10-20 10:00"))


@pytest.mark.parametrize("file", FILES, ids=lambda f: f.stem)
def test_every_form_is_sound_and_named_after_its_file(file: Path) -> None:
    form = forms.load(file.read_text())
    assert form.key == file.stem
    assert all(c.zh and c.en for c in form.clauses.values())


@pytest.mark.rule("TS-08", "TS-21", "TS-24")
def test_a_filled_form_gives_the_promise_and_the_price_of_its_clauses() -> None:
    """TS-08, TS-21, TS-24."""
    terms = fill(forms.load(TS_TEXT), TS_TYPED)
    (response,) = terms.version.targets
    found = due(response.rule, at("2026-03-13 19:20"), terms.version.calendar)
    assert (found.due_at, response.clause) == (at("2026-03-16 18:00"), "二.2.1")
    assert (terms.start, terms.end) == (date(2025, 10, 22), date(2026, 10, 21))
    assert [(p.code, p.amount) for p in terms.version.prices] == [("visit", Decimal("800.00"))], (
        "an empty price is no price"
    )


def test_a_setting_changes_how_an_open_wording_is_read() -> None:
    literal = fill(forms.load(TS_TEXT), TS_TYPED, same_day_after_hours="literal", makeup_days="rest")
    assert literal.version.targets[0].rule.after_hours is AfterHours.LITERAL
    assert not literal.version.calendar.is_workday(date(2026, 2, 14))


def test_the_engine_decides_on_a_compiled_form_as_on_any_terms() -> None:
    terms = fill(forms.load(TS_TEXT), TS_TYPED)
    signed = replace(
        terms.version, signed_client_at=at("2025-10-20 11:00"), signed_provider_at=at("2025-10-20 12:00")
    )
    contract = Contract(1, "TS-1", 1, (signed,), (Term(1, terms.start, terms.end),), (Covered(terms.start),))
    found = decide(Question(1, Service.HOTLINE, at("2026-03-10 10:05")), [contract], at("2026-03-10 10:05"))
    assert (found.outcome, found.clause) == (Outcome.INCLUDED, "二.1.1")


@pytest.mark.rule("HO-12")
def test_a_term_that_contradicts_its_length_is_warned_of() -> None:
    """HO-12 shows the kind: 12 months that are written as 13."""
    wrong = fill(forms.load(TS_TEXT), TS_TYPED | {"ends_on": "2026-11-21"})
    assert [(w.code, w.facts["by_length"]) for w in wrong.warnings] == [("TERM_MISMATCH", "2026-10-21")]
    assert fill(forms.load(TS_TEXT), TS_TYPED).warnings == ()


def line_of(text: str) -> int:
    return next(n for n, line in enumerate(TS_TEXT.splitlines(), 1) if line == text)


@pytest.mark.parametrize(
    ("before", "after", "reason", "detail"),
    [
        ('clause = "四.1.b, 四.2"', 'clause = "四.1.z, 四.2"', "unknown_clause", "四.1.z"),
        (
            'amount = { blank = "visit_price" }',
            'amount = { blank = "visit_prise" }',
            "unknown_blank",
            "visit_prise",
        ),
        ('rate = "visit"', 'rate = "visits"', "unknown_price", "visits"),
        ("[phone_first]", "[phonefirst]", "unknown_key", "phonefirst"),
        ('mode = "fee_and_settled"', "mode = fee_and_settled", "not_toml", ""),
    ],
)
def test_a_fault_in_a_form_names_its_line_and_reason(
    before: str, after: str, reason: str, detail: str
) -> None:
    with pytest.raises(BadForm) as refused:
        forms.load(TS_TEXT.replace(before, after))
    (fault,) = refused.value.faults
    assert (fault.line, fault.reason) == (line_of(before), reason)
    assert detail in fault.detail


def test_a_form_without_a_part_says_which() -> None:
    with pytest.raises(BadForm) as refused:
        forms.load('form = "x"\ncode = "X"\n')
    assert Fault(1, "missing", "clause") in refused.value.faults


@pytest.mark.parametrize(
    ("kind", "typed", "value"),
    [
        ("money", "1,200.5", Decimal("1200.50")),
        ("money", "¥800元", Decimal("800.00")),
        ("percent", "8 %", Decimal(8)),
        ("fraction", "八折", Decimal("0.8")),
        ("fraction", "85折", Decimal("0.85")),
        ("fraction", "8.5折", Decimal("0.85")),
        ("fraction", "80%", Decimal("0.8")),
        ("weekday", "星期三", 2),
        ("weekday", "Wed", 2),
        ("weekday", "周日", 6),
        ("integer", "20", 20),
    ],
)
def test_a_blank_is_read_as_people_write_it(kind: str, typed: str, value: Any) -> None:
    assert blanks.read(_form_with(kind), {"b": typed}) == ({"b": value}, [])


@pytest.mark.parametrize(
    ("kind", "typed"),
    [
        ("money", "800.001"), ("money", "-1"), ("money", "NaN"), ("fraction", "120%"), ("fraction", "0"),
        ("weekday", "so"), ("integer", "-2"), ("integer", "2.5"), ("date", "2026-02-30"), ("time", "25:00"),
    ],
)  # fmt: skip
def test_a_blank_that_makes_no_sense_is_named(kind: str, typed: str) -> None:
    values, faults = blanks.read(_form_with(kind), {"b": typed})
    assert (values, [(f.key, f.reason) for f in faults]) == ({"b": None}, [("b", f"not_a_{kind}")])


def test_an_empty_required_blank_and_an_unknown_one_are_named() -> None:
    _, faults = blanks.read(forms.load(TS_TEXT), {"starts_on": "2025-10-22", "fee": "1"})
    assert {(f.key, f.reason) for f in faults} == {
        ("fee", "unknown"),
        ("ends_on", "missing"),
        ("visit_price", "missing"),
    }


def _form_with(kind: str) -> Form:
    blank = forms.Blank("b", forms.BlankKind(kind), forms.Words("b", "b"), "1")
    return replace(forms.load(TS_TEXT), blanks={"b": blank})
