"""What is shown while somebody is on the phone: who it is, what is open, what the contract leaves, the last calls, the devices.

A fixed number of statements, whatever the organisation's history: each list is a few, by an index.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import case, select
from sqlalchemy.orm import joinedload, selectinload

from portal.assets import queries as assets
from portal.assets.models import Device
from portal.contracts.queries import pages
from portal.contracts.queries.pages import Shown
from portal.infra.db import db
from portal.kernel.actor import Actor
from portal.kernel.errors import NotFound
from portal.people import queries as people
from portal.people.models import Contact, Membership, Organisation, Site, User
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
    """`contact` None: only the organisation is known. `device`: what they named."""

    organisation: Organisation
    contact: Contact | None
    title: str
    site: Site | None
    device: Device | None
    tickets: Sequence[Ticket]
    contracts: Sequence[Shown]
    calls: Sequence[WorkLog]
    devices: Sequence[Device]
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
    organisation = people.organisation_for(actor, organisation_id)
    member = _member(organisation_id, contact_id) if contact_id else None
    if contact_id and member is None:
        raise NotFound
    device = assets.device_of(organisation_id, device_id) if device_id else None
    contact = member.contact if member else None
    return Card(
        organisation=organisation,
        contact=contact,
        title=(member.title or "") if member else "",
        site=db.session.get(Site, member.site_id) if member and member.site_id else None,
        device=device,
        tickets=_tickets(actor, organisation_id, contact_id, device_id),
        contracts=pages.contracts_page(actor, organisation_id, pages.IN_FORCE, None, CONTRACTS - 1),
        calls=_calls(actor, organisation_id),
        devices=_devices(actor, organisation_id),
        colleagues=[] if contact else people.contacts_of(organisation_id)[:DEVICES],
    )


def _member(organisation_id: int, contact_id: int | None) -> Membership | None:
    query = (
        select(Membership)
        .join(Membership.contact)
        .where(Membership.organisation_id == organisation_id, Membership.contact_id == contact_id)
        .where(Membership.active, Contact.active)
        .options(
            joinedload(Membership.contact).options(selectinload(Contact.phones), selectinload(Contact.emails))
        )
    )
    return db.session.scalar(query)


def _tickets(
    actor: Actor, organisation_id: int, contact_id: int | None, device_id: int | None
) -> Sequence[Ticket]:
    """Open ones and those to be confirmed: of this device and this person first, then the last active."""
    query = (
        scope.tickets_for(actor)
        .where(Ticket.organisation_id == organisation_id, Ticket.status.in_(OPEN | {Status.RESOLVED}))
        .options(
            joinedload(Ticket.device),
            joinedload(Ticket.requester),
            joinedload(Ticket.assignee).joinedload(User.contact),
        )
        .order_by(
            case((Ticket.device_id == (device_id or 0), 0), else_=1),
            case((Ticket.requester_id == (contact_id or 0), 0), else_=1),
            Ticket.last_activity_at.desc(),
        )
        .limit(TICKETS)
    )
    return db.session.scalars(query).all()


def _calls(actor: Actor, organisation_id: int) -> Sequence[WorkLog]:
    lately = (
        scope.tickets_for(actor)
        .with_only_columns(Ticket.id)
        .where(Ticket.organisation_id == organisation_id)
        .order_by(Ticket.last_activity_at.desc(), Ticket.id.desc())
        .limit(_LATELY)
        .subquery()
    )
    query = (
        select(WorkLog)
        .where(WorkLog.ticket_id.in_(select(lately.c.id)), WorkLog.phase == Phase.PHONE)
        .options(
            joinedload(WorkLog.user).joinedload(User.contact),
            joinedload(WorkLog.contact),
            joinedload(WorkLog.entry).joinedload(TimelineEntry.ticket),
        )
        .order_by(WorkLog.started_at.desc(), WorkLog.id.desc())
        .limit(CALLS)
    )
    return db.session.scalars(query).all()


def _devices(actor: Actor, organisation_id: int) -> Sequence[Device]:
    query = (
        assets.devices_for(actor)
        .where(Device.organisation_id == organisation_id)
        .options(joinedload(Device.site))
        .order_by(Device.name, Device.id)
        .limit(DEVICES + 1)
    )
    return db.session.scalars(query).all()


def devices_by_id(actor: Actor, organisation_id: int) -> dict[int, Device]:
    """An organisation's devices in use; raises NotFound for an organisation that is not there."""
    people.organisation_for(actor, organisation_id)
    return {d.id: d for d in assets.devices_of(actor, organisation_id)}
