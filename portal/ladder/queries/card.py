"""What is shown while somebody is on the phone: who it is, what is open, what the contract leaves, the last calls, the devices.

A fixed number of statements, whatever the organisation's history: each list is a few, by an index, read as plain rows.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, bindparam, case, select

from portal.assets import queries as assets
from portal.assets.models import Device
from portal.contracts.queries import pages
from portal.contracts.queries.pages import Shown
from portal.infra.db import BigId, fetch
from portal.infra.plain import Parts, Plain
from portal.kernel.actor import Actor
from portal.kernel.errors import NotFound
from portal.people import queries as people
from portal.people.models import Contact, ContactPhone, Membership, Organisation, Site, User
from portal.tickets.models.ticket import Ticket, TimelineEntry, WorkLog
from portal.tickets.queries import scope
from portal.tickets.rules.words import OPEN, Phase, Status

TICKETS = 9
CALLS = 6
DEVICES = 12
CONTRACTS = 3
_LATELY = 30
"""Calls are looked for on so many of the organisation's tickets, the last active."""


@dataclass(frozen=True)
class Card:
    """Plain rows with the names that the models have. `contact` None: only the organisation is known. `device`: what they
    named."""

    organisation: Any
    contact: Any
    title: str
    site: Any
    device: Any
    tickets: Sequence[Plain]
    """With the names of `requester`, `device` and `assignee`."""
    contracts: Sequence[Shown]
    calls: Sequence[Plain]
    """With the names of `user` and `contact`, and number and subject of its `ticket`."""
    devices: Sequence[Plain]
    """With the name of the `site`."""
    colleagues: Sequence[Contact]
    """Who else of the organisation may be on the phone, when nobody is chosen yet."""

    @property
    def number(self) -> str:
        """Where they are called back."""
        own = self.contact.phone if self.contact else None
        return own or (self.site.phone if self.site else None) or self.organisation.phone or ""


def card(actor: Actor, organisation_id: int, contact_id: int | None, device_id: int | None) -> Card:
    """Raises NotFound for others than staff, and for a person or a device of another organisation."""
    if not actor.is_staff:
        raise NotFound
    values = {"organisation": organisation_id, "contact": contact_id or 0, "device": device_id or 0}
    found = fetch(_HEAD, values)
    if not found:
        raise NotFound
    organisation, member, contact, site, device, phone = _HEAD_PARTS.read(found[0])
    if (contact_id and contact is None) or (device_id and device is None):
        raise NotFound
    if contact:
        contact.phone = phone
    return Card(
        organisation=organisation,
        contact=contact,
        title=(member.title or "") if contact else "",
        site=site if contact else None,
        device=device,
        tickets=_beside(_TICKET_PARTS, _TICKETS, values, "requester", "device", "assignee"),
        contracts=pages.contracts_page(actor, organisation_id, pages.IN_FORCE, None, CONTRACTS - 1),
        calls=_beside(_CALL_PARTS, _CALLS, values, "ticket", "user", "contact"),
        devices=_beside(_DEVICE_PARTS, _DEVICES, values, "site"),
        colleagues=[] if contact else people.contacts_of(organisation_id, DEVICES),
    )


def _beside(parts: Parts, statement: Any, values: dict[str, int], *names: str) -> list[Plain]:
    """The first part of each row, with the others put in beside by these names."""
    rows = []
    for row in fetch(statement, values):
        one, *rest = parts.read(row)
        vars(one).update(zip(names, rest, strict=True))
        rows.append(one)
    return rows


