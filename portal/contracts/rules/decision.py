"""The question that is put to the contracts, and the shape of an answer."""

from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from portal.contracts.rules.ledger import UNIT
from portal.contracts.rules.terms import Cause, Service, Specificity, Target

CENT = Decimal("0.01")


class Outcome(StrEnum):
    INCLUDED = "included"
    CONSUME = "consume"
    BILLABLE = "billable"
    QUOTE_REQUIRED = "quote_required"
    DEFERRED = "deferred"
    BLOCKED = "blocked"
    MANUAL_REVIEW = "manual_review"


class Reason(StrEnum):
    """Why a check failed."""

    REQUESTER_UNKNOWN = "REQUESTER_UNKNOWN"
    NO_CONTRACT = "NO_CONTRACT"
    UNSIGNED = "UNSIGNED"
    EXPIRED = "EXPIRED"
    NOT_YET = "NOT_YET"
    WAITING_RENEWAL = "WAITING_RENEWAL"
    ASSET_NOT_COVERED = "ASSET_NOT_COVERED"
    SUSPENDED = "SUSPENDED"
    EXCLUDED_CAUSE = "EXCLUDED_CAUSE"
    OUT_OF_SCOPE = "OUT_OF_SCOPE"
    TRIAGE_REQUIRED = "TRIAGE_REQUIRED"
    OFF_HOURS = "OFF_HOURS"
    QUOTA_USED = "QUOTA_USED"
    PRICE_UNKNOWN = "PRICE_UNKNOWN"


@dataclass(frozen=True)
class Question:
    """A request as the engine sees it. `service_at` None: at the next hour of service. `labour_hours` and `part_list_price`
    (yuan) price work that is charged by them. `override_reason`: a manager's, for on-site before triage."""

    organisation_id: int
    service: Service
    received_at: datetime
    requester_belongs: bool = True
    device_id: int | None = None
    device_class: str | None = None
    service_at: datetime | None = None
    emergency: bool = False
    cause: Cause | None = None
    priority: str | None = None
    triage_done: bool = False
    not_solvable_remotely: bool = False
    override_reason: str = ""
    planned_round: bool = False
    labour_hours: Decimal = Decimal(0)
    part_list_price: Decimal = Decimal(0)
    upgrade: str = ""
    """The kind of an upgrade: the same kind may be free this time (TS-11)."""
    in_progress: bool = False
    """Work on it has begun: what a run-off clause asks."""


@dataclass(frozen=True)
class Check:
    """One of the twelve. `reason` only where it failed; `clause` the words that it rests on."""

    number: int
    code: str
    passed: bool
    clause: str = ""
    reason: Reason | None = None


@dataclass(frozen=True)
class PriceLine:
    """`amount` = quantity × unit price, rounded half up to the cent."""

    code: str
    quantity: Decimal
    unit_price: Decimal
    clause: str

    @property
    def amount(self) -> Decimal:
        return (self.quantity * self.unit_price).quantize(CENT, ROUND_HALF_UP)


@dataclass(frozen=True)
class LedgerPlan:
    """What a visit would take from a bucket, in hundredths of a unit."""

    bucket_id: int
    entitlement: str
    quantity: int = UNIT


@dataclass(frozen=True)
class Decision:
    """One contract's answer. `price` None: not known before a quote. `alternatives`: what the same contract offers besides (a
    later included visit, one more that is charged) and, on the chosen answer, what other contracts said."""

    outcome: Outcome
    contract_id: int | None = None
    version: int | None = None
    term: int | None = None
    entitlement: str | None = None
    service_at: datetime | None = None
    price_lines: tuple[PriceLine, ...] = ()
    ledger: LedgerPlan | None = None
    targets: tuple[Target, ...] = ()
    clause: str = ""
    reason: Reason | None = None
    checks: tuple[Check, ...] = ()
    specificity: Specificity | None = None
    bucket_closes: datetime | None = None
    alternatives: tuple["Decision", ...] = ()

    @property
    def price(self) -> Decimal | None:
        if self.outcome in (Outcome.QUOTE_REQUIRED, Outcome.BLOCKED, Outcome.MANUAL_REVIEW):
            return None
        return sum((line.amount for line in self.price_lines), Decimal("0.00"))


CLOSENESS = {Specificity.DEVICE: 0, Specificity.CLASS: 1, Specificity.ORGANISATION: 2, None: 3}
"""The closer a contract names the thing, the sooner it is chosen."""
