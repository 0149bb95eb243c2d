"""Contracts as pages show them: to a client its own without drafts, to the staff all."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Date, Select, bindparam, case, func, select
from sqlalchemy.orm import contains_eager, joinedload

from portal.assets.models import Device
from portal.contracts.models import (
    ContractRecord,
    ContractState,
    ContractTerm,
    ContractVersion,
    CoverageLine,
    LedgerBucket,
    LedgerEntry,
)
from portal.contracts.queries import calendars, facts, formbook
from portal.contracts.queries.facts import Known
from portal.contracts.rules import rounds, standing, upgrades
from portal.contracts.rules.compiling import Compiled
from portal.contracts.rules.forms import Form
from portal.contracts.rules.ledger import LineKind
from portal.contracts.rules.rounds import Round
from portal.contracts.rules.standing import Standing, State
from portal.contracts.rules.terms import Entitlement, Plan, Term
from portal.infra.db import BigId, db, fetch
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.errors import NotFound
from portal.people import queries as people
from portal.people.models import Organisation

LINES = 200
"""So many lines of a ledger are shown, the newest."""
ROUNDS = 6
ENDED = "ended"
IN_FORCE = "in_force"
OPEN = "not_signed"


@dataclass(frozen=True)
class Left:
    """What an entitlement has in its present bucket, in hundredths of a unit; `resets_at` is when the next one opens."""

    entitlement: Entitlement | None
    granted: int = 0
    used: int = 0
    reserved: int = 0
    left: int = 0
    resets_at: datetime | None = None


@dataclass(frozen=True)
class Shown:
    """One contract for a page: its record, where it stands, the wording that counts now and what is left of it."""

    record: ContractRecord
    organisation: Organisation
    standing: Standing
    compiled: Compiled
    form: Form
    left: list[Left]
    at: int
    """How much of the term is over, in per cent."""


def _scoped(actor: Actor) -> Select[tuple[ContractRecord]]:
    query = select(ContractRecord)
    if actor.is_staff or actor.is_system:
        return query
    mine = ContractRecord.organisation_id.in_(actor.organisation_ids)
    return query.where(mine, ContractRecord.state != ContractState.DRAFT)


def contracts_for(actor: Actor) -> list[Shown]:
    """A client's contracts, those in force first. The number of statements does not grow with them."""
    ids = set(db.session.scalars(_scoped(actor).with_only_columns(ContractRecord.id)))
    shown = _shown(ids) if ids and not actor.is_staff else []
    return sorted(
        shown, key=lambda s: (not s.standing.in_force, -s.standing.term.end.toordinal(), s.record.id)
    )


def organisations_of(actor: Actor) -> list[Organisation]:
    """The client organisations that the actor may see, by name."""
    return list(db.session.scalars(people.organisations_for(actor).order_by(Organisation.name)))


def contract_for(actor: Actor, contract_id: int) -> Shown:
    """One contract; raises NotFound for another's, and for a draft that a client asks for."""
    record_for(actor, contract_id)
    (shown,) = _shown({contract_id})
    return shown


def record_for(actor: Actor, contract_id: int) -> ContractRecord:
    """The record alone; raises NotFound."""
    found = db.session.scalar(_scoped(actor).where(ContractRecord.id == contract_id))
    if found is None:
        raise NotFound
    return found


def contracts_page(
    actor: Actor, organisation_id: int | None, state: str, after: int | None, size: int
) -> list[Shown]:
    """For the staff: one more than `size`, newest first. `state` "" for all, IN_FORCE, OPEN (a signature is missing) or ENDED."""
    if not actor.is_staff:
        return []
    values = {
        "today": clock.now().astimezone(ZoneInfo("Asia/Shanghai")).date(),
        "organisation": organisation_id, "after": after, "most": size + 1,
    }  # fmt: skip
    given = {name: value for name, value in values.items() if value is not None}
    asked = state if state in (IN_FORCE, OPEN, ENDED) else ""
    ids = {row[0] for row in fetch(_page(asked, organisation_id is not None, after is not None), given)}
    shown = _shown(ids) if ids else []
    return sorted(shown, key=lambda s: -s.record.id)


