"""A contract is entered, signed, amended; the engine then knows what it says."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from portal.assets.models import DeviceKind
from portal.contracts.models import ContractRecord, ContractState
from portal.contracts.queries import facts
from portal.contracts.rules.decide import decide
from portal.contracts.rules.decision import Decision, Outcome, Question, Reason
from portal.contracts.rules.forms import BadForm
from portal.contracts.rules.terms import Service
from portal.contracts.service import entering
from portal.contracts.service.entering import BlanksRefused
from portal.infra.transaction import transaction
from portal.kernel import clock
from portal.kernel.errors import NotFound, Refused
from tests.cast import actor
from tests.integration.contracts.conftest import TS_BLANKS, at, form_text
from tests.support.queries import counted

Enter = Callable[..., ContractRecord]


def ask(cast: Any, service: Service, when: str, **more: Any) -> Decision:
    known = facts.contracts_of(actor(cast.agent), cast.harbour.id, at(when))
    question = Question(cast.harbour.id, service, at(when), **more)
    return decide(question, [k.contract for k in known], at(when))


@pytest.mark.rule("TS-02", "TS-04", "TS-24")
def test_a_signed_contract_answers_by_its_clause(cast: Any, enter: Enter) -> None:
    """TS-02, TS-04, TS-24."""
    record = enter("annual_support", TS_BLANKS)
    assert record.state is ContractState.SIGNED
    assert ask(cast, Service.HOTLINE, "2026-03-10 10:05").clause == "二.1.1"
    assert ask(cast, Service.ON_SITE, "2026-03-10 10:05", override_reason="urgent").price == Decimal("800.00")


@pytest.mark.rule("TS-02")
def test_before_both_have_signed_nothing_is_covered(cast: Any, enter: Enter) -> None:
    """TS-02."""
    record = enter("annual_support", TS_BLANKS, signed=False)
    with transaction():
        entering.sign(record.versions[0], "client", "王敏", clock.now())
    assert record.state is ContractState.OFFERED
    assert ask(cast, Service.HOTLINE, "2026-03-10 10:05").reason is Reason.UNSIGNED


@pytest.mark.rule("TS-36")
def test_an_amendment_counts_from_its_day_once_both_have_signed_it(cast: Any, enter: Enter) -> None:
    """TS-36."""
    record = enter("annual_support", TS_BLANKS)
    with clock.told(at("2026-05-20 10:00")), transaction():
        second = entering.amend(actor(cast.agent), record, date(2026, 6, 1), {"visit_price": "900.00"})
    asked = {"override_reason": "urgent"}
    assert ask(cast, Service.ON_SITE, "2026-06-10 10:00", **asked).price == Decimal("800.00"), (
        "not signed yet"
    )
    with transaction():
        entering.sign(second, "client", "王敏", clock.now())
        entering.sign(second, "provider", "李强", clock.now())
    assert ask(cast, Service.ON_SITE, "2026-05-28 10:00", **asked).price == Decimal("800.00")
    assert ask(cast, Service.ON_SITE, "2026-06-10 10:00", **asked).price == Decimal("900.00")


@pytest.mark.rule("PC-02", "PC-20")
def test_only_the_devices_that_were_named_are_covered(cast: Any, enter: Enter) -> None:
    """PC-02, PC-20."""
    enter("annual_support", TS_BLANKS, device_ids=(cast.till.id,))
    assert ask(cast, Service.HOTLINE, "2026-03-10 10:05", device_id=cast.till.id).outcome is Outcome.INCLUDED
    assert (
        ask(cast, Service.HOTLINE, "2026-03-10 10:05", device_id=cast.website.id).reason
        is Reason.ASSET_NOT_COVERED
    )


def test_a_class_of_devices_is_covered_until_it_is_taken_off(cast: Any, enter: Enter) -> None:
    record = enter("annual_support", TS_BLANKS, device_classes=(DeviceKind.TERMINAL,))
    with transaction():
        entering.uncover(record.coverage[0], date(2026, 3, 1), "sold")
    assert ask(cast, Service.HOTLINE, "2026-02-27 10:05", device_class="terminal").outcome is Outcome.INCLUDED
    assert (
        ask(cast, Service.HOTLINE, "2026-03-02 10:05", device_class="terminal").reason
        is Reason.ASSET_NOT_COVERED
    )


@pytest.mark.parametrize(
    ("blanks", "more", "refusal"),
    [
        (TS_BLANKS | {"visit_price": "a lot"}, {}, BlanksRefused),
        (TS_BLANKS | {"ends_on": "2025-10-01"}, {}, Refused),
        (TS_BLANKS, {"settings": {"same_day_after_hours": "never"}}, Refused),
    ],
)
def test_what_makes_no_sense_is_refused_and_nothing_is_half_written(
    cast: Any, enter: Enter, blanks: dict[str, str], more: dict[str, Any], refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        enter("annual_support", blanks, **more)
    assert facts.contracts_of(actor(cast.agent), cast.harbour.id, clock.now()) == []


def test_a_device_of_another_organisation_cannot_be_covered(cast: Any, enter: Enter) -> None:
    with pytest.raises(NotFound):
        enter("annual_support", TS_BLANKS, device_ids=(cast.chair.id,))


def test_a_number_is_given_once(cast: Any, enter: Enter) -> None:
    enter("annual_support", TS_BLANKS)
    with pytest.raises(Refused, match="number"):
        enter("annual_support", TS_BLANKS)


def test_a_form_with_a_fault_is_refused_by_its_line(cast: Any, enter: Enter) -> None:
    text = form_text("annual_support").replace('rate = "visit"', 'rate = "visits"')
    with pytest.raises(BadForm, match="unknown_price"):
        enter("annual_support", TS_BLANKS, text=text)


def test_a_stranger_sees_no_contract_of_another_organisation(cast: Any, enter: Enter) -> None:
    """Invariant 42."""
    enter("annual_support", TS_BLANKS)
    assert facts.contracts_of(actor(cast.stranger), cast.harbour.id, clock.now()) == []
    assert len(facts.contracts_of(actor(cast.owner), cast.harbour.id, clock.now())) == 1


def test_many_contracts_are_read_with_as_many_statements_as_one(cast: Any, enter: Enter) -> None:
    def statements() -> int:
        with counted() as found:
            facts.contracts_of(actor(cast.agent), cast.harbour.id, clock.now())
        return len(found)

    enter("annual_support", TS_BLANKS)
    one = statements()
    for number in range(2, 5):
        enter("annual_support", TS_BLANKS, number=f"C-{number}")
    assert statements() == one
