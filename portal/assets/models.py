"""What is looked after: a computer, a terminal, a program or a website; all of them are devices."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Boolean, Date, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from portal.assets.rules import key_of
from portal.infra.db import BigId, Instant, Model, choice
from portal.people.models import Organisation, Site


class DeviceKind(StrEnum):
    DESKTOP = "desktop"
    LAPTOP = "laptop"
    SERVER = "server"
    TERMINAL = "terminal"
    RECEIVER = "receiver"
    PRINTER = "printer"
    NETWORK = "network"
    SOFTWARE = "software"
    WEBSITE = "website"
    LIFT = "lift"
    OTHER = "other"


class Device(Model):
    """`tag` is the name that people read from the sticker; the hardware fields follow the fleet annex (附件2)."""

    __tablename__ = "device"
    __table_args__ = (
        Index("ix_device_organisation", "organisation_id", "name"),
        Index("ix_device_serial", "serial"),
        Index("ix_device_serial_key", "serial_key"),
        Index("ix_device_tag_key", "tag_key"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    site_id: Mapped[int | None] = mapped_column(ForeignKey("site.id"))
    kind: Mapped[DeviceKind] = mapped_column(choice(DeviceKind, "kind"))
    name: Mapped[str] = mapped_column(String(200))
    tag: Mapped[str | None] = mapped_column(String(60))
    serial: Mapped[str | None] = mapped_column(String(120))
    serial_key: Mapped[str | None] = mapped_column(
        String(120), default=lambda c: key_of(c.get_current_parameters().get("serial"))
    )
    """Serial number and sticker as they are looked for, in whatever spelling they are read out; they follow by themselves."""
    tag_key: Mapped[str | None] = mapped_column(
        String(120), default=lambda c: key_of(c.get_current_parameters().get("tag"))
    )
    address: Mapped[str | None] = mapped_column(String(300))
    """A website's URL, a server's host name."""
    cpu: Mapped[str | None] = mapped_column(String(120))
    memory: Mapped[str | None] = mapped_column(String(120))
    disk: Mapped[str | None] = mapped_column(String(120))
    board: Mapped[str | None] = mapped_column(String(120))
    monitor: Mapped[str | None] = mapped_column(String(120))
    installed_on: Mapped[date | None] = mapped_column(Date)
    note: Mapped[str | None] = mapped_column(Text)
    active: Mapped[bool] = mapped_column(Boolean, default=True)
    created_at: Mapped[datetime] = mapped_column(Instant)
    version: Mapped[int] = mapped_column(Integer, default=1)
    """Counts the edits, so that a form opened before another's edit is told."""

    organisation: Mapped[Organisation] = relationship()
    site: Mapped[Site | None] = relationship()

    @validates("serial", "tag")
    def _keep_key(self, name: str, value: Any) -> Any:
        setattr(self, f"{name}_key", key_of(value))
        return value