# Built once, for the staff: whoever runs one asks first.
_ORGANISATION, _CONTACT, _DEVICE = (bindparam(n, type_=BigId) for n in ("organisation", "contact", "device"))
_HEAD_PARTS = Parts(
    (Organisation, ()), (Membership, ("id", "title")), (Contact, ("id", "name", "language", "time_zone")),
    (Site, ("id", "name", "phone")), (Device, ()),
)  # fmt: skip
_HEAD = (
    people.organisations_for(scope.STAFF)
    .with_only_columns(
        *_HEAD_PARTS.columns,
        select(ContactPhone.number)
        .where(ContactPhone.contact_id == Contact.id)
        .order_by(ContactPhone.id)
        .limit(1)
        .scalar_subquery(),
    )
    .select_from(Organisation)
    .outerjoin(
        Membership,
        and_(
            Membership.organisation_id == Organisation.id,
            Membership.contact_id == _CONTACT,
            Membership.active,
        ),
    )
    .outerjoin(Contact, and_(Contact.id == Membership.contact_id, Contact.active))
    .outerjoin(Site, Site.id == Membership.site_id)
    .outerjoin(Device, and_(Device.id == _DEVICE, Device.organisation_id == Organisation.id, Device.active))
    .where(Organisation.id == _ORGANISATION)
)

_REQUESTER, _ASSIGNEE = Contact.__table__.alias("requester"), Contact.__table__.alias("has_it")
_TICKET_PARTS = Parts(
    (Ticket, ("id", "number", "subject", "status", "last_activity_at")),
    (_REQUESTER, ("name",)), (Device, ("name",)), (_ASSIGNEE, ("name",)),
)  # fmt: skip
_TICKETS = (
    scope.visible(select(*_TICKET_PARTS.columns).select_from(Ticket), scope.STAFF)
    .join(_REQUESTER, _REQUESTER.c.id == Ticket.requester_id)
    .outerjoin(Device, Device.id == Ticket.device_id)
    .outerjoin(User, User.id == Ticket.assignee_id)
    .outerjoin(_ASSIGNEE, _ASSIGNEE.c.id == User.contact_id)
    .where(Ticket.organisation_id == _ORGANISATION, Ticket.status.in_(OPEN | {Status.RESOLVED}))
    .order_by(
        case((Ticket.device_id == _DEVICE, 0), else_=1),
        case((Ticket.requester_id == _CONTACT, 0), else_=1),
        Ticket.last_activity_at.desc(),
    )
    .limit(TICKETS)
)
"""Open ones and those to be confirmed: of this device and this person first, then the last active."""

_CALL_PARTS = Parts(
    (WorkLog, ("id", "started_at", "minutes", "outcome", "advice")), (Ticket, ("number", "subject")),
    (_ASSIGNEE, ("name",)), (_REQUESTER, ("name",)),
)  # fmt: skip
_LAST = (
    scope.visible(select(Ticket.id), scope.STAFF)
    .where(Ticket.organisation_id == _ORGANISATION)
    .order_by(Ticket.last_activity_at.desc(), Ticket.id.desc())
    .limit(_LATELY)
    .subquery()
)
_CALLS = (
    select(*_CALL_PARTS.columns)
    .select_from(WorkLog)
    .join(TimelineEntry, TimelineEntry.id == WorkLog.entry_id)
    .join(Ticket, Ticket.id == TimelineEntry.ticket_id)
    .join(User, User.id == WorkLog.user_id)
    .join(_ASSIGNEE, _ASSIGNEE.c.id == User.contact_id)
    .outerjoin(_REQUESTER, _REQUESTER.c.id == WorkLog.contact_id)
    .where(WorkLog.ticket_id.in_(select(_LAST.c.id)), WorkLog.phase == Phase.PHONE)
    .order_by(WorkLog.started_at.desc(), WorkLog.id.desc())
    .limit(CALLS)
)

_DEVICE_PARTS = Parts((Device, ("id", "name", "tag")), (Site, ("id", "name")))
_DEVICES = (
    assets.devices_for(scope.STAFF)
    .with_only_columns(*_DEVICE_PARTS.columns)
    .select_from(Device)
    .outerjoin(Site, Site.id == Device.site_id)
    .where(Device.organisation_id == _ORGANISATION)
    .order_by(Device.name, Device.id)
    .limit(DEVICES + 1)
)


def devices_by_id(actor: Actor, organisation_id: int) -> dict[int, Device]:
    """An organisation's devices in use; raises NotFound for an organisation that is not there."""
    people.organisation_for(actor, organisation_id)
    return {d.id: d for d in assets.devices_of(actor, organisation_id)}
