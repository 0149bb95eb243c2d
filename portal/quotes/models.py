"""Tables of quotes: revisions with their lines, the confirmations of both sides, what is handed over, extensions."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import Date, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.assets.models import Device
from portal.contracts.models import ContractRecord
from portal.infra.db import Amount, BigId, Instant, Model, choice
from portal.people.models import Contact, Organisation
from portal.quotes.rules.quoting import AcceptKind, Act, Evidence, QuoteKind, Side
from portal.tickets.models.ticket import Ticket


class Quote(Model):
    """One revision of a priced proposal. After it was sent its lines never change: an edit makes the next revision, which
    starts without confirmations."""

    __tablename__ = "quote"
    __table_args__ = (
        UniqueConstraint("number", "revision"),
        Index("ix_quote_ticket", "ticket_id", "id"),
        Index("ix_quote_organisation", "organisation_id", "id"),
        Index("ix_quote_act", "act", "valid_until"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    number: Mapped[int] = mapped_column(Integer)
    revision: Mapped[int] = mapped_column(Integer, default=1)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    contract_id: Mapped[int | None] = mapped_column(ForeignKey("contract.id"))
    version_number: Mapped[int | None] = mapped_column(Integer)
    device_id: Mapped[int | None] = mapped_column(ForeignKey("device.id"))
    kind: Mapped[QuoteKind] = mapped_column(choice(QuoteKind, "kind"))
    act: Mapped[Act] = mapped_column(choice(Act, "act"))
    title: Mapped[str] = mapped_column(String(200))
    note: Mapped[str | None] = mapped_column(Text)
    valid_until: Mapped[date] = mapped_column(Date)
    """The last day on which it may be confirmed, by the organisation's wall clock."""
    work_until: Mapped[date | None] = mapped_column(Date)
    """By when the work is to be done, as agreed; extensions change it."""
    total: Mapped[Decimal] = mapped_column(Amount)
    created_at: Mapped[datetime] = mapped_column(Instant)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id"))
    sent_at: Mapped[datetime | None] = mapped_column(Instant)
    started_at: Mapped[datetime | None] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    ended_reason: Mapped[str | None] = mapped_column(String(500))
    change_asked_at: Mapped[datetime | None] = mapped_column(Instant)
    change_asked: Mapped[str | None] = mapped_column(Text)
    """What the client wants otherwise; the next revision answers it."""
    change_asked_by: Mapped[str | None] = mapped_column(String(120))
    reminded_at: Mapped[datetime | None] = mapped_column(Instant)
    """When the client was reminded that it can soon not be confirmed any more."""
    published_at: Mapped[datetime | None] = mapped_column(Instant)
    published_where: Mapped[str | None] = mapped_column(String(300))
    """Where what was made went live after its acceptance (WB-07)."""
    version: Mapped[int] = mapped_column(Integer, default=1)
    """Counts the changes, so that a form opened before another's is told."""

    ticket: Mapped[Ticket] = relationship()
    organisation: Mapped[Organisation] = relationship()
    contract: Mapped[ContractRecord | None] = relationship()
    device: Mapped[Device | None] = relationship()
    lines: Mapped[list["QuoteLine"]] = relationship(
        back_populates="quote", order_by="QuoteLine.position", cascade="all, delete-orphan"
    )
    confirmations: Mapped[list["QuoteConfirmation"]] = relationship(
        back_populates="quote", order_by="QuoteConfirmation.id"
    )
    handovers: Mapped[list["Handover"]] = relationship(back_populates="quote", order_by="Handover.number")
    extensions: Mapped[list["Extension"]] = relationship(back_populates="quote", order_by="Extension.id")


