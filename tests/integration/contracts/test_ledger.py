"""The ledger in the database: guarded against races, never rewritten."""

from collections.abc import Callable
from datetime import date, datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from portal.contracts.models import ContractRecord, ContractState, ContractTerm, LedgerBucket, LedgerEntry
from portal.contracts.rules.ledger import UNIT, Line, Period, bucket_on, replay
from portal.contracts.service import ledger
from portal.contracts.service.ledger import AlreadyClosed, Insufficient, Why
from portal.infra.db import db
from portal.infra.transaction import transaction
from portal.kernel import clock
from portal.kernel.actor import SYSTEM, Actor
from portal.people.models import Organisation, OrganisationKind
from tests.support.at_once import at_once

pytestmark = pytest.mark.both

SHANGHAI = ZoneInfo("Asia/Shanghai")
TERM = date(2026, 1, 1), date(2026, 12, 31)


@pytest.fixture
def bucket(app: Flask) -> LedgerBucket:
    """The week of 2026-03-09 with one visit granted."""
    with transaction():
        client = Organisation(name="晨光文具", kind=OrganisationKind.CLIENT, created_at=clock.now())
        db.session.add(client)
        db.session.flush()
        contract = ContractRecord(
            number="PC-1", organisation_id=client.id, state=ContractState.SIGNED, created_at=clock.now()
        )
        db.session.add(contract)
        db.session.flush()
        found = ledger.open_bucket(
            contract.id, "onsite", bucket_on(Period.WEEK, date(2026, 3, 11), TERM, SHANGHAI)
        )
        ledger.grant(SYSTEM, found, UNIT, "grant:PC-1:onsite:2026-W11")
    return found


def write(work: Callable[[], Any]) -> Any:
    with transaction():
        return work()


def balance(bucket: LedgerBucket) -> tuple[int, int]:
    """As the row says, after checking that the lines say the same (invariant 1)."""
    db.session.rollback()
    db.session.expire_all()
    row = db.session.scalars(select(LedgerBucket).where(LedgerBucket.id == bucket.id)).one()
    entries = db.session.scalars(
        select(LedgerEntry).where(LedgerEntry.bucket_id == bucket.id).order_by(LedgerEntry.number)
    ).all()
    lines = [
        Line(
            e.id,
            e.kind,
            e.quantity,
            e.closes_id,
            e.reverses_id,
            down=e.posted_delta < 0 and e.kind.value == "adjust",
        )
        for e in entries
    ]
    replayed = replay(lines, row.overdraft)
    assert (row.posted, row.held) == (replayed.posted, replayed.held)
    assert [e.number for e in entries] == list(range(1, len(entries) + 1))
    return row.posted // UNIT, row.held // UNIT


def test_a_visit_reserves_a_second_is_refused_and_the_first_consumes(bucket: LedgerBucket) -> None:
    """X88."""
    first = write(lambda: ledger.reserve(SYSTEM, bucket, UNIT, "visit:1:reserve", Why(ref="visit:1")))
    assert balance(bucket) == (1, 1)
    with pytest.raises(Insufficient):
        write(lambda: ledger.reserve(SYSTEM, bucket, UNIT, "visit:2:reserve"))
    write(lambda: ledger.consume(SYSTEM, first, "visit:1:consume"))
    assert balance(bucket) == (0, 0)


def test_of_forty_who_want_the_last_unit_one_gets_it(app: Flask, bucket: LedgerBucket) -> None:
    """X89."""

    def want(number: int) -> str:
        try:
            write(lambda: ledger.reserve(SYSTEM, bucket, UNIT, f"visit:{number}:reserve"))
        except Insufficient:
            return "insufficient"
        return "reserved"

    results = at_once(app, [partial(want, number) for number in range(40)])
    assert sorted(results) == ["insufficient"] * 39 + ["reserved"]
    assert balance(bucket) == (1, 1)


def test_the_same_key_twice_is_the_same_line(bucket: LedgerBucket) -> None:
    """Invariant 8, X95."""
    with transaction():
        again = ledger.grant(SYSTEM, bucket, UNIT, "grant:PC-1:onsite:2026-W11")
    assert again.number == 1
    assert balance(bucket) == (1, 0)


