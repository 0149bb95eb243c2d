"""Tables of visits: when who comes, what was found and done on each device, who signed, and who may come at all."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Boolean, Date, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.assets.models import Device
from portal.contracts.models import ContractRecord, LedgerEntry, PlannedRound
from portal.contracts.rules.terms import Cause
from portal.dispatch.rules.offering import Takes
from portal.dispatch.rules.shipping import Handling, ShipmentState
from portal.dispatch.rules.visiting import Basis, VisitKind, VisitStatus
from portal.infra.db import Amount, BigId, Instant, Json, Model, choice
from portal.people.models import Contact, Organisation, Site, User
from portal.tickets.models.ticket import Ticket


class Visit(Model):
    """Somebody comes. `number` is what people say; `price` what the client was told it costs, None: nothing.

    The answer of the contracts is kept under "visit:" and the id (CoverageDecision), the held unit in `reservation`.
    """

    __tablename__ = "visit"
    __table_args__ = (
        Index("ix_visit_starts", "starts_at"),
        Index("ix_visit_engineer_starts", "engineer_id", "starts_at"),
        Index("ix_visit_organisation_starts", "organisation_id", "starts_at"),
        Index("ix_visit_status", "status", "starts_at"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    number: Mapped[int] = mapped_column(Integer, unique=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    site_id: Mapped[int | None] = mapped_column(ForeignKey("site.id"))
    contract_id: Mapped[int | None] = mapped_column(ForeignKey("contract.id"))
    version_number: Mapped[int | None] = mapped_column(Integer)
    round_id: Mapped[int | None] = mapped_column(ForeignKey("contract_round.id"), unique=True)
    follows_id: Mapped[int | None] = mapped_column(ForeignKey("visit.id"))
    """The visit whose work was not done within its day."""
    kind: Mapped[VisitKind] = mapped_column(choice(VisitKind, "kind"))
    status: Mapped[VisitStatus] = mapped_column(choice(VisitStatus, "status"))
    basis: Mapped[Basis] = mapped_column(choice(Basis, "basis"))
    override_reason: Mapped[str | None] = mapped_column(String(500))
    engineer_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    starts_at: Mapped[datetime] = mapped_column(Instant)
    ends_at: Mapped[datetime] = mapped_column(Instant)
    moved_by_hand: Mapped[bool] = mapped_column(Boolean, default=False)
    """Somebody chose this slot: a round then no longer follows the days off by itself."""
    reservation_id: Mapped[int | None] = mapped_column(ForeignKey("ledger_entry.id"))
    price: Mapped[Decimal | None] = mapped_column(Amount)
    agreed_at: Mapped[datetime | None] = mapped_column(Instant)
    """When the client agreed to the price; nobody sets out before, if there is one."""
    agreed_by: Mapped[str | None] = mapped_column(String(120))
    agreed_how: Mapped[str | None] = mapped_column(String(200))
    confirmed_at: Mapped[datetime | None] = mapped_column(Instant)
    confirmed_by: Mapped[str | None] = mapped_column(String(120))
    en_route_at: Mapped[datetime | None] = mapped_column(Instant)
    arrived_at: Mapped[datetime | None] = mapped_column(Instant)
    finished_at: Mapped[datetime | None] = mapped_column(Instant)
    signed_at: Mapped[datetime | None] = mapped_column(Instant)
    solved: Mapped[bool | None] = mapped_column(Boolean)
    """What the engineer said at the end; None while it lasts, False when the day ended first."""
    cause: Mapped[Cause | None] = mapped_column(choice(Cause, "cause"))
    """What the fault came from, where the contract asks (HW-19)."""
    labour_hours: Mapped[Decimal | None] = mapped_column(Amount)
    ended_reason: Mapped[str | None] = mapped_column(String(500))
    note: Mapped[str | None] = mapped_column(Text)
    wish: Mapped[str | None] = mapped_column(Text)
    """What the client wrote when none of the times suited; empty again once another is planned or proposed."""
    created_at: Mapped[datetime] = mapped_column(Instant)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id"))
    changed_at: Mapped[datetime] = mapped_column(Instant)
    version: Mapped[int] = mapped_column(Integer, default=1)
    """Counts the changes, so that a form or a drag begun before another's is told."""

    organisation: Mapped[Organisation] = relationship()
    site: Mapped[Site | None] = relationship()
    contract: Mapped[ContractRecord | None] = relationship()
    round: Mapped[PlannedRound | None] = relationship()
    engineer: Mapped[User | None] = relationship()
    reservation: Mapped[LedgerEntry | None] = relationship()
    follows: Mapped["Visit | None"] = relationship(remote_side=[id])
    tickets: Mapped[list["VisitTicket"]] = relationship(back_populates="visit", order_by="VisitTicket.id")
    sheets: Mapped[list["ServiceSheet"]] = relationship(back_populates="visit", order_by="ServiceSheet.id")


