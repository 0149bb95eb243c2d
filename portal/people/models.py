"""Tables of organisations, their sites and contacts, users and their sign-in."""

from datetime import date, datetime, time
from enum import StrEnum
from typing import Any

from sqlalchemy import Boolean, Date, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from portal.infra.db import BigId, Instant, Model, choice
from portal.kernel.actor import ClientRole, StaffRole
from portal.people.rules import phones as phone_rules
from portal.people.rules.links import LinkPurpose


def _tail_of(column: str) -> Any:
    """The default of a column that follows a phone number, for rows that are inserted in bulk."""
    return lambda context: phone_rules.tail_of(context.get_current_parameters().get(column))


class OrganisationKind(StrEnum):
    CLIENT = "client"
    PROVIDER = "provider"
    THIRD_PARTY = "third_party"


class Organisation(Model):
    """A client company, the provider itself, or a third party such as a factory."""

    __tablename__ = "organisation"
    __table_args__ = (Index("ix_organisation_phone_tail", "phone_tail"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    kind: Mapped[OrganisationKind] = mapped_column(choice(OrganisationKind, "kind"))
    language: Mapped[str] = mapped_column(String(16), default="en")
    time_zone: Mapped[str] = mapped_column(String(64), default="Asia/Shanghai")
    phone: Mapped[str | None] = mapped_column(String(64))
    phone_tail: Mapped[str | None] = mapped_column(String(32), default=_tail_of("phone"))
    """The number back to front, for finding it by its end; it follows by itself."""
    address: Mapped[str | None] = mapped_column(String(500))
    note: Mapped[str | None] = mapped_column(Text)
    active: Mapped[bool] = mapped_column(Boolean, default=True)
    created_at: Mapped[datetime] = mapped_column(Instant)
    version: Mapped[int] = mapped_column(Integer, default=1)
    """Counts the edits, so that a form opened before another's edit is told."""

    sites: Mapped[list["Site"]] = relationship(back_populates="organisation", order_by="Site.name")
    domains: Mapped[list["OrganisationDomain"]] = relationship(order_by="OrganisationDomain.domain")

    @validates("phone")
    def _keep_tail(self, _name: str, value: Any) -> Any:
        self.phone_tail = phone_rules.tail_of(value)
        return value


class OrganisationDomain(Model):
    """A mail domain that staff verified as an organisation's own: whoever proves an address there belongs to it."""

    __tablename__ = "organisation_domain"
    __table_args__ = (Index("ix_organisation_domain_organisation", "organisation_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    domain: Mapped[str] = mapped_column(String(253), unique=True)
    verified_at: Mapped[datetime] = mapped_column(Instant)
    verified_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))


class Site(Model):
    """Where devices stand and engineers go."""

    __tablename__ = "site"
    __table_args__ = (
        Index("ix_site_organisation", "organisation_id"),
        Index("ix_site_phone_tail", "phone_tail"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    name: Mapped[str] = mapped_column(String(200))
    address: Mapped[str | None] = mapped_column(String(500))
    phone: Mapped[str | None] = mapped_column(String(64))
    phone_tail: Mapped[str | None] = mapped_column(String(32), default=_tail_of("phone"))
    access_note: Mapped[str | None] = mapped_column(Text)
    active: Mapped[bool] = mapped_column(Boolean, default=True)
    version: Mapped[int] = mapped_column(Integer, default=1)

    organisation: Mapped[Organisation] = relationship(back_populates="sites")

    @validates("phone")
    def _keep_tail(self, _name: str, value: Any) -> Any:
        self.phone_tail = phone_rules.tail_of(value)
        return value


class Contact(Model):
    """A person, of one organisation or several, with or without a sign-in."""

    __tablename__ = "contact"
    __table_args__ = (Index("ix_contact_name", "name"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    language: Mapped[str] = mapped_column(String(16), default="en")
    time_zone: Mapped[str] = mapped_column(String(64), default="Asia/Shanghai")
    note: Mapped[str | None] = mapped_column(Text)
    active: Mapped[bool] = mapped_column(Boolean, default=True)
    created_at: Mapped[datetime] = mapped_column(Instant)
    version: Mapped[int] = mapped_column(Integer, default=1)

    emails: Mapped[list["ContactEmail"]] = relationship(back_populates="contact", order_by="ContactEmail.id")
    phones: Mapped[list["ContactPhone"]] = relationship(back_populates="contact", order_by="ContactPhone.id")
    memberships: Mapped[list["Membership"]] = relationship(back_populates="contact", order_by="Membership.id")
    user: Mapped["User | None"] = relationship(back_populates="contact")

    @property
    def email(self) -> str | None:
        """Where mail to this person goes: the first address."""
        return self.emails[0].address if self.emails else None

    @property
    def phone(self) -> str | None:
        return self.phones[0].number if self.phones else None


class ContactEmail(Model):
    """An address belongs to one person only, in lower case: intake finds the person by it."""

    __tablename__ = "contact_email"
    __table_args__ = (Index("ix_contact_email_contact", "contact_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"))
    address: Mapped[str] = mapped_column(String(254), unique=True)
    verified_at: Mapped[datetime | None] = mapped_column(Instant)
    bounced_at: Mapped[datetime | None] = mapped_column(Instant)
    """When a server last said for good that mail does not arrive there; None: nothing is known against it."""
    bounce_status: Mapped[str | None] = mapped_column(String(20))
    """The server's code (RFC 3463), e.g. 5.1.1."""

    contact: Mapped[Contact] = relationship(back_populates="emails")


class ContactPhone(Model):
    """`number` as people write it; `digits` in international form; `tail` the same back to front, for finding a caller by the
    last digits. It follows `digits` by itself."""

    __tablename__ = "contact_phone"
    __table_args__ = (
        Index("ix_contact_phone_contact", "contact_id"),
        Index("ix_contact_phone_digits", "digits"),
        Index("ix_contact_phone_tail", "tail"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"))
    number: Mapped[str] = mapped_column(String(64))
    digits: Mapped[str] = mapped_column(String(32))
    tail: Mapped[str | None] = mapped_column(
        String(32), default=lambda c: phone_rules.tail(c.get_current_parameters()["digits"])
    )
    label: Mapped[str | None] = mapped_column(String(60))

    contact: Mapped[Contact] = relationship(back_populates="phones")

    @validates("digits")
    def _keep_tail(self, _name: str, value: str) -> str:
        self.tail = phone_rules.tail(value)
        return value


class Membership(Model):
    """A contact belongs to an organisation: members see their own tickets, managers all of the organisation's."""

    __tablename__ = "membership"
    __table_args__ = (
        UniqueConstraint("organisation_id", "contact_id"),
        Index("ix_membership_contact", "contact_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"))
    role: Mapped[ClientRole] = mapped_column(choice(ClientRole, "role"))
    title: Mapped[str | None] = mapped_column(String(120))
    site_id: Mapped[int | None] = mapped_column(ForeignKey("site.id"))
    active: Mapped[bool] = mapped_column(Boolean, default=True)

    contact: Mapped[Contact] = relationship(back_populates="memberships")
    organisation: Mapped[Organisation] = relationship()


_Piece = String(64).with_variant(String(64, collation="C"), "postgresql")


class ContactPiece(Model):
    """What a person is found by (rules/names): pieces of the name and the addresses, those of a piece by name, so that the first
    of a common one cost no more than a rare one. service/names writes them whenever a name or an address changes."""

    __tablename__ = "contact_piece"
    __table_args__ = (Index("ix_contact_piece_contact", "contact_id"), {"sqlite_with_rowid": False})

    piece: Mapped[str] = mapped_column(_Piece, primary_key=True)
    name: Mapped[str] = mapped_column(String(120), primary_key=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id", ondelete="CASCADE"), primary_key=True)


class OrganisationPiece(Model):
    """What an organisation is found by, like a person."""

    __tablename__ = "organisation_piece"
    __table_args__ = (
        Index("ix_organisation_piece_organisation", "organisation_id"),
        {"sqlite_with_rowid": False},
    )

    piece: Mapped[str] = mapped_column(_Piece, primary_key=True)
    name: Mapped[str] = mapped_column(String(200), primary_key=True)
    organisation_id: Mapped[int] = mapped_column(
        ForeignKey("organisation.id", ondelete="CASCADE"), primary_key=True
    )


class User(Model):
    """A sign-in of either side. `staff_role` is set for the provider's people alone."""

    __tablename__ = "user_account"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"), unique=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    password_hash: Mapped[str | None] = mapped_column(String(200))
    session_token: Mapped[str] = mapped_column(String(64))
    """Part of the session's identity: a new one signs out everywhere."""
    staff_role: Mapped[StaffRole | None] = mapped_column(choice(StaffRole, "staff_role"))
    team_id: Mapped[int | None] = mapped_column(ForeignKey("team.id"))
    active: Mapped[bool] = mapped_column(Boolean, default=True)
    last_sign_in_at: Mapped[datetime | None] = mapped_column(Instant)
    created_at: Mapped[datetime] = mapped_column(Instant)

    contact: Mapped[Contact] = relationship(back_populates="user")
    team: Mapped["Team | None"] = relationship()

    @property
    def name(self) -> str:
        return self.contact.name


class Team(Model):
    """Staff who share a queue."""

    __tablename__ = "team"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    name: Mapped[str] = mapped_column(String(120), unique=True)


class OneTimeLink(Model):
    """An invitation or a reset: random, kept as a hash, used once, expiring."""

    __tablename__ = "one_time_link"
    __table_args__ = (Index("ix_one_time_link_user", "user_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    purpose: Mapped[LinkPurpose] = mapped_column(choice(LinkPurpose, "purpose"))
    salt: Mapped[str] = mapped_column(String(64))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime] = mapped_column(Instant)
    used_at: Mapped[datetime | None] = mapped_column(Instant)


class RateCounter(Model):
    """Tries within a window, shared by all processes."""

    __tablename__ = "rate_counter"
    __table_args__ = (Index("ix_rate_counter_expires", "expires_at"),)

    key: Mapped[str] = mapped_column(String(300), primary_key=True)
    count: Mapped[int] = mapped_column(Integer)
    expires_at: Mapped[datetime] = mapped_column(Instant)


class DeskWindow(Model):
    """When somebody answers the provider's phone, by the provider's wall clock. Monday is 0."""

    __tablename__ = "desk_window"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    weekday: Mapped[int] = mapped_column(Integer)
    opens: Mapped[time]
    closes: Mapped[time]


class DeskClosure(Model):
    """A day on which nobody answers although the weekday would say so."""

    __tablename__ = "desk_closure"

    on: Mapped[date] = mapped_column(Date, primary_key=True)
    reason: Mapped[str | None] = mapped_column(String(200))