@cache
def _page(state: str, of_one: bool, after: bool) -> Select[Any]:
    """Built once for each way to ask. For the staff: whoever runs it asks first."""
    today = bindparam("today", type_=Date)
    query = select(ContractRecord.id)
    if of_one:
        query = query.where(ContractRecord.organisation_id == bindparam("organisation", type_=BigId))
    unsigned = ContractRecord.state.in_((ContractState.DRAFT, ContractState.OFFERED))
    runs = ContractRecord.terms.any((ContractTerm.start_on <= today) & (ContractTerm.end_on >= today))
    cut = ContractRecord.terminated_on.is_not(None) & (ContractRecord.terminated_on < today)
    coming = ContractRecord.terms.any(ContractTerm.end_on >= today)
    if state == IN_FORCE:
        query = query.where(~unsigned, runs, ~cut)
    elif state == OPEN:
        query = query.where(unsigned)
    elif state == ENDED:
        query = query.where(~unsigned, ~coming | cut)
    if after:
        query = query.where(ContractRecord.id < bindparam("after", type_=BigId))
    return query.order_by(ContractRecord.id.desc()).limit(bindparam("most", type_=BigId))


def _shown(ids: set[int]) -> list[Shown]:
    now = clock.now()
    known = facts.contracts_by_id(ids, now)
    organisations = {o.id: o for o in _organisations({k.record.organisation_id for k in known})}
    figures, busy = _figures(ids, now), facts.with_work(ids)
    return [
        _one(k, organisations[k.record.organisation_id], figures, now, k.record.id in busy) for k in known
    ]


def _organisations(ids: set[int]) -> Sequence[Organisation]:
    return db.session.scalars(select(Organisation).where(Organisation.id.in_(ids))).all()


def _one(
    known: Known, organisation: Organisation, figures: dict[tuple[int, str], Left], now: datetime, busy: bool
) -> Shown:
    record, zone, contract = known.record, ZoneInfo(known.record.time_zone), known.contract
    if not contract.terms:  # ended before it began
        contract = replace(contract, terms=tuple(Term(t.number, t.start_on, t.end_on) for t in record.terms))
    stands = standing.standing(
        contract,
        signed=record.state in (ContractState.SIGNED, ContractState.TERMINATED),
        ended_early=record.terminated_on is not None,
        notice_months=known.compiled[min(known.compiled)].lifecycle.notice_months,
        now=now,
        zone=zone,
        work_goes_on=busy,
    )
    today = now.astimezone(zone).date()
    day = min(max(today, stands.term.start), stands.term.end)
    version = contract.version_on(day, now) or contract.versions[0]
    stored = next(v for v in record.versions if v.number == version.number)
    left = [replace(figures.get((record.id, e.code), Left(e)), entitlement=e) for e in version.entitlements]
    left += [
        replace(figure, entitlement=upgrades.as_entitlement(code, version.free_again_clause), resets_at=None)
        for (contract_id, code), figure in sorted(figures.items())
        if contract_id == record.id and code.startswith(upgrades.PREFIX)
    ]
    return Shown(
        record,
        organisation,
        stands,
        known.compiled[version.number],
        formbook.read(stored.form.text),
        left,
        standing.share_gone(stands.term, today),
    )


_GIVEN = (LineKind.GRANT, LineKind.ROLLOVER, LineKind.ADJUST)