class VisitTicket(Model):
    """A ticket that a visit is for; a round has none, or those of its week that joined it."""

    __tablename__ = "visit_ticket"
    __table_args__ = (UniqueConstraint("visit_id", "ticket_id"), Index("ix_visit_ticket_ticket", "ticket_id"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id"))
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))

    visit: Mapped[Visit] = relationship(back_populates="tickets")
    ticket: Mapped[Ticket] = relationship()


class VisitChange(Model):
    """A line of a visit's history: what it became, when, by whom, why. Added, never changed."""

    __tablename__ = "visit_change"
    __table_args__ = (Index("ix_visit_change_visit", "visit_id", "id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id"))
    at: Mapped[datetime] = mapped_column(Instant)
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id"))
    what: Mapped[str] = mapped_column(String(40))
    details: Mapped[dict[str, Any]] = mapped_column(Json)

    contact: Mapped[Contact | None] = relationship()


class ServiceSheet(Model):
    """The record of one device at one visit (HW-16). `number` is given with the last signature, so the series has no gap;
    from then on `facts` is what documents are made of, whatever changes elsewhere."""

    __tablename__ = "service_sheet"
    __table_args__ = (
        Index("ix_service_sheet_visit", "visit_id"),
        Index("ix_service_sheet_device", "device_id", "id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    number: Mapped[int | None] = mapped_column(Integer, unique=True)
    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id"))
    device_id: Mapped[int | None] = mapped_column(ForeignKey("device.id"))
    contact_name: Mapped[str | None] = mapped_column(String(120))
    contact_phone: Mapped[str | None] = mapped_column(String(64))
    found: Mapped[str] = mapped_column(Text, default="")
    done: Mapped[str] = mapped_column(Text, default="")
    checklist: Mapped[list[Any]] = mapped_column(Json, default=list)
    """[[item, "yes" | "no" | "n/a", remark], …] (HW-21)."""
    client_test_passed: Mapped[bool | None] = mapped_column(Boolean)
    engineer_name: Mapped[str | None] = mapped_column(String(120))
    engineer_signature: Mapped[str | None] = mapped_column(String(64))
    """Hash of the picture of the signature, in the file store."""
    engineer_signed_at: Mapped[datetime | None] = mapped_column(Instant)
    client_name: Mapped[str | None] = mapped_column(String(120))
    client_signature: Mapped[str | None] = mapped_column(String(64))
    client_signed_at: Mapped[datetime | None] = mapped_column(Instant)
    unsigned_reason: Mapped[str | None] = mapped_column(String(300))
    """Why the client did not sign, where no clause demands it."""
    facts: Mapped[dict[str, Any] | None] = mapped_column(Json)
    version: Mapped[int] = mapped_column(Integer, default=1)

    visit: Mapped[Visit] = relationship(back_populates="sheets")
    device: Mapped[Device | None] = relationship()
    parts: Mapped[list["SheetPart"]] = relationship(back_populates="sheet", order_by="SheetPart.id")
    photos: Mapped[list["SheetPhoto"]] = relationship(back_populates="sheet", order_by="SheetPhoto.id")


class SheetPart(Model):
    """A part or consumable that was put in."""

    __tablename__ = "sheet_part"
    __table_args__ = (Index("ix_sheet_part_sheet", "sheet_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    sheet_id: Mapped[int] = mapped_column(ForeignKey("service_sheet.id"))
    name: Mapped[str] = mapped_column(String(200))
    serial: Mapped[str | None] = mapped_column(String(120))
    quantity: Mapped[Decimal] = mapped_column(Amount)
    list_price: Mapped[Decimal] = mapped_column(Amount)
    consumable: Mapped[bool] = mapped_column(Boolean, default=False)
    ours: Mapped[bool] = mapped_column(Boolean, default=True)
    """Supplied by us: what a warranty may ask (HW-20)."""
    warranty_until: Mapped[date | None] = mapped_column(Date)

    sheet: Mapped[ServiceSheet] = relationship(back_populates="parts")


class SheetPhoto(Model):
    __tablename__ = "sheet_photo"
    __table_args__ = (UniqueConstraint("sheet_id", "sha256"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    sheet_id: Mapped[int] = mapped_column(ForeignKey("service_sheet.id"))
    name: Mapped[str] = mapped_column(String(200))
    content_type: Mapped[str] = mapped_column(String(120))
    size: Mapped[int] = mapped_column(Integer)
    sha256: Mapped[str] = mapped_column(String(64))
    taken_at: Mapped[datetime] = mapped_column(Instant)

    sheet: Mapped[ServiceSheet] = relationship(back_populates="photos")


class SentFromSite(Model):
    """What a phone sent from the site, once for its key: sent again after a lost network it changes nothing."""

    __tablename__ = "sent_from_site"

    key: Mapped[str] = mapped_column(String(80), primary_key=True)
    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    what: Mapped[str] = mapped_column(String(40))
    at: Mapped[datetime] = mapped_column(Instant)


class SlotOffer(Model):
    """A time that was proposed to the client beside the planned one; one of them is chosen, or none. What it takes is kept as
    it was said: a price that has changed meanwhile is asked for anew."""

    __tablename__ = "slot_offer"
    __table_args__ = (UniqueConstraint("visit_id", "starts_at"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id"))
    starts_at: Mapped[datetime] = mapped_column(Instant)
    ends_at: Mapped[datetime] = mapped_column(Instant)
    takes: Mapped[Takes] = mapped_column(choice(Takes, "takes"))
    price: Mapped[Decimal | None] = mapped_column(Amount)
    clause: Mapped[str] = mapped_column(String(60), default="")
    offered_at: Mapped[datetime] = mapped_column(Instant)
    chosen_at: Mapped[datetime | None] = mapped_column(Instant)
    withdrawn_at: Mapped[datetime | None] = mapped_column(Instant)

    visit: Mapped[Visit] = relationship()


class VisitLink(Model):
    """The link by which one person of the client chooses a time or asks for another: derived anew when the mail is sent, kept
    as a hash, expiring, used once."""

    __tablename__ = "visit_link"
    __table_args__ = (Index("ix_visit_link_visit", "visit_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id"))
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"))
    salt: Mapped[str] = mapped_column(String(64))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime] = mapped_column(Instant)
    used_at: Mapped[datetime | None] = mapped_column(Instant)

    visit: Mapped[Visit] = relationship()
    contact: Mapped[Contact] = relationship()


class Leave(Model):
    """Days on which an engineer does not work, both included."""

    __tablename__ = "leave"
    __table_args__ = (Index("ix_leave_user", "user_id", "to_on"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    from_on: Mapped[date] = mapped_column(Date)
    to_on: Mapped[date] = mapped_column(Date)
    reason: Mapped[str | None] = mapped_column(String(200))

    user: Mapped[User] = relationship()


class Certificate(Model):
    """What an engineer may do, and until when (SS-13): a certificate with a number, or a plain skill without."""

    __tablename__ = "certificate"
    __table_args__ = (UniqueConstraint("user_id", "name"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    name: Mapped[str] = mapped_column(String(120))
    number: Mapped[str | None] = mapped_column(String(80))
    device_kind: Mapped[str | None] = mapped_column(String(32))
    """The kind of device it is wanted for; empty: it is wanted for none in particular."""
    issued_on: Mapped[date | None] = mapped_column(Date)
    expires_on: Mapped[date | None] = mapped_column(Date)
    """The last day on which it is valid."""
    told_on: Mapped[date | None] = mapped_column(Date)
    """When its coming end was told; a new end is told anew."""

    user: Mapped[User] = relationship()


class Qualification(Model):
    """What a visit to a kind of device needs of whoever goes: a certificate or skill, by its name. `must`: nobody goes without;
    else the board only says so."""

    __tablename__ = "qualification"
    __table_args__ = (UniqueConstraint("device_kind", "name"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    device_kind: Mapped[str] = mapped_column(String(32))
    name: Mapped[str] = mapped_column(String(120))
    must: Mapped[bool] = mapped_column(Boolean, default=True)


class CalendarFeed(Model):
    """An engineer's private iCal address; a new one makes the old one useless."""

    __tablename__ = "calendar_feed"

    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(Instant)
    read_at: Mapped[datetime | None] = mapped_column(Instant)


class Shipment(Model):
    """A device on its way to us, with us, or sent back (HW-10), with the freight numbers of both ways."""

    __tablename__ = "shipment"
    __table_args__ = (
        Index("ix_shipment_ticket", "ticket_id", "id"),
        Index("ix_shipment_device", "device_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    device_id: Mapped[int] = mapped_column(ForeignKey("device.id"))
    handling: Mapped[Handling] = mapped_column(choice(Handling, "handling"))
    state: Mapped[ShipmentState] = mapped_column(choice(ShipmentState, "state"))
    clause: Mapped[str] = mapped_column(String(60))
    carrier: Mapped[str | None] = mapped_column(String(80))
    tracking: Mapped[str | None] = mapped_column(String(80))
    back_carrier: Mapped[str | None] = mapped_column(String(80))
    back_tracking: Mapped[str | None] = mapped_column(String(80))
    asked_at: Mapped[datetime] = mapped_column(Instant)
    received_at: Mapped[datetime | None] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    """Sent back, or called off."""
    reason: Mapped[str | None] = mapped_column(String(300))
    """Why it was called off."""

    ticket: Mapped[Ticket] = relationship()
    device: Mapped[Device] = relationship()