def test_a_reservation_ends_once(bucket: LedgerBucket) -> None:
    """Invariant 3."""
    held = write(lambda: ledger.reserve(SYSTEM, bucket, UNIT, "visit:1:reserve"))
    write(lambda: ledger.release(SYSTEM, held, "visit:1:release"))
    with pytest.raises((AlreadyClosed, Insufficient)):
        write(lambda: ledger.consume(SYSTEM, held, "visit:1:consume"))
    assert balance(bucket) == (1, 0)


def test_a_use_that_was_reversed_can_be_used_again_until_the_week_ends(bucket: LedgerBucket) -> None:
    """X90."""
    used = write(lambda: ledger.consume_directly(SYSTEM, bucket, UNIT, "visit:1:consume"))
    write(lambda: ledger.reverse(SYSTEM, used, UNIT, "visit:1:reverse"))
    assert balance(bucket) == (1, 0)
    with pytest.raises(Insufficient):
        write(lambda: ledger.reverse(SYSTEM, used, UNIT, "visit:1:reverse-again"))
    write(lambda: ledger.close(SYSTEM, bucket))
    write(lambda: ledger.close(SYSTEM, bucket))
    assert balance(bucket) == (0, 0)


def test_a_held_unit_survives_the_end_and_expires_when_it_is_given_back(bucket: LedgerBucket) -> None:
    held = write(lambda: ledger.reserve(SYSTEM, bucket, UNIT, "visit:1:reserve"))
    write(lambda: ledger.close(SYSTEM, bucket))
    assert balance(bucket) == (1, 1)
    write(lambda: ledger.release(SYSTEM, held, "visit:1:release"))
    assert balance(bucket) == (0, 0)


@pytest.mark.parametrize(("limit", "carried"), [(0, 1), (UNIT, 2)])
def test_what_is_left_is_carried_over_only_up_to_the_contracts_limit(
    bucket: LedgerBucket, limit: int, carried: int
) -> None:
    """X96."""
    with transaction():
        span = bucket_on(Period.WEEK, date(2026, 3, 18), TERM, SHANGHAI)
        following = ledger.open_bucket(bucket.contract_id, "onsite", span)
        ledger.grant(SYSTEM, following, UNIT, "grant:PC-1:onsite:2026-W12")
        ledger.close(SYSTEM, bucket, following, limit)
    assert balance(bucket) == (0, 0)
    assert balance(following) == (carried, 0)


def test_an_adjustment_needs_a_reason_and_a_second_person(bucket: LedgerBucket) -> None:
    clerk = Actor(contact_id=None)
    for why in (Why(reason="miscounted"), Why(approver_id=1)):
        with pytest.raises(ValueError, match="second person"), transaction():
            ledger.adjust(clerk, bucket, UNIT, "adjust:1", why)
    assert balance(bucket) == (1, 0)


@pytest.mark.parametrize("statement", ["UPDATE ledger_entry SET quantity = 5", "DELETE FROM ledger_entry"])
def test_the_database_itself_refuses_to_rewrite_the_ledger(bucket: LedgerBucket, statement: str) -> None:
    """Invariant 7."""
    with pytest.raises(DBAPIError, match="never changed or removed"), transaction():
        db.session.execute(text(statement))
    assert balance(bucket) == (1, 0)


def test_terms_of_a_contract_never_overlap(bucket: LedgerBucket) -> None:
    """Invariant 9."""
    days = [("2026-01-01", "2026-12-31"), ("2027-01-01", "2027-12-31"), ("2026-12-31", "2027-01-01")]
    terms = [
        ContractTerm(
            contract_id=bucket.contract_id,
            number=n,
            start_on=date.fromisoformat(a),
            end_on=date.fromisoformat(b),
        )
        for n, (a, b) in enumerate(days, 1)
    ]
    write(lambda: db.session.add_all(terms[:2]))
    with pytest.raises(DBAPIError, match="overlap"), transaction():
        db.session.add(terms[2])


def test_a_bucket_is_made_once_and_keeps_its_span(bucket: LedgerBucket) -> None:
    """Invariant 5."""
    with transaction():
        span = bucket_on(Period.WEEK, date(2026, 3, 9), TERM, SHANGHAI)
        again = ledger.open_bucket(bucket.contract_id, "onsite", span)
    assert again.id == bucket.id
    assert again.closes_at == datetime(2026, 3, 16, tzinfo=SHANGHAI)
