"""Contracts as the engine wants them: the stored wording compiled into terms, with coverage, buckets and pauses."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import selectinload

from portal.contracts.models import (
    ContractRecord,
    ContractState,
    ContractVersion,
    LedgerBucket,
    WorkInProgress,
)
from portal.contracts.queries import calendars
from portal.contracts.rules import blanks, forms
from portal.contracts.rules.compiling import Compiled, DayTable, Filled, compiled
from portal.contracts.rules.forms import Form
from portal.contracts.rules.ledger import BucketSpan
from portal.contracts.rules.terms import Bucket, Contract, Covered, Suspension, Term
from portal.infra.db import BigId, db
from portal.kernel.actor import Actor

BUCKETS_FOR = timedelta(days=400)
"""How far around an instant buckets are loaded: a request asks for this term and the next weeks."""


@dataclass(frozen=True)
class Known:
    """A contract's record, its compiled versions by number, and what the engine makes of them."""

    record: ContractRecord
    compiled: dict[int, Compiled]
    contract: Contract


def contracts_of(actor: Actor, organisation_id: int, at: datetime) -> list[Known]:
    """All contracts of an organisation that the actor belongs to (staff: any), drafts left out, lowest number first.

    Five statements, however many contracts.
    """
    if not (actor.is_staff or actor.is_system or organisation_id in actor.organisation_ids):
        return []
    return known(db.session.scalars(_OF_ORGANISATION, {"organisation": organisation_id}).all(), at)


def contracts_by_id(contract_ids: set[int], at: datetime) -> list[Known]:
    """Contracts for the system's own reckoning, whoever they belong to."""
    return known(db.session.scalars(_whole().where(ContractRecord.id.in_(contract_ids))).all(), at)


def contract_ids_under(jurisdiction: str) -> Select[tuple[int]]:
    """The contracts that follow a jurisdiction's days off, as a subquery."""
    return select(ContractRecord.id).where(ContractRecord.jurisdiction == jurisdiction)


def with_work(contract_ids: set[int]) -> frozenset[int]:
    """Which of these contracts have work that has begun and is not over."""
    query = select(WorkInProgress.contract_id).where(
        WorkInProgress.contract_id.in_(contract_ids), WorkInProgress.ended_at.is_(None)
    )
    return frozenset(db.session.scalars(query))


def _whole() -> Select[tuple[ContractRecord]]:
    return (
        select(ContractRecord)
        .options(
            selectinload(ContractRecord.versions).joinedload(ContractVersion.form),
            selectinload(ContractRecord.terms),
            selectinload(ContractRecord.coverage),
            selectinload(ContractRecord.suspensions),
        )
        .order_by(ContractRecord.id)
    )


_OF_ORGANISATION = _whole().where(
    ContractRecord.organisation_id == bindparam("organisation", type_=BigId),
    ContractRecord.state != ContractState.DRAFT,
)


def known(records: Iterable[ContractRecord], at: datetime) -> list[Known]:
    """The records, compiled; their buckets in one statement, their day tables one a jurisdiction."""
    records = list(records)
    if not records:
        return []
    tables = {j: calendars.day_table(j) for j in {r.jurisdiction for r in records}}
    buckets: dict[int, list[LedgerBucket]] = {r.id: [] for r in records}
    near = (
        LedgerBucket.contract_id.in_(buckets),
        LedgerBucket.closes_at > at - BUCKETS_FOR,
        LedgerBucket.opens_at < at + BUCKETS_FOR,
    )
    for bucket in db.session.scalars(select(LedgerBucket).where(*near).order_by(LedgerBucket.opens_at)):
        buckets[bucket.contract_id].append(bucket)
    return [_known(record, tables[record.jurisdiction], buckets[record.id]) for record in records]


@lru_cache(maxsize=256)
def _form(text: str) -> Form:
    """Reading TOML takes milliseconds, and the same few texts are asked for with every ticket."""
    return forms.load(text)


def compile_version(record: ContractRecord, version: ContractVersion, table: DayTable) -> Compiled:
    """A stored version as terms; its form and blanks were checked when it was entered."""
    form = _form(version.form.text)
    values, _ = blanks.read(form, version.blanks)
    return compiled(
        Filled(form, values, version.settings),
        table,
        ZoneInfo(record.time_zone),
        version.recorded_at,
        (version.signed_client_at, version.signed_provider_at),
        version.number,
        (version.effective_from, version.effective_to),
    )


def _known(record: ContractRecord, table: DayTable, buckets: list[LedgerBucket]) -> Known:
    by_number = {v.number: compile_version(record, v, table) for v in record.versions}
    newest = by_number[max(by_number)]
    ends = record.terminated_on
    contract = Contract(
        id=record.id,
        number=record.number,
        organisation_id=record.organisation_id,
        versions=tuple(c.version for c in by_number.values()),
        terms=tuple(
            Term(t.number, t.start_on, min(t.end_on, ends) if ends else t.end_on)
            for t in record.terms
            if ends is None or t.start_on <= ends
        ),
        covered=tuple(
            Covered(c.valid_from, c.valid_to, c.device_id, c.device_class and c.device_class.value)
            for c in record.coverage
        ),
        buckets=tuple(
            Bucket(
                b.id,
                b.entitlement,
                BucketSpan(b.key, b.opens_at, b.closes_at),
                b.posted - b.held + b.overdraft,
            )
            for b in buckets
            if b.closed_at is None
        ),
        suspensions=tuple(Suspension(s.start_at, s.end_at, s.clause) for s in record.suspensions),
        run_off=newest.run_off,
        run_off_clause=newest.run_off_clause,
    )
    return Known(record, by_number, contract)
