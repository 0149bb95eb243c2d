"""Tables of contracts: what was agreed and when, what is covered, what is left, and which days are off."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.assets.models import Device, DeviceKind
from portal.contracts.rules.decision import Outcome, Reason
from portal.contracts.rules.ledger import LineKind
from portal.contracts.rules.reminders import NoticeKind
from portal.contracts.rules.rounds import Moved
from portal.contracts.rules.terms import Service
from portal.infra.db import Amount, BigId, Instant, Json, Model, choice
from portal.kernel.refs import new_pin
from portal.kernel.working_time import DayKind
from portal.people.models import Organisation


class ContractState(StrEnum):
    """What people did; active, expiring and expired follow from the dates and are computed."""

    DRAFT = "draft"
    OFFERED = "offered"
    SIGNED = "signed"
    TERMINATED = "terminated"


class ContractForm(Model):
    """A form's text as it was when a contract was made from it: later edits of the file change no contract."""

    __tablename__ = "contract_form"

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    key: Mapped[str] = mapped_column(String(80))
    text: Mapped[str] = mapped_column(Text)


class ContractRecord(Model):
    """One contract with one client; its wording is in versions, its validity in terms."""

    __tablename__ = "contract"
    __table_args__ = (
        Index("ix_contract_organisation", "organisation_id"),
        Index("ix_contract_pin", "pin", unique=True),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    number: Mapped[str] = mapped_column(String(40), unique=True)
    pin: Mapped[str | None] = mapped_column(String(12), default=new_pin)
    """Eight random digits that the client says on the phone: they lead to the contract, and give no right by themselves."""
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    jurisdiction: Mapped[str] = mapped_column(String(8), default="CN")
    time_zone: Mapped[str] = mapped_column(String(64), default="Asia/Shanghai")
    state: Mapped[ContractState] = mapped_column(choice(ContractState, "state"))
    terminated_on: Mapped[date | None] = mapped_column(Date)
    """The last day of validity after an early end."""
    created_at: Mapped[datetime] = mapped_column(Instant)

    organisation: Mapped[Organisation] = relationship()
    versions: Mapped[list["ContractVersion"]] = relationship(
        back_populates="contract", order_by="ContractVersion.number"
    )
    terms: Mapped[list["ContractTerm"]] = relationship(
        back_populates="contract", order_by="ContractTerm.number"
    )
    coverage: Mapped[list["CoverageLine"]] = relationship(
        back_populates="contract", order_by="CoverageLine.id"
    )
    suspensions: Mapped[list["ContractSuspension"]] = relationship(order_by="ContractSuspension.id")


class ContractVersion(Model):
    """The wording for service days in [effective_from, effective_to), known since `recorded_at`; never changed, only followed."""

    __tablename__ = "contract_version"
    __table_args__ = (UniqueConstraint("contract_id", "number"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    contract_id: Mapped[int] = mapped_column(ForeignKey("contract.id"))
    number: Mapped[int] = mapped_column(Integer)
    form_sha256: Mapped[str] = mapped_column(ForeignKey("contract_form.sha256"))
    blanks: Mapped[dict[str, str]] = mapped_column(Json)
    settings: Mapped[dict[str, str]] = mapped_column(Json)
    effective_from: Mapped[date] = mapped_column(Date)
    effective_to: Mapped[date | None] = mapped_column(Date)
    recorded_at: Mapped[datetime] = mapped_column(Instant)
    recorded_by_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id"))
    signed_client_at: Mapped[datetime | None] = mapped_column(Instant)
    signed_client_name: Mapped[str | None] = mapped_column(String(120))
    signed_provider_at: Mapped[datetime | None] = mapped_column(Instant)
    signed_provider_name: Mapped[str | None] = mapped_column(String(120))
    scan_sha256: Mapped[str | None] = mapped_column(String(64))
    scan_name: Mapped[str | None] = mapped_column(String(200))

    contract: Mapped[ContractRecord] = relationship(back_populates="versions")
    form: Mapped[ContractForm] = relationship()


class ContractTerm(Model):
    """A stretch of validity, both days included; a trigger refuses two of a contract that overlap."""

    __tablename__ = "contract_term"
    __table_args__ = (
        UniqueConstraint("contract_id", "number"),
        CheckConstraint("start_on <= end_on", name="in_order"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    contract_id: Mapped[int] = mapped_column(ForeignKey("contract.id"))
    number: Mapped[int] = mapped_column(Integer)
    start_on: Mapped[date] = mapped_column(Date)
    end_on: Mapped[date] = mapped_column(Date)

    contract: Mapped[ContractRecord] = relationship(back_populates="terms")


class CoverageLine(Model):
    """A device, a class of devices, or (both empty) the whole organisation, covered in [valid_from, valid_to)."""

    __tablename__ = "coverage_line"
    __table_args__ = (
        Index("ix_coverage_line_contract", "contract_id"),
        Index("ix_coverage_line_device", "device_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    contract_id: Mapped[int] = mapped_column(ForeignKey("contract.id"))
    device_id: Mapped[int | None] = mapped_column(ForeignKey("device.id"))
    device_class: Mapped[DeviceKind | None] = mapped_column(choice(DeviceKind, "device_class"))
    valid_from: Mapped[date] = mapped_column(Date)
    valid_to: Mapped[date | None] = mapped_column(Date)
    reason: Mapped[str | None] = mapped_column(String(200))

    contract: Mapped[ContractRecord] = relationship(back_populates="coverage")
    device: Mapped[Device | None] = relationship()


class ContractSuspension(Model):
    """A pause of the provider's duties, by a right that the clause gives."""

    __tablename__ = "contract_suspension"
    __table_args__ = (Index("ix_contract_suspension_contract", "contract_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    contract_id: Mapped[int] = mapped_column(ForeignKey("contract.id"))
    start_at: Mapped[datetime] = mapped_column(Instant)
    end_at: Mapped[datetime | None] = mapped_column(Instant)
    clause: Mapped[str] = mapped_column(String(80))
    reason: Mapped[str] = mapped_column(String(500))
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id"))


class TermNotice(Model):
    """What fell due at the end of a term, once: that renewal is due, or that the contract ended."""

    __tablename__ = "contract_notice"
    __table_args__ = (UniqueConstraint("contract_id", "term", "kind"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    contract_id: Mapped[int] = mapped_column(ForeignKey("contract.id"))
    term: Mapped[int] = mapped_column(Integer)
    kind: Mapped[NoticeKind] = mapped_column(choice(NoticeKind, "kind"))
    due_on: Mapped[date] = mapped_column(Date)
    recorded_at: Mapped[datetime] = mapped_column(Instant)


class PlannedRound(Model):
    """A visit that comes by plan: `planned_on` by the clause, `falls_on` after the days off, empty when it is left out."""

    __tablename__ = "contract_round"
    __table_args__ = (
        UniqueConstraint("contract_id", "plan", "term", "number"),
        Index("ix_contract_round_planned", "contract_id", "planned_on"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    contract_id: Mapped[int] = mapped_column(ForeignKey("contract.id"))
    plan: Mapped[str] = mapped_column(String(60))
    term: Mapped[int] = mapped_column(Integer)
    number: Mapped[int] = mapped_column(Integer)
    planned_on: Mapped[date] = mapped_column(Date)
    falls_on: Mapped[date | None] = mapped_column(Date)
    moved: Mapped[Moved | None] = mapped_column(choice(Moved, "moved"))
    recorded_at: Mapped[datetime] = mapped_column(Instant)


class LedgerBucket(Model):
    """What an entitlement grants for one span. `posted` and `held` are the sums of its entries, in hundredths of a unit; they
    change only by the guarded UPDATE of service/ledger.py."""

    __tablename__ = "ledger_bucket"
    __table_args__ = (
        UniqueConstraint("contract_id", "entitlement", "key"),
        CheckConstraint("held >= 0", name="held"),
        CheckConstraint("posted - held >= -overdraft", name="available"),
        Index("ix_ledger_bucket_closes", "closed_at", "closes_at"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    contract_id: Mapped[int] = mapped_column(ForeignKey("contract.id"))
    entitlement: Mapped[str] = mapped_column(String(60))
    key: Mapped[str] = mapped_column(String(60))
    opens_at: Mapped[datetime] = mapped_column(Instant)
    closes_at: Mapped[datetime] = mapped_column(Instant)
    closed_at: Mapped[datetime | None] = mapped_column(Instant)
    posted: Mapped[int] = mapped_column(Integer, default=0)
    held: Mapped[int] = mapped_column(Integer, default=0)
    overdraft: Mapped[int] = mapped_column(Integer, default=0)

    contract: Mapped[ContractRecord] = relationship()


class LedgerEntry(Model):
    """A line of the ledger: added, never changed or removed; triggers of both engines refuse it."""

    __tablename__ = "ledger_entry"
    __table_args__ = (
        UniqueConstraint("bucket_id", "number"),
        UniqueConstraint("closes_id"),
        Index("ix_ledger_entry_ref", "ref"),
        CheckConstraint("quantity > 0", name="quantity"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    bucket_id: Mapped[int] = mapped_column(ForeignKey("ledger_bucket.id"))
    number: Mapped[int] = mapped_column(Integer)
    kind: Mapped[LineKind] = mapped_column(choice(LineKind, "kind"))
    quantity: Mapped[int] = mapped_column(Integer)
    posted_delta: Mapped[int] = mapped_column(Integer)
    held_delta: Mapped[int] = mapped_column(Integer)
    closes_id: Mapped[int | None] = mapped_column(ForeignKey("ledger_entry.id"))
    """The reservation that this line ends; unique, so it ends once."""
    reverses_id: Mapped[int | None] = mapped_column(ForeignKey("ledger_entry.id"))
    ref: Mapped[str | None] = mapped_column(String(80))
    """What it was for: "ticket:" and the public number, or "visit:" and an id."""
    clause: Mapped[str] = mapped_column(String(80), default="")
    reason: Mapped[str | None] = mapped_column(String(500))
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id"))
    approver_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id"))
    effective_at: Mapped[datetime] = mapped_column(Instant)
    recorded_at: Mapped[datetime] = mapped_column(Instant)
    idempotency_key: Mapped[str] = mapped_column(String(160), unique=True)

    bucket: Mapped[LedgerBucket] = relationship()


class CoverageDecision(Model):
    """What the engine answered, kept as it was: a new answer to the same question supersedes it and changes nothing here.

    `ref` names what was asked about ("ticket:17"); `details` is rules.decision's answer as plain values, losers included.
    """

    __tablename__ = "coverage_decision"
    __table_args__ = (
        Index("ix_coverage_decision_ref", "ref", "id"),
        Index("ix_coverage_decision_contract", "contract_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    ref: Mapped[str] = mapped_column(String(80))
    service: Mapped[Service] = mapped_column(choice(Service, "service"))
    asked_at: Mapped[datetime] = mapped_column(Instant)
    outcome: Mapped[Outcome] = mapped_column(choice(Outcome, "outcome"))
    reason: Mapped[Reason | None] = mapped_column(choice(Reason, "reason"))
    clause: Mapped[str] = mapped_column(String(80), default="")
    contract_id: Mapped[int | None] = mapped_column(ForeignKey("contract.id"))
    version_number: Mapped[int | None] = mapped_column(Integer)
    details: Mapped[dict[str, Any]] = mapped_column(Json)
    supersedes_id: Mapped[int | None] = mapped_column(ForeignKey("coverage_decision.id"), unique=True)

    contract: Mapped[ContractRecord | None] = relationship()


class Charge(Model):
    """Money that the client owes for work, with its clause: recorded when the work is done, asked for by billing later.

    Added and never changed; a mistake is taken back by a line of its own that `takes_back` it. `amount` is without tax.
    """

    __tablename__ = "charge"
    __table_args__ = (
        Index("ix_charge_organisation", "organisation_id", "served_on"),
        Index("ix_charge_ref", "ref"),
        Index("ix_charge_contract", "contract_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    contract_id: Mapped[int | None] = mapped_column(ForeignKey("contract.id"))
    ref: Mapped[str] = mapped_column(String(80))
    """What it is for: "visit:" or "quote:" and a number, "ticket:" and the public number."""
    code: Mapped[str] = mapped_column(String(60))
    """A price of the contract (visit, person_day, labour, part, …); its words are made when it is shown."""
    words: Mapped[str | None] = mapped_column(String(300))
    """What exactly, where the code does not say it: the name of a part."""
    quantity: Mapped[Decimal] = mapped_column(Amount)
    unit_price: Mapped[Decimal] = mapped_column(Amount)
    amount: Mapped[Decimal] = mapped_column(Amount)
    clause: Mapped[str] = mapped_column(String(80), default="")
    served_on: Mapped[date] = mapped_column(Date)
    due_at: Mapped[datetime | None] = mapped_column(Instant)
    due_clause: Mapped[str] = mapped_column(String(80), default="")
    takes_back_id: Mapped[int | None] = mapped_column(ForeignKey("charge.id"), unique=True)
    recorded_at: Mapped[datetime] = mapped_column(Instant)
    recorded_by_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id"))
    idempotency_key: Mapped[str] = mapped_column(String(160), unique=True)

    contract: Mapped[ContractRecord | None] = relationship()


class WorkInProgress(Model):
    """Work under a contract that has begun and is not over: what a run-off clause asks (HW-14). `ref` as in a charge."""

    __tablename__ = "work_in_progress"
    __table_args__ = (Index("ix_work_in_progress_contract", "contract_id", "ended_at"),)

    ref: Mapped[str] = mapped_column(String(80), primary_key=True)
    contract_id: Mapped[int] = mapped_column(ForeignKey("contract.id"))
    began_at: Mapped[datetime] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)


class CalendarNotice(Model):
    """A published list of days off for one year of a jurisdiction; the latest import of a year counts."""

    __tablename__ = "calendar_notice"
    __table_args__ = (Index("ix_calendar_notice_year", "jurisdiction", "year"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    jurisdiction: Mapped[str] = mapped_column(String(8))
    year: Mapped[int] = mapped_column(Integer)
    source: Mapped[str] = mapped_column(String(300))
    published_on: Mapped[date | None] = mapped_column(Date)
    provisional: Mapped[bool] = mapped_column(default=False)
    recorded_at: Mapped[datetime] = mapped_column(Instant)
    changes: Mapped[list[Any]] = mapped_column(Json)


class CalendarDay(Model):
    """A date that a notice changes; plain workdays and weekends have no row."""

    __tablename__ = "calendar_day"

    jurisdiction: Mapped[str] = mapped_column(String(8), primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    kind: Mapped[DayKind] = mapped_column(choice(DayKind, "kind"))
    name: Mapped[str | None] = mapped_column(String(120))
