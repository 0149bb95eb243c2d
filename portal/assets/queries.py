"""Devices of an organisation, read by those who may."""

from sqlalchemy import Select, false, select
from sqlalchemy.orm import joinedload

from portal.assets.models import Device
from portal.infra.db import db
from portal.kernel.actor import Actor
from portal.kernel.errors import NotFound


def devices_for(actor: Actor) -> Select[tuple[Device]]:
    """Active devices that the actor may see: staff all, clients those of their organisations."""
    query = select(Device).where(Device.active)
    if actor.is_staff or actor.is_system:
        return query
    return (
        query.where(Device.organisation_id.in_(actor.organisation_ids))
        if actor.memberships
        else query.where(false())
    )


def devices_of(actor: Actor, organisation_id: int) -> list[Device]:
    """An organisation's devices by name, with their sites."""
    query = (
        devices_for(actor).where(Device.organisation_id == organisation_id).options(joinedload(Device.site))
    )
    return list(db.session.scalars(query.order_by(Device.name)))


def device_of(organisation_id: int, device_id: int) -> Device:
    """A device of this organisation; raises NotFound."""
    found = db.session.scalar(
        select(Device).where(Device.id == device_id, Device.organisation_id == organisation_id, Device.active)
    )
    if found is None:
        raise NotFound
    return found


def device_choices(actor: Actor, organisation_id: int) -> list[tuple[int, str]]:
    """For a picker: an organisation's devices in use with name, sticker and site. Nothing of one that the actor may not see."""
    return [
        (
            device.id,
            " · ".join(filter(None, (device.name, device.tag, device.site.name if device.site else None))),
        )
        for device in devices_of(actor, organisation_id)
    ]


def all_devices_of(actor: Actor, organisation_id: int, limit: int = 500) -> list[Device]:
    """For the staff's eyes: an organisation's devices by name with their sites, those out of use last."""
    query = (
        select(Device).where(Device.organisation_id == organisation_id)
        if actor.is_staff
        else devices_for(actor).where(false())
    )
    return list(
        db.session.scalars(
            query.options(joinedload(Device.site))
            .order_by(Device.active.desc(), Device.name, Device.id)
            .limit(limit)
        )
    )


def any_device(actor: Actor, device_id: int) -> Device:
    """A device for the staff's eyes, with its organisation, out of use or not; raises NotFound."""
    query = select(Device).where(Device.id == device_id).options(joinedload(Device.organisation))
    found = db.session.scalar(query) if actor.is_staff else None
    if found is None:
        raise NotFound
    return found
