"""What a signed contract says, as data that the engine understands. No branch anywhere asks which form it came from."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from portal.contracts.rules.deadlines import ClockRule
from portal.contracts.rules.ledger import BucketSpan, Period
from portal.kernel.working_time import ServiceCalendar


class Service(StrEnum):
    """What a client may need."""

    CONSULT = "consult"
    HOTLINE = "hotline"
    REMOTE = "remote"
    ON_SITE = "on_site"
    EMERGENCY_ON_SITE = "emergency_on_site"
    PREVENTIVE = "preventive"
    HARDWARE_DIAGNOSIS = "hardware_diagnosis"
    HARDWARE_REPAIR = "hardware_repair"
    PART = "part"
    UPGRADE = "upgrade"
    IMPROVEMENT = "improvement"
    DATA_ENTRY = "data_entry"
    UPDATE = "update"


VISITS = frozenset({Service.ON_SITE, Service.EMERGENCY_ON_SITE, Service.PREVENTIVE})
PLANNED_BY_CLOCK = VISITS | {Service.HARDWARE_REPAIR}
"""Services that happen at an agreed hour, so that hours of service matter to their price."""


class Cause(StrEnum):
    """What a fault came from, where a contract asks."""

    MISUSE = "misuse"
    NOT_BY_MANUAL = "not_by_manual"
    OTHER_EQUIPMENT = "other_equipment"
    NATURAL_DISASTER = "natural_disaster"
    WAR = "war"
    THIRD_PARTY_WORK = "third_party_work"
    VIRUS = "virus"
    HARDWARE = "hardware"
    UNAUTHORISED_OPERATION = "unauthorised_operation"


class Kind(StrEnum):
    """How an entitlement is paid: by the fee, out of a number, by use, or after a quote."""

    UNLIMITED = "unlimited"
    QUOTA = "quota"
    METERED = "metered"
    QUOTED = "quoted"


class Specificity(StrEnum):
    """How closely a contract names the thing: the device, its class, or the whole organisation."""

    DEVICE = "device"
    CLASS = "class"
    ORGANISATION = "organisation"


@dataclass(frozen=True)
class Price:
    """A rate: `amount` in yuan for each `unit`, by a clause, on service days in [valid_from, valid_to)."""

    code: str
    amount: Decimal
    unit: str
    clause: str
    valid_from: date | None = None
    valid_to: date | None = None

    def valid_on(self, day: date) -> bool:
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_to is None or day < self.valid_to
        )


@dataclass(frozen=True)
class Entitlement:
    """What the contract grants for some services. `quantity`, `rollover_max` and `overdraft_max` of a quota are hundredths of a
    unit for each period. `rate` names the price of a metered one, `extra_rate` that of one more than the quota."""

    code: str
    kind: Kind
    services: frozenset[Service]
    clause: str
    quantity: int = 0
    period: Period | None = None
    rollover_max: int = 0
    overdraft_max: int = 0
    rate: str | None = None
    extra_rate: str | None = None
    any_hour: bool = False
    """Hours of service do not limit it, as for a free emergency."""


class StartEvent(StrEnum):
    """What a span counts from. A ticket's promises wait for the first two; the others start milestones."""

    RECEIVED = "received"
    MATERIALS = "materials"
    """The request and all the material for it, whichever comes later (WB-12)."""
    SIGNED = "signed"
    EFFECTIVE = "effective"
    DEPLOYED = "deployed"
    DELIVERY = "delivery"
    DELIVERY_NOTICE = "delivery_notice"
    ACCEPTED = "accepted"
    VISIT_COMPLETED = "visit_completed"
    PART_INSTALLED = "part_installed"


@dataclass(frozen=True)
class Target:
    """A promise on a ticket. `priority` and `services` None: any. `internal`: staff alone see it."""

    metric: str
    rule: ClockRule
    clause: str
    priority: str | None = None
    services: frozenset[Service] | None = None
    emergency: bool = False
    internal: bool = False
    start_event: StartEvent = StartEvent.RECEIVED

    def starts(self, events: Mapping[StartEvent, datetime]) -> datetime | None:
        """The instant from which it runs: that of the last thing it waits for; None while one is missing."""
        awaited = {StartEvent.RECEIVED, self.start_event}
        return max(events[e] for e in awaited) if awaited <= events.keys() else None


