"""Planned rounds are written down four weeks ahead, and moved again when days off change; what is past stays as it was."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import exists, or_, select

from portal.contracts.models import ContractRecord, ContractState, PlannedRound
from portal.contracts.queries import facts
from portal.contracts.queries.facts import Known
from portal.contracts.rules import rounds
from portal.contracts.rules.rounds import Moved, Round
from portal.contracts.rules.terms import Term
from portal.infra.db import db

AHEAD = timedelta(days=28)
Key = tuple[str, int, int]
"""A round's plan, term and number."""


def contracts_to_plan() -> list[int]:
    """Signed contracts, and ended ones with rounds that they will not see, by id."""
    beyond = exists().where(
        PlannedRound.contract_id == ContractRecord.id, PlannedRound.planned_on > ContractRecord.terminated_on
    )
    query = select(ContractRecord.id).where(
        or_(ContractRecord.state == ContractState.SIGNED, beyond), ContractRecord.state != ContractState.DRAFT
    )
    return list(db.session.scalars(query.order_by(ContractRecord.id)))


def plan(contract_id: int, now: datetime) -> int:
    """Write the rounds of a contract up to four weeks ahead, those that were missed included; returns how many rows changed.

    A row that is not past follows the wording and the days off of now. One that is past is history and never changes, unless
    the contract turned out to have ended before it.
    """
    (known,) = facts.contracts_by_id({contract_id}, now)
    today = now.astimezone(ZoneInfo(known.record.time_zone)).date()
    wanted = dict(_wanted(known, now, today + AHEAD))
    changed = 0
    for row in db.session.scalars(select(PlannedRound).where(PlannedRound.contract_id == contract_id)).all():
        due = wanted.pop((row.plan, row.term, row.number), None)
        past = (row.falls_on or row.planned_on) < today
        if due is None:
            if not past or known.contract.term_on(row.planned_on) is None:
                db.session.delete(row)
                changed += 1
        elif not past:
            changed += _follow(row, due, today)
    for (code, term, number), due in wanted.items():
        db.session.add(
            PlannedRound(
                contract_id=contract_id, plan=code, term=term, number=number, planned_on=due.planned_on,
                falls_on=due.on, moved=due.moved, recorded_at=now,
            )
        )  # fmt: skip
    db.session.flush()
    return changed + len(wanted)


def _follow(row: PlannedRound, due: Round, today: date) -> bool:
    """Move a round again. A day before today is no use to anybody: then it is left out."""
    on, moved = due.on, due.moved
    if on is not None and on < today:
        on, moved = None, Moved.DAY_OFF
    before = (row.planned_on, row.falls_on, row.moved)
    row.planned_on, row.falls_on, row.moved = due.planned_on, on, moved
    return before != (due.planned_on, on, moved)


def _wanted(known: Known, now: datetime, until: date) -> Iterator[tuple[Key, Round]]:
    """The rounds of all terms up to a day, each by the wording that is in force on its own date, numbered in their order."""
    for term in known.contract.terms:
        by_plan: dict[str, list[Round]] = {}
        for number, compiled in known.compiled.items():
            for plan in compiled.plans:
                calendar = compiled.version.calendar
                if plan.weekday is not None:
                    found = rounds.weekly(term.start, term.end, plan.weekday, calendar, moves=plan.moves)
                else:
                    found = rounds.every_months(term.start, term.end, plan.months or 12, calendar)
                mine = [r for r in found if _governs(known, number, r, now)]
                by_plan.setdefault(plan.code, []).extend(mine)
        for code, found in by_plan.items():
            yield from _numbered(code, term, found, until)


def _governs(known: Known, number: int, due: Round, now: datetime) -> bool:
    version = known.contract.version_on(due.planned_on, now)
    return version is not None and version.signed and version.number == number


def _numbered(code: str, term: Term, found: list[Round], until: date) -> Iterator[tuple[Key, Round]]:
    for n, due in enumerate(sorted(found, key=lambda r: r.planned_on), 1):
        if due.planned_on <= until:
            yield (code, term.number, n), due
