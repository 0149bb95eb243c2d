"""What a sheet must have before it is signed, and what its parts cost."""

from dataclasses import replace
from decimal import Decimal

import pytest

from portal.contracts.rules.decision import Decision, Outcome, PriceLine
from portal.contracts.rules.terms import VisitTerms
from portal.dispatch.rules.sheet import Lacking, Part, SheetFacts, lacking, owed_lines

HW = VisitTerms(sheet_clause="二.四.3", client_test_clause="二.四.2")
WHOLE = SheetFacts("no light", "fuse changed", "李工", True, "王敏", True, True)


@pytest.mark.rule("HW-16")
@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"found": " "}, Lacking.FOUND),
        ({"done": ""}, Lacking.DONE),
        ({"engineer_name": ""}, Lacking.ENGINEER_NAME),
        ({"engineer_signed": False}, Lacking.ENGINEER_SIGNATURE),
        ({"client_name": ""}, Lacking.CLIENT_NAME),
        ({"client_signed": False}, Lacking.CLIENT_SIGNATURE),
        ({"has_times": False}, Lacking.TIMES),
    ],
)
def test_each_field_of_the_sheet_is_asked_for(change, code):
    assert lacking(WHOLE, HW) == []
    assert lacking(replace(WHOLE, **change), HW) == [code]


@pytest.mark.rule("HW-15")
@pytest.mark.parametrize(
    ("passed", "solved", "lacks"), [(None, True, True), (False, True, True), (None, False, False)]
)
def test_a_repair_counts_as_done_only_after_the_clients_test(passed, solved, lacks):
    sheet = replace(WHOLE, client_test_passed=passed, solved=solved)
    assert (Lacking.CLIENT_TEST in lacking(sheet, HW)) is lacks


def test_where_no_clause_wants_the_sheet_a_reason_stands_for_the_clients_signature():
    away = replace(WHOLE, client_name="", client_signed=False, unsigned_reason="had left before we finished")
    assert lacking(away, VisitTerms()) == []
    assert lacking(away, HW) == [Lacking.CLIENT_NAME, Lacking.CLIENT_SIGNATURE]


@pytest.mark.rule("HW-02", "HW-09")
def test_parts_are_paid_at_the_fraction_piece_by_piece():
    answer = Decision(Outcome.BILLABLE, price_lines=(PriceLine("part", Decimal(1), Decimal("1"), "一.一"),))
    lines = owed_lines(
        answer, [Part("head", Decimal("99.99"), Decimal(3))], Decimal("0.85"), "一.一", held=False
    )
    assert [(line.amount, words) for line, words in lines] == [(Decimal("254.97"), "head")]


def test_a_reserved_unit_pays_for_the_visit_and_not_for_its_parts():
    fee = PriceLine("visit", Decimal(1), Decimal("800.00"), "四.2")
    answer = Decision(Outcome.BILLABLE, price_lines=(fee,))
    part = [Part("fuse", Decimal("10.00"))]
    assert [line.code for line, _ in owed_lines(answer, part, Decimal(1), "", held=True)] == ["part"]
    assert [line.code for line, _ in owed_lines(answer, part, Decimal(1), "", held=False)] == [
        "visit",
        "part",
    ]
