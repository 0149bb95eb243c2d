"""One contract asked: checks 2 to 11 in their fixed order, each leaving its line."""

from dataclasses import replace
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

from portal.contracts.rules import upgrades
from portal.contracts.rules.decision import (
    CENT,
    CLOSENESS,
    Check,
    Decision,
    LedgerPlan,
    Outcome,
    PriceLine,
    Question,
    Reason,
)
from portal.contracts.rules.ledger import UNIT
from portal.contracts.rules.terms import (
    PLANNED_BY_CLOCK,
    Bucket,
    Contract,
    Entitlement,
    Kind,
    Price,
    RunOff,
    Service,
    Specificity,
    Target,
    Version,
)


class _Stop(Exception):
    """A check failed for good: the answer stands."""

    def __init__(self, outcome: Outcome, reason: Reason, clause: str) -> None:
        self.outcome, self.reason, self.clause = outcome, reason, clause


def in_order(checks: tuple[Check, ...]) -> tuple[Check, ...]:
    """By their number, whatever the order in which they were asked."""
    return tuple(sorted(checks, key=lambda c: c.number))


class Answer:
    """Asks one contract; `decision()` gives its answer."""

    def __init__(self, question: Question, contract: Contract, as_of: datetime) -> None:
        self.q, self.contract, self.as_of = question, contract, as_of
        self.checks = [Check(1, "requester", True)]
        self.service = (
            Service.EMERGENCY_ON_SITE
            if question.emergency and question.service is Service.ON_SITE
            else question.service
        )
        self.version: Version | None = None
        self.term_number: int | None = None
        self.service_at: datetime | None = question.service_at
        self.closeness: Specificity | None = None

    def decision(self) -> Decision:
        try:
            version = self._signed()
            self._in_term(version)
            self._covered(version)
            self._not_suspended(version)
            if (free := self._free_again(version)) is not None:
                return free
            excluded = self._cause(version)
            entitlement = self._scope(version, excluded)
            if excluded:
                return self._charged_as_excluded(version, excluded)
            assert entitlement is not None
            self._hours(version, entitlement)
            return self._priced(version, entitlement)
        except _Stop as stop:
            return self._answer(stop.outcome, clause=stop.clause, reason=stop.reason)

    def _answer(self, outcome: Outcome, **more: object) -> Decision:
        blocked = outcome in (Outcome.BLOCKED, Outcome.MANUAL_REVIEW)
        return replace(
            Decision(
                outcome,
                contract_id=self.contract.id,
                version=self.version.number if self.version else None,
                term=self.term_number,
                service_at=self.service_at,
                checks=in_order(tuple(self.checks)),
                specificity=self.closeness,
                targets=() if blocked and more.get("reason") is not Reason.SUSPENDED else self._targets(),
            ),
            **more,  # type: ignore[arg-type]
        )

    def _targets(self) -> tuple[Target, ...]:
        """Promises for this priority and service; an emergency takes its own where the contract has them."""
        if self.version is None:
            return ()
        fitting = [
            t
            for t in self.version.targets
            if t.priority in (None, self.q.priority)
            and (t.services is None or self.service in t.services or self.q.service in t.services)
            and (self.q.emergency or not t.emergency)
        ]
        urgent = {t.metric for t in fitting if t.emergency}
        return tuple(t for t in fitting if t.emergency or t.metric not in urgent)

    def _pass(self, number: int, code: str, clause: str = "") -> None:
        self.checks.append(Check(number, code, True, clause))

    def _fail(self, number: int, code: str, outcome: Outcome, reason: Reason, clause: str) -> None:
        self.checks.append(Check(number, code, False, clause, reason))
        raise _Stop(outcome, reason, clause)

    def _signed(self) -> Version:
        """Check 2 (TS-02). The wording is that of the service day; before any, that of the day of receipt."""
        calendar = self.contract.versions[-1].calendar if self.contract.versions else None
        if calendar is not None:
            received = calendar.local_day(self.q.received_at)
            day = calendar.local_day(self.q.service_at) if self.q.service_at else received
            self.version = self.contract.version_on(day, self.as_of) or self.contract.version_on(
                received, self.as_of
            )
        if self.version is None:
            if calendar is not None and all(v.effective_from > received for v in self.contract.versions):
                self._fail(3, "term", Outcome.BLOCKED, Reason.NOT_YET, "")
            self._fail(2, "signed", Outcome.BLOCKED, Reason.NO_CONTRACT, "")
        assert self.version is not None
        if not self.version.signed:
            self._fail(2, "signed", Outcome.BLOCKED, Reason.UNSIGNED, "")
        self._pass(2, "signed")
        return self.version

    def _in_term(self, version: Version) -> None:
        """Check 3: owed when received inside a term; served after it only by a run-off clause (HW-14) or a new term."""
        received = version.calendar.local_day(self.q.received_at)
        if self.service_at is None:
            self.service_at = self._next_hour(version, self.q.received_at)
        served = version.calendar.local_day(self.service_at)
        owed, in_force = self.contract.term_on(received), self.contract.term_on(served)
        if owed is None:
            ended = any(t.end < received for t in self.contract.terms)
            self._fail(3, "term", Outcome.BLOCKED, Reason.EXPIRED if ended else Reason.NOT_YET, "")
        assert owed is not None
        self.term_number = (in_force or owed).number
        if in_force is None and not (
            self.contract.run_off is RunOff.IN_PROGRESS_LABOUR_FREE and self.q.in_progress
        ):
            self._fail(3, "term", Outcome.DEFERRED, Reason.WAITING_RENEWAL, self.contract.run_off_clause)
        self._pass(3, "term", self.contract.run_off_clause if in_force is None else "")

    def _next_hour(self, version: Version, at: datetime) -> datetime:
        span = next(version.calendar.spans_from(at), None)
        return span.start if span and self.service in PLANNED_BY_CLOCK and not self.q.emergency else at

    def _covered(self, version: Version) -> None:
        """Check 4 (PC-02): on the day of the report."""
        day = version.calendar.local_day(self.q.received_at)
        found = [
            c
            for line in self.contract.covered
            if (c := line.names(self.q.device_id, self.q.device_class, day)) is not None
        ]
        if not found:
            self._fail(4, "covered", Outcome.MANUAL_REVIEW, Reason.ASSET_NOT_COVERED, "")
        self.closeness = min(found, key=lambda c: CLOSENESS[c])
        self._pass(4, "covered")

    def _not_suspended(self, version: Version) -> None:
        """Check 5: the ticket is accepted, its clocks wait (CR-13)."""
        for suspension in self.contract.suspensions:
            if suspension.stops(self.service, max(self.q.received_at, self.as_of)):
                self._fail(5, "suspended", Outcome.BLOCKED, Reason.SUSPENDED, suspension.clause)
        self._pass(5, "suspended")

    def _cause(self, version: Version) -> str | None:
        """Check 6: an excluded cause is charged, never refused (HW-18, HW-19). Returns its clause."""
        clause = version.excluded_causes.get(self.q.cause) if self.q.cause else None
        self.checks.append(
            Check(6, "cause", clause is None, clause or "", Reason.EXCLUDED_CAUSE if clause else None)
        )
        return clause

    def _free_again(self, version: Version) -> Decision | None:
        """TS-11: the last upgrade of this kind fell short, so this one is not charged, whatever else is said of upgrades."""
        if self.service is not Service.UPGRADE or not self.q.upgrade or not version.free_again_clause:
            return None
        code, clause = upgrades.entitlement_of(self.q.upgrade), version.free_again_clause
        given = next(
            (b for b in self.contract.buckets if b.entitlement == code and b.available >= UNIT), None
        )
        if given is None:
            return None
        for number, check in ((7, "scope"), (10, "entitlement"), (11, "price")):
            self._pass(number, check, clause)
        return self._answer(
            Outcome.CONSUME, ledger=LedgerPlan(given.id, code), entitlement=code, clause=clause
        )

    def _scope(self, version: Version, excluded: str | None) -> Entitlement | None:
        """Check 7: an entitlement names the service; an emergency may fall back on the plain visit."""
        wanted = [self.service] if self.service is self.q.service else [self.service, self.q.service]
        for service in wanted:
            for entitlement in version.entitlements:
                if service in entitlement.services:
                    self._pass(7, "scope", entitlement.clause)
                    return entitlement
        if excluded is None:
            self._fail(7, "scope", Outcome.QUOTE_REQUIRED, Reason.OUT_OF_SCOPE, "")
        return None

    def _hours(self, version: Version, entitlement: Entitlement) -> None:
        """Check 9 (SS-09): a visit outside the hours of service is agreed and quoted first, unless it is an emergency."""
        assert self.service_at is not None
        at = self.service_at
        limited = self.service in PLANNED_BY_CLOCK and not entitlement.any_hour and not self.q.emergency
        if limited:
            span = next(version.calendar.spans_from(at), None)
            if span is None or span.start > at:
                self._fail(9, "hours", Outcome.QUOTE_REQUIRED, Reason.OFF_HOURS, entitlement.clause)
        self._pass(9, "hours", entitlement.clause)

    def _line(self, price: Price, quantity: Decimal = Decimal(1)) -> PriceLine:
        return PriceLine(price.code, quantity, price.amount, price.clause)

    def _parts(self, version: Version, factor: Decimal | None = None) -> tuple[PriceLine, ...]:
        """HW-02: 折 is the fraction that is paid."""
        if not self.q.part_list_price:
            return ()
        factor = version.part_factor if factor is None else factor
        paid = (self.q.part_list_price * factor).quantize(CENT, ROUND_HALF_UP)
        return (PriceLine("part", Decimal(1), paid, version.part_clause),)

    def _charged_as_excluded(self, version: Version, clause: str) -> Decision:
        """Labour by the hour at the standard rate, parts at the contract's factor unless it has another for this."""
        assert self.service_at is not None
        labour = version.price(version.labour_rate, version.calendar.local_day(self.service_at))
        lines = (self._line(labour, self.q.labour_hours),) if labour and self.q.labour_hours else ()
        self._pass(11, "price", labour.clause if labour else "")
        return self._answer(
            Outcome.BILLABLE,
            price_lines=(*lines, *self._parts(version, version.excluded_part_factor)),
            clause=clause,
            reason=Reason.EXCLUDED_CAUSE,
        )

    def _priced(self, version: Version, entitlement: Entitlement) -> Decision:
        """Checks 10 and 11: how it is paid, by the price of the service day."""
        assert self.service_at is not None
        day = version.calendar.local_day(self.service_at)
        clause = entitlement.clause
        common: dict[str, object] = {"entitlement": entitlement.code, "clause": clause}
        match entitlement.kind:
            case Kind.UNLIMITED:
                return self._unlimited(version, common)
            case Kind.QUOTED:
                self.checks.append(Check(10, "entitlement", True, clause))
                return self._answer(Outcome.QUOTE_REQUIRED, **common)
            case Kind.METERED:
                return self._metered(version.price(entitlement.rate, day), common, clause)
            case Kind.QUOTA:
                return self._from_quota(version, entitlement, common)

    def _unlimited(self, version: Version, common: dict[str, object]) -> Decision:
        assert self.service_at is not None
        fee = None
        if self.q.emergency:
            fee = version.price(version.emergency_rate, version.calendar.local_day(self.service_at))
        lines = (*((self._line(fee),) if fee else ()), *self._parts(version))
        clause = fee.clause if fee else str(common["clause"])
        self._pass(10, "entitlement", str(common["clause"]))
        self._pass(11, "price", clause)
        return self._answer(Outcome.BILLABLE if lines else Outcome.INCLUDED, price_lines=lines, **common)

    def _metered(self, price: Price | None, common: dict[str, object], clause: str) -> Decision:
        self._pass(10, "entitlement", clause)
        if price is None:
            self._fail(11, "price", Outcome.QUOTE_REQUIRED, Reason.PRICE_UNKNOWN, clause)
        assert price is not None
        self._pass(11, "price", price.clause)
        return self._answer(Outcome.BILLABLE, price_lines=(self._line(price),), **common)

    def _from_quota(self, version: Version, entitlement: Entitlement, common: dict[str, object]) -> Decision:
        assert self.service_at is not None
        mine = sorted(
            (b for b in self.contract.buckets if b.entitlement == entitlement.code),
            key=lambda b: b.span.opens,
        )
        open_now = (
            b for b in mine if b.span.opens <= self.service_at < b.span.closes and b.available >= UNIT
        )
        now = min(open_now, key=lambda b: b.span.closes, default=None)
        if now is not None:
            self._pass(10, "entitlement", entitlement.clause)
            self._pass(11, "price", entitlement.clause)
            return self._answer(
                Outcome.CONSUME,
                ledger=LedgerPlan(now.id, entitlement.code),
                bucket_closes=now.span.closes,
                price_lines=self._parts(version),
                **common,
            )
        self.checks.append(Check(10, "entitlement", False, entitlement.clause, Reason.QUOTA_USED))
        extra = version.price(entitlement.extra_rate, version.calendar.local_day(self.service_at))
        more = self._answer(Outcome.BILLABLE, price_lines=(self._line(extra),), **common) if extra else None
        free = self._next_free(version, mine)
        if free is None and more is not None:
            return more
        bucket, opens = free if free else (None, None)
        later = self._answer(
            Outcome.DEFERRED,
            reason=Reason.QUOTA_USED,
            service_at=opens,
            bucket_closes=bucket.span.closes if bucket else None,
            **common,
        )
        return replace(later, alternatives=(more,) if more else ())

    def _next_free(self, version: Version, buckets: list[Bucket]) -> tuple[Bucket | None, datetime] | None:
        """The next bucket with something left, else (for one not opened yet) the end of the last one."""
        assert self.service_at is not None
        for bucket in buckets:
            if bucket.span.opens > self.service_at and bucket.available >= UNIT:
                return bucket, self._open_hour(version, bucket.span.opens)
        ends = [b.span.closes for b in buckets if b.span.closes > self.service_at]
        if not ends:
            return None
        opens = self._open_hour(version, max(ends))
        return (None, opens) if self.contract.term_on(version.calendar.local_day(opens)) else None

    def _open_hour(self, version: Version, at: datetime) -> datetime:
        span = next(version.calendar.spans_from(at), None)
        return span.start if span else at
