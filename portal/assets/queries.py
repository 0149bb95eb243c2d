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
    return query.where(Device.organisation_id.in_(actor.organisation_ids)) if actor.memberships else query.where(false())


def devices_of(actor: Actor, organisation_id: int) -> list[Device]:
    """An organisation's devices by name, with their sites."""
    query = devices_for(actor).where(Device.organisation_id == organisation_id).options(joinedload(Device.site))
    return list(db.session.scalars(query.order_by(Device.name)))


def device_of(organisation_id: int, device_id: int) -> Device:
    """A device of this organisation; raises NotFound."""
    found = db.session.scalar(
        select(Device).where(Device.id == device_id, Device.organisation_id == organisation_id, Device.active)
    )
    if found is None:
        raise NotFound
    return found
