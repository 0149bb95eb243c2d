"""Planned rounds are written four weeks ahead, once, and follow the days off until they are past."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from portal import registry
from portal.contracts import jobs
from portal.contracts.models import ContractRecord, PlannedRound
from portal.contracts.rules import notices
from portal.contracts.rules.ending import Party
from portal.contracts.rules.rounds import Moved
from portal.contracts.service import calendars, lifecycle, rounds_ahead
from portal.infra.db import db
from portal.infra.transaction import transaction
from portal.kernel import clock
from tests.cast import actor
from tests.integration.contracts.conftest import DATA, TS_BLANKS, at, form_text

pytestmark = pytest.mark.both

Enter = Callable[..., ContractRecord]
WEDNESDAYS = """
[[plan]]
code = "wednesday"
entitlement = "consult"
weekday = 2
clause = "四.2"
"""


@pytest.fixture
def contract(enter: Enter) -> ContractRecord:
    """A round each Wednesday, from 2025-10-22 to 2026-10-21."""
    return enter("annual_support", TS_BLANKS, text=form_text("annual_support") + WEDNESDAYS)


def plan(contract: ContractRecord, when: str) -> int:
    with transaction():
        return rounds_ahead.plan(contract.id, at(when))


def rows() -> list[PlannedRound]:
    db.session.rollback()
    db.session.expire_all()
    return list(db.session.scalars(select(PlannedRound).order_by(PlannedRound.number)))


def round_of(planned_on: str) -> tuple[date | None, Moved | None]:
    return next((r.falls_on, r.moved) for r in rows() if r.planned_on == date.fromisoformat(planned_on))


def test_four_weeks_are_written_once_however_often_the_job_runs(contract: ContractRecord) -> None:
    """PC-07, invariant 37."""
    assert [plan(contract, "2025-10-22 02:00") for _ in range(3)] == [5, 0, 0]
    assert [(r.number, str(r.planned_on)) for r in rows()] == [
        (1, "2025-10-22"), (2, "2025-10-29"), (3, "2025-11-05"), (4, "2025-11-12"), (5, "2025-11-19"),
    ]  # fmt: skip


def test_after_weeks_of_downtime_the_missed_ones_are_there_too_and_none_lies_outside_the_term(
    contract: ContractRecord,
) -> None:
    """Invariant 37."""
    plan(contract, "2025-10-22 02:00")
    plan(contract, "2026-10-10 02:00")
    planned = [r.planned_on for r in rows()]
    assert len(planned) == len(set(planned)) == 53
    assert (min(planned), max(planned)) == (date(2025, 10, 22), date(2026, 10, 21))
    assert round_of("2026-10-07") == (date(2026, 10, 8), Moved.LATER_THAT_WEEK)
    assert round_of("2026-02-18") == (None, Moved.WHOLE_WEEK_OFF)


def test_when_days_off_change_what_is_to_come_moves_and_what_is_past_stays(
    contract: ContractRecord,
) -> None:
    plan(contract, "2026-04-20 02:00")
    text = (DATA / "calendars" / "CN-2026.csv").read_text()
    later = notices.parse(text + "2026-04-15,bridge,调休\n2026-04-29,bridge,调休\n")
    with clock.told(at("2026-04-20 12:00")):
        with transaction():
            calendars.take("CN", later)
            assert "contracts.plan_rounds" in registry.HANDLERS["CalendarChanged"]
            jobs.plan_rounds({})
        with transaction():
            jobs.plan({"contract_id": contract.id})
    assert round_of("2026-04-15") == (date(2026, 4, 15), None)
    assert round_of("2026-04-29") == (date(2026, 4, 30), Moved.LATER_THAT_WEEK)


def test_a_round_is_not_moved_to_a_day_that_is_gone(contract: ContractRecord) -> None:
    plan(contract, "2026-04-20 02:00")
    text = (DATA / "calendars" / "CN-2026.csv").read_text()
    off = "".join(f"2026-04-{day},bridge,调休\n" for day in (22, 23, 24))
    with transaction():
        calendars.take("CN", notices.parse(text + off))
    plan(contract, "2026-04-22 08:00")
    assert round_of("2026-04-22") == (None, Moved.DAY_OFF)


def test_rounds_after_an_early_end_are_taken_away(contract: ContractRecord, cast: Any) -> None:
    plan(contract, "2026-03-02 02:00")
    with clock.told(at("2026-03-05 09:00")), transaction():
        record = db.session.get_one(ContractRecord, contract.id)
        lifecycle.terminate(actor(cast.manager), record, Party.CLIENT, date(2026, 3, 12))
    assert rounds_ahead.contracts_to_plan() == [contract.id]
    plan(contract, "2026-03-05 10:00")
    assert max(r.planned_on for r in rows()) == date(2026, 3, 11)
    assert rounds_ahead.contracts_to_plan() == []