@dataclass(frozen=True)
class Milestone:
    """A span that the contract's own life starts, not a ticket. `price` names what falls due by then, if anything does."""

    code: str
    start_event: StartEvent
    rule: ClockRule
    clause: str
    price: str | None = None


@dataclass(frozen=True)
class Version:
    """The wording in force for service days in [effective_from, effective_to), known from `recorded_at` on.

    `scope` None: everything that an entitlement names is in scope. `excluded_causes` maps a cause to its clause: such work is
    charged by `excluded_rates`, and never refused.
    """

    number: int
    effective_from: date
    recorded_at: datetime
    entitlements: tuple[Entitlement, ...]
    prices: tuple[Price, ...]
    targets: tuple[Target, ...]
    calendar: ServiceCalendar
    effective_to: date | None = None
    signed_client_at: datetime | None = None
    signed_provider_at: datetime | None = None
    excluded_causes: Mapping[Cause, str] = field(default_factory=dict)
    labour_rate: str | None = None
    excluded_part_factor: Decimal | None = None
    """The part of the list price under an excluded cause; None: as otherwise."""
    part_factor: Decimal = Decimal(1)
    part_clause: str = ""
    phone_first_clause: str | None = None
    """None: the contract does not ask to try by phone first."""
    emergency_rate: str | None = None
    free_again_clause: str = ""
    """An upgrade that fell short makes the next one of its kind free (TS-11)."""
    training_clause: str = ""
    """After an update the client's people are trained (SS-05)."""
    publish_clause: str = ""
    """What was made goes live only once it was accepted (WB-07)."""

    def price(self, code: str | None, day: date) -> Price | None:
        return next((p for p in self.prices if p.code == code and p.valid_on(day)), None)

    @property
    def signed(self) -> bool:
        return self.signed_client_at is not None and self.signed_provider_at is not None


@dataclass(frozen=True)
class Term:
    """A stretch of validity, both days included."""

    number: int
    start: date
    end: date

    def has(self, day: date) -> bool:
        return self.start <= day <= self.end


@dataclass(frozen=True)
class Covered:
    """What is covered in [valid_from, valid_to): a device, a class of devices, or (both None) the whole organisation."""

    valid_from: date
    valid_to: date | None = None
    device_id: int | None = None
    device_class: str | None = None

    def names(self, device_id: int | None, device_class: str | None, day: date) -> Specificity | None:
        """How closely this line names a device on a day; None if it does not. A request that names no device may be about
        any that is covered: it is named as loosely as the whole organisation."""
        if not (self.valid_from <= day and (self.valid_to is None or day < self.valid_to)):
            return None
        if device_id is None and device_class is None:
            return Specificity.ORGANISATION
        if self.device_id is not None:
            return Specificity.DEVICE if self.device_id == device_id else None
        if self.device_class is not None:
            return Specificity.CLASS if self.device_class == device_class else None
        return Specificity.ORGANISATION


@dataclass(frozen=True)
class Bucket:
    """What is left of a quota in one span, in hundredths of a unit."""

    id: int
    entitlement: str
    span: BucketSpan
    available: int


@dataclass(frozen=True)
class Suspension:
    """From one instant to another (None: still), for some services or, empty, for all. The clause gives the right."""

    start: datetime
    end: datetime | None
    clause: str
    services: frozenset[Service] = frozenset()

    def stops(self, service: Service, at: datetime) -> bool:
        inside = self.start <= at and (self.end is None or at < self.end)
        return inside and (not self.services or service in self.services)


class RunOff(StrEnum):
    """What becomes of work that was asked for inside the term and is done after it."""

    NONE = "none"
    IN_PROGRESS_LABOUR_FREE = "in_progress_labour_free"


