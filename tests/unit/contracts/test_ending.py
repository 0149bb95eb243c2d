"""Who may end or pause a contract, and when."""

from datetime import date

import pytest

from portal.contracts.rules.ending import Party, Why, notice_for, suspension_refusal, termination_refusal
from tests.unit.contracts.calendars import calendar
from tests.unit.contracts.filled_forms import fill

TODAY = date(2026, 8, 14)


@pytest.mark.rule("HW-24")
def test_a_provider_cannot_end_alone_where_the_contract_forbids_it() -> None:
    """Invariant 32."""
    refused = termination_refusal(fill("HW").lifecycle, Party.PROVIDER, TODAY, date(2026, 12, 31))
    assert refused is Why.PROVIDER_TERMINATION_FORBIDDEN


@pytest.mark.rule("HW-23")
def test_a_client_ends_three_months_after_the_notice_and_not_a_day_before() -> None:
    terms = fill("HW").lifecycle
    assert termination_refusal(terms, Party.CLIENT, TODAY, date(2026, 11, 13)) is Why.NOTICE_TOO_SHORT
    assert termination_refusal(terms, Party.CLIENT, TODAY, date(2026, 11, 14)) is None
    assert str(notice_for(terms, date(2026, 11, 30), calendar()).by) == "2026-08-30"


@pytest.mark.rule("CR-13", "TS-14")
def test_a_service_is_paused_only_where_a_clause_gives_the_right() -> None:
    """Half of invariant 33; that a notice and its cure date came before belongs to arrears."""
    assert suspension_refusal(fill("CR").lifecycle) is None
    assert suspension_refusal(fill("TS").lifecycle) is Why.NO_RIGHT_TO_SUSPEND