def _figures(ids: set[int], now: datetime) -> dict[tuple[int, str], Left]:
    """What the buckets that are open now were given and what became of it, by contract and entitlement."""
    given = func.sum(case((LedgerEntry.kind.in_(_GIVEN), LedgerEntry.posted_delta), else_=0)).label("given")
    query = (
        select(LedgerBucket, given)
        .outerjoin(LedgerEntry, LedgerEntry.bucket_id == LedgerBucket.id)
        .where(LedgerBucket.contract_id.in_(ids), LedgerBucket.opens_at <= now, LedgerBucket.closes_at > now)
        .group_by(*LedgerBucket.__table__.columns)
    )
    found: dict[tuple[int, str], Left] = {}
    for bucket, granted in db.session.execute(query):
        free = bucket.posted - bucket.held
        before = found.get((bucket.contract_id, bucket.entitlement), Left(None, resets_at=bucket.closes_at))
        found[bucket.contract_id, bucket.entitlement] = Left(
            None,
            before.granted + (granted or 0),
            before.used + (granted or 0) - bucket.posted,
            before.reserved + bucket.held,
            before.left + free,
            min(before.resets_at or bucket.closes_at, bucket.closes_at),
        )
    return found


def lines_of(shown: Shown) -> list[LedgerEntry]:
    """The newest lines of a contract's ledger, with their buckets, newest first."""
    query = (
        select(LedgerEntry)
        .join(LedgerBucket)
        .where(LedgerBucket.contract_id == shown.record.id)
        .options(contains_eager(LedgerEntry.bucket))
        .order_by(LedgerEntry.effective_at.desc(), LedgerEntry.id.desc())
        .limit(LINES)
    )
    return list(db.session.scalars(query))


def coverage_of(shown: Shown) -> list[CoverageLine]:
    """What is covered and was, with the devices."""
    query = (
        select(CoverageLine)
        .where(CoverageLine.contract_id == shown.record.id)
        .options(joinedload(CoverageLine.device).joinedload(Device.site))
        .order_by(CoverageLine.valid_to.is_not(None), CoverageLine.id)
    )
    return list(db.session.scalars(query))


def open_buckets(shown: Shown) -> list[LedgerBucket]:
    """Buckets that are not closed, for an adjustment."""
    query = select(LedgerBucket).where(
        LedgerBucket.contract_id == shown.record.id, LedgerBucket.closed_at.is_(None)
    )
    return list(db.session.scalars(query.order_by(LedgerBucket.entitlement, LedgerBucket.opens_at)))


def next_rounds(shown: Shown) -> list[tuple[Plan, Entitlement | None, Round]]:
    """The rounds that come next in the term by each plan, those left out among them."""
    if shown.standing.state not in (State.UPCOMING, State.ACTIVE, State.EXPIRING, State.SUSPENDED):
        return []
    today = clock.now().astimezone(ZoneInfo(shown.record.time_zone)).date()
    calendar, term = shown.compiled.version.calendar, shown.standing.term
    by_code = {e.code: e for e in shown.compiled.version.entitlements}
    found = []
    for plan in shown.compiled.plans:
        if plan.weekday is not None:
            planned = rounds.weekly(term.start, term.end, plan.weekday, calendar, moves=plan.moves)
        else:
            planned = rounds.every_months(term.start, term.end, plan.months or 12, calendar)
        coming = [r for r in planned if (r.on or r.planned_on) >= today]
        found += [(plan, by_code.get(plan.entitlement), r) for r in coming[:ROUNDS]]
    return found


def newest(record: ContractRecord) -> Compiled:
    """The last version as terms, signed or not, with what contradicts itself in it."""
    return facts.compile_version(record, record.versions[-1], calendars.day_table(record.jurisdiction))


def version_with_scan(actor: Actor, contract_id: int, number: int) -> ContractVersion:
    """A version whose signed paper is kept; raises NotFound."""
    record = record_for(actor, contract_id)
    query = select(ContractVersion).where(
        ContractVersion.contract_id == record.id,
        ContractVersion.number == number,
        ContractVersion.scan_sha256.is_not(None),
    )
    if not actor.is_staff:
        query = query.where(
            ContractVersion.signed_client_at.is_not(None), ContractVersion.signed_provider_at.is_not(None)
        )
    found = db.session.scalar(query)
    if found is None:
        raise NotFound
    return found
