"""Answers of the engine that were kept."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import joinedload

from portal.contracts.models import ContractRecord, CoverageDecision
from portal.infra.db import db, fetch

_LAST_OF = (
    select(CoverageDecision)
    .where(CoverageDecision.ref == bindparam("ref"))
    .options(joinedload(CoverageDecision.contract))
    .order_by(CoverageDecision.id.desc())
    .limit(1)
)


_GOVERNS = (
    select(CoverageDecision.contract_id, ContractRecord.number, CoverageDecision.details)
    .outerjoin(ContractRecord, ContractRecord.id == CoverageDecision.contract_id)
    .where(CoverageDecision.ref == bindparam("ref"))
    .order_by(CoverageDecision.id.desc())
    .limit(1)
)


@dataclass(frozen=True)
class Governs:
    """The answer that counts now, as a page shows it."""

    contract_id: int | None
    contract_number: str | None
    details: dict[str, Any]


def governs(ref: str) -> Governs | None:
    """The same as `last_of`, to be read alone."""
    found = fetch(_GOVERNS, {"ref": ref})
    return Governs(*found[0]) if found else None


def last_of(ref: str) -> CoverageDecision | None:
    """The answer that counts now for what `ref` names; the caller has seen to it that the asker may know."""
    return db.session.scalar(_LAST_OF, {"ref": ref})


@dataclass(frozen=True)
class Loser:
    """Another contract's answer, for the staff's eyes."""

    number: str
    details: dict[str, Any]


def losers(kept: Governs) -> list[Loser]:
    """What other contracts said; alternatives of the chosen one are not among them."""
    others = [a for a in kept.details["alternatives"] if a["contract_id"] not in (None, kept.contract_id)]
    if not others:
        return []
    ids = {a["contract_id"] for a in others}
    rows = db.session.execute(
        select(ContractRecord.id, ContractRecord.number).where(ContractRecord.id.in_(ids))
    )
    numbers = {row.id: row.number for row in rows}
    return [Loser(numbers[a["contract_id"]], a) for a in others if a["contract_id"] in numbers]
