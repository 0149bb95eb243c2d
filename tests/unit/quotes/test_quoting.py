"""Where a quote stands, what may be done with it, what it comes to."""

from datetime import date
from decimal import Decimal

import pytest

from portal.quotes.rules.quoting import (
    AcceptKind,
    Act,
    Line,
    QuoteKind,
    Side,
    Stage,
    Why,
    lacking_lines,
    person_days,
    stage,
    total,
    why_not_confirm,
    why_not_start,
)

LAST = date(2026, 3, 31)
CLIENT, PROVIDER = Side.CLIENT, Side.PROVIDER


@pytest.mark.parametrize(
    ("act", "sides", "today", "expected"),
    [
        (Act.DRAFT, (), date(2026, 3, 1), Stage.DRAFT),
        (Act.SENT, (), LAST, Stage.SENT),
        (Act.SENT, (), date(2026, 4, 1), Stage.EXPIRED),
        (Act.SENT, (CLIENT,), LAST, Stage.CUSTOMER_CONFIRMED),
        (Act.SENT, (PROVIDER,), LAST, Stage.PROVIDER_CONFIRMED),
        (Act.SENT, (CLIENT,), date(2026, 4, 1), Stage.EXPIRED),
        (Act.CONFIRMED, (CLIENT, PROVIDER), date(2026, 4, 1), Stage.CONFIRMED),
    ],
)
def test_a_stage_follows_from_acts_confirmations_and_the_day(act, sides, today, expected):
    assert stage(act, sides, LAST, today) is expected


def test_accepted_by_silence_is_told_apart():
    assert stage(Act.ACCEPTED, (), LAST, LAST, AcceptKind.DEEMED) is Stage.DEEMED_ACCEPTED
    assert stage(Act.ACCEPTED, (), LAST, LAST, AcceptKind.EXPLICIT) is Stage.ACCEPTED


@pytest.mark.rule("TS-30", "TS-31")
@pytest.mark.parametrize("now", [s for s in Stage if s not in (Stage.CONFIRMED, Stage.DEFECTS)])
def test_no_work_before_both_confirmed(now):
    early = {Stage.DRAFT, Stage.SENT, Stage.CUSTOMER_CONFIRMED, Stage.PROVIDER_CONFIRMED, Stage.EXPIRED}
    assert why_not_start(now) is (Why.QUOTE_NOT_CONFIRMED if now in early else Why.NOT_FROM_HERE)


def test_work_begins_and_goes_on_after_both_confirmed():
    assert why_not_start(Stage.CONFIRMED) is None
    assert why_not_start(Stage.DEFECTS) is None


@pytest.mark.parametrize(
    ("now", "sides", "why"),
    [
        (Stage.SENT, (), None),
        (Stage.PROVIDER_CONFIRMED, (PROVIDER,), None),
        (Stage.CUSTOMER_CONFIRMED, (CLIENT,), Why.ALREADY_CONFIRMED),
        (Stage.EXPIRED, (), Why.QUOTE_EXPIRED),
        (Stage.SUPERSEDED, (), Why.QUOTE_SUPERSEDED),
        (Stage.DRAFT, (), Why.NOT_SENT),
        (Stage.WITHDRAWN, (), Why.NOT_FROM_HERE),
    ],
)
def test_a_side_confirms_once_and_in_time(now, sides, why):
    assert why_not_confirm(now, sides, CLIENT) is why


@pytest.mark.rule("TS-29")
@pytest.mark.parametrize(
    ("estimate", "quoted"), [("0.1", "0.5"), ("2.0", "2.0"), ("2.1", "2.5"), ("2.5", "2.5")]
)
def test_person_days_are_quoted_by_the_half(estimate, quoted):
    assert person_days(Decimal(estimate)) == Decimal(quoted)


@pytest.mark.rule("HW-27")
def test_a_factory_repair_names_price_freight_and_duty():
    one = Decimal(1)
    lines = [
        Line("factory", "main board", one, "piece", Decimal("500")),
        Line("duty", "", one, "piece", Decimal(0)),
    ]
    assert lacking_lines(QuoteKind.FACTORY, lines) == ["freight"]
    assert lacking_lines(QuoteKind.REPAIR, []) == []


def test_lines_are_rounded_half_up_each():
    line = Line("labour", "x", Decimal("0.5"), "hour", Decimal("0.01"))
    assert (line.amount, total([line, line])) == (Decimal("0.01"), Decimal("0.02"))
