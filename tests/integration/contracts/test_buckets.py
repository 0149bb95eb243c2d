"""Buckets of a weekly visit: one grant a week, closed in time or late, never twice."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select, text

from portal.contracts.models import ContractRecord, LedgerBucket, LedgerEntry
from portal.contracts.service import buckets
from portal.infra.db import db
from portal.infra.transaction import transaction
from tests.integration.contracts.conftest import TS_BLANKS, at, form_text

pytestmark = pytest.mark.both

Enter = Callable[..., ContractRecord]
QUOTA = """
[[entitlement]]
code = "weekly"
kind = "quota"
services = ["preventive"]
clause = "四.2"
quantity = 1
period = "week"

[[plan]]
code = "wednesday"
entitlement = "weekly"
weekday = 2
clause = "四.2"
"""


@pytest.fixture
def contract(enter: Enter) -> ContractRecord:
    """With one visit each Wednesday."""
    return enter("annual_support", TS_BLANKS, text=form_text("annual_support") + QUOTA)


def keep(contract: ContractRecord, when: str) -> int:
    with transaction():
        return buckets.keep(contract.id, at(when))


def lines() -> list[tuple[str, str]]:
    db.session.rollback()
    query = select(LedgerBucket.key, LedgerEntry.kind).join(LedgerEntry).order_by(LedgerEntry.id)
    return [(key, kind.value) for key, kind in db.session.execute(query)]


def test_a_week_is_granted_once_however_often_the_job_runs(contract: ContractRecord) -> None:
    """X95, invariant 5."""
    assert [keep(contract, "2025-10-23 09:00") for _ in range(3)] == [1, 0, 0]
    assert lines() == [("2025-W43", "grant")]


def test_an_unused_week_expires_when_the_next_one_opens(contract: ContractRecord) -> None:
    """X46, invariant 6."""
    keep(contract, "2025-10-23 09:00")
    keep(contract, "2025-10-27 00:30")
    assert lines() == [("2025-W43", "grant"), ("2025-W44", "grant"), ("2025-W43", "expire")]


def test_weeks_that_were_missed_are_granted_and_closed_afterwards(contract: ContractRecord) -> None:
    keep(contract, "2025-11-12 09:00")
    granted = [key for key, kind in lines() if kind == "grant"]
    expired = [key for key, kind in lines() if kind == "expire"]
    assert granted == ["2025-W43", "2025-W44", "2025-W45", "2025-W46"]
    assert expired == ["2025-W43", "2025-W44", "2025-W45"]


@pytest.mark.rule("PC-07")
def test_a_week_whose_wednesday_lies_outside_the_term_has_no_bucket(contract: ContractRecord) -> None:
    """PC-07: the term ends on Wednesday 2026-10-21; the week after has none."""
    keep(contract, "2026-12-01 09:00")
    keys = [key for key, kind in lines() if kind == "grant"]
    assert (keys[0], keys[-1], len(keys)) == ("2025-W43", "2026-W43", 53)


@pytest.mark.rule("TS-02")
def test_an_unsigned_contract_grants_nothing(enter: Enter) -> None:
    """TS-02."""
    draft = enter("annual_support", TS_BLANKS, text=form_text("annual_support") + QUOTA, signed=False)
    assert keep(draft, "2025-10-23 09:00") == 0
    assert buckets.contracts_in_force() == []


def test_the_books_are_compared_and_a_difference_is_named(contract: ContractRecord) -> None:
    keep(contract, "2025-10-23 09:00")
    assert buckets.mismatches() == []
    with transaction():
        db.session.execute(text("UPDATE ledger_bucket SET posted = posted + 5"))
    assert [(m.posted, m.lines_posted) for m in buckets.mismatches()] == [(105, 100)]


def test_the_worker_keeps_the_buckets_of_every_contract_in_force(
    contract: ContractRecord, run_jobs: Any
) -> None:
    from portal.contracts import jobs

    with transaction():
        jobs.keep_buckets({})
    run_jobs()
    assert ("2025-W43", "grant") in lines()