class QuoteLine(Model):
    """`quantity` × `unit_price` yuan without tax. A trigger refuses changes once the quote was sent (invariant 16)."""

    __tablename__ = "quote_line"
    __table_args__ = (UniqueConstraint("quote_id", "position"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    quote_id: Mapped[int] = mapped_column(ForeignKey("quote.id"))
    position: Mapped[int] = mapped_column(Integer)
    code: Mapped[str] = mapped_column(String(60))
    words: Mapped[str] = mapped_column(String(300))
    quantity: Mapped[Decimal] = mapped_column(Amount)
    unit: Mapped[str] = mapped_column(String(40))
    unit_price: Mapped[Decimal] = mapped_column(Amount)
    amount: Mapped[Decimal] = mapped_column(Amount)
    clause: Mapped[str] = mapped_column(String(80), default="")

    quote: Mapped[Quote] = relationship(back_populates="lines")


class QuoteConfirmation(Model):
    """One side confirmed, once, with its evidence: the page, the link, a scanned order form, or a mail by its Message-ID."""

    __tablename__ = "quote_confirmation"
    __table_args__ = (UniqueConstraint("quote_id", "side"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    quote_id: Mapped[int] = mapped_column(ForeignKey("quote.id"))
    side: Mapped[Side] = mapped_column(choice(Side, "side"))
    name: Mapped[str] = mapped_column(String(120))
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id"))
    evidence: Mapped[Evidence] = mapped_column(choice(Evidence, "evidence"))
    message_id: Mapped[str | None] = mapped_column(String(500))
    scan_sha256: Mapped[str | None] = mapped_column(String(64))
    scan_name: Mapped[str | None] = mapped_column(String(200))
    at: Mapped[datetime] = mapped_column(Instant)

    quote: Mapped[Quote] = relationship(back_populates="confirmations")
    contact: Mapped[Contact | None] = relationship()


class QuoteLink(Model):
    """The link by which one person of the client answers one revision: random, kept as a hash, expiring with the quote."""

    __tablename__ = "quote_link"
    __table_args__ = (Index("ix_quote_link_quote", "quote_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    quote_id: Mapped[int] = mapped_column(ForeignKey("quote.id"))
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"))
    salt: Mapped[str] = mapped_column(String(64))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime] = mapped_column(Instant)
    used_at: Mapped[datetime | None] = mapped_column(Instant)

    quote: Mapped[Quote] = relationship()
    contact: Mapped[Contact] = relationship()


class Handover(Model):
    """What was delivered under a quote. Silence until `due_at` accepts it, once the notice was delivered (TS-32); defects stop
    it, and the next handover counts anew."""

    __tablename__ = "handover"
    __table_args__ = (
        UniqueConstraint("quote_id", "number"),
        Index("ix_handover_due", "accepted_at", "defects_at", "due_at"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    quote_id: Mapped[int] = mapped_column(ForeignKey("quote.id"))
    number: Mapped[int] = mapped_column(Integer)
    words: Mapped[str] = mapped_column(Text)
    delivered_at: Mapped[datetime] = mapped_column(Instant)
    notified_at: Mapped[datetime | None] = mapped_column(Instant)
    due_at: Mapped[datetime | None] = mapped_column(Instant)
    clause: Mapped[str] = mapped_column(String(80), default="")
    reminded: Mapped[int] = mapped_column(Integer, default=0)
    """The last reminder given: how many days were left; 0: none yet."""
    accepted_at: Mapped[datetime | None] = mapped_column(Instant)
    accept_kind: Mapped[AcceptKind | None] = mapped_column(choice(AcceptKind, "accept_kind"))
    accepted_by: Mapped[str | None] = mapped_column(String(120))
    defects_at: Mapped[datetime | None] = mapped_column(Instant)
    defects: Mapped[str | None] = mapped_column(Text)

    quote: Mapped[Quote] = relationship(back_populates="handovers")


class Extension(Model):
    """Another day by which the work is to be done; it counts once both sides agreed (WB-09)."""

    __tablename__ = "extension"
    __table_args__ = (Index("ix_extension_quote", "quote_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    quote_id: Mapped[int] = mapped_column(ForeignKey("quote.id"))
    asked_by: Mapped[Side] = mapped_column(choice(Side, "asked_by"))
    from_on: Mapped[date | None] = mapped_column(Date)
    until_on: Mapped[date] = mapped_column(Date)
    reason: Mapped[str] = mapped_column(String(500))
    asked_at: Mapped[datetime] = mapped_column(Instant)
    agreed_at: Mapped[datetime | None] = mapped_column(Instant)
    agreed_by: Mapped[str | None] = mapped_column(String(120))
    refused_at: Mapped[datetime | None] = mapped_column(Instant)

    quote: Mapped[Quote] = relationship(back_populates="extensions")