class RenewalMode(StrEnum):
    """What it takes to go on. Tacit, and fee paid with all settled, are the only ones that renew by themselves."""

    NONE = "none"
    TACIT = "tacit"
    FEE_AND_SETTLED = "fee_and_settled"
    EXCHANGE = "exchange"
    NEW_CONTRACT = "new_contract"
    AGREEMENT = "agreement"


class ArrearsMode(StrEnum):
    """What unpaid money entitles the provider to; never by itself."""

    NONE = "none"
    LATE_FEE = "late_fee"
    SUSPEND_AFTER_NOTICE = "suspend_after_notice"
    TERMINATE_AFTER_NOTICE = "terminate_after_notice"


@dataclass(frozen=True)
class Lifecycle:
    """How the contract goes on and ends. `notice_months` before the end for renewal talks (0: none), `client_notice_months`
    for an early end by the client."""

    renewal: RenewalMode
    renewal_clause: str
    arrears: ArrearsMode
    arrears_clause: str
    notice_months: int = 0
    client_notice_months: int | None = None
    client_notice_clause: str = ""
    provider_may_terminate: bool = True
    provider_clause: str = ""
    longest_term_months: int | None = None


@dataclass(frozen=True)
class Plan:
    """Rounds that come by themselves: weekly on `weekday`, or every `months` months; for which entitlement's services.
    `moves`: a weekly round that falls on a day off is moved within its week, else it is left out."""

    code: str
    clause: str
    entitlement: str
    weekday: int | None = None
    months: int | None = None
    moves: bool = True


class NoAccess(StrEnum):
    """What a visit counts as when the client is not there, or cancels once the engineer is on the way."""

    COUNTS = "counts"
    FREE = "free"


@dataclass(frozen=True)
class VisitTerms:
    """What the wording says of a visit itself; a clause that is empty says nothing.

    `longest_days`: it ends with that calendar day (TS-26); `second_day_is_new`: what goes on is a new visit with a new consent
    and fee. `travel_clause`: the provider bears the travel (TS-28). `sheet_clause`: a sheet for each device with both
    signatures (HW-16). `client_test_clause`: repaired only after the client's test (HW-15). `swap_clause`, `factory_clause`:
    parts that the user swaps (HW-26), and parts that go to the factory (HW-27). `certified_clause`: whoever comes holds a
    certificate of the field (SS-13). `shipping_clause`: what is not urgent may be sent in or fetched instead (HW-10).
    """

    longest_days: int | None = None
    length_clause: str = ""
    second_day_is_new: bool = True
    no_access: NoAccess = NoAccess.COUNTS
    no_access_clause: str = ""
    travel_clause: str = ""
    sheet_clause: str = ""
    client_test_clause: str = ""
    swap_clause: str = ""
    factory_clause: str = ""
    certified_clause: str = ""
    shipping_clause: str = ""


@dataclass(frozen=True)
class Contract:
    """Everything that the engine asks of one contract, as it was known when it was asked."""

    id: int
    number: str
    organisation_id: int
    versions: tuple[Version, ...]
    terms: tuple[Term, ...]
    covered: tuple[Covered, ...]
    buckets: tuple[Bucket, ...] = ()
    suspensions: tuple[Suspension, ...] = ()
    run_off: RunOff = RunOff.NONE
    run_off_clause: str = ""

    def version_on(self, day: date, as_of: datetime) -> Version | None:
        """The wording for a service day, as recorded up to an instant: the latest record wins. An amendment counts once both
        have signed it; where nothing is signed yet, the draft is returned, so that it can be named as unsigned."""
        known = [
            v
            for v in self.versions
            if v.recorded_at <= as_of
            and v.effective_from <= day
            and (v.effective_to is None or day < v.effective_to)
        ]
        return max(known, key=lambda v: (v.signed, v.recorded_at, v.number), default=None)

    def term_on(self, day: date) -> Term | None:
        return next((t for t in self.terms if t.has(day)), None)

    def with_back(self, bucket_id: int, quantity: int) -> "Contract":
        """The same contract after so many hundredths of a unit were given back to a bucket, if it has that bucket."""
        buckets = (
            replace(b, available=b.available + quantity) if b.id == bucket_id else b for b in self.buckets
        )
        return replace(self, buckets=tuple(buckets))
