"""Devices: added, edited, put out of use. A device never moves to another organisation: its history stays where it was."""

from datetime import date

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from portal.assets.models import Device, DeviceKind
from portal.infra.db import db
from portal.kernel import clock
from portal.kernel.errors import NotFound, Refused, Stale
from portal.people import queries as people


def create_device(
    organisation_id: int, name: str, kind: DeviceKind, *, site_id: int | None = None, tag: str | None = None,
    serial: str | None = None, address: str | None = None, cpu: str | None = None, memory: str | None = None,
    disk: str | None = None, board: str | None = None, monitor: str | None = None, installed_on: date | None = None,
    note: str | None = None,
) -> Device:  # fmt: skip
    """Something that is looked after. Raises NotFound for a site of another organisation, Refused for a tag that is taken."""
    if site_id is not None:
        people.site_of(organisation_id, site_id)
    _refuse_taken_tag(organisation_id, tag)
    device = Device(
        organisation_id=organisation_id, name=name, kind=kind, site_id=site_id, tag=tag, serial=serial, address=address,
        cpu=cpu, memory=memory, disk=disk, board=board, monitor=monitor, installed_on=installed_on, note=note,
        active=True, created_at=clock.now(),
    )  # fmt: skip
    db.session.add(device)
    db.session.flush()
    return device


def change_device(
    device_id: int, version: int | None, *, name: str, kind: DeviceKind, site_id: int | None, tag: str | None,
    serial: str | None, address: str | None, cpu: str | None, memory: str | None, disk: str | None, board: str | None,
    monitor: str | None, installed_on: date | None, note: str | None, active: bool = True,
) -> Device:  # fmt: skip
    """Edit a device. Raises NotFound, Stale if it changed since the form with `version` was opened, Refused."""
    query = select(Device).where(Device.id == device_id).with_for_update(of=Device)
    device = db.session.scalar(query.execution_options(populate_existing=True))
    if device is None:
        raise NotFound
    if version is not None and device.version != version:
        raise Stale(
            _l(
                "Somebody else changed this while your form was open. Your text is still here: compare it, then save again."
            )
        )
    if site_id is not None:
        people.site_of(device.organisation_id, site_id)
    _refuse_taken_tag(device.organisation_id, tag, but=device.id)
    device.name, device.kind, device.site_id, device.tag, device.serial = name, kind, site_id, tag, serial
    device.address, device.cpu, device.memory, device.disk = address, cpu, memory, disk
    device.board, device.monitor, device.installed_on, device.note = board, monitor, installed_on, note
    device.active = active
    device.version += 1
    return device


def _refuse_taken_tag(organisation_id: int, tag: str | None, but: int = 0) -> None:
    """A sticker names one device in use: on the phone it must be clear which."""
    if tag is None:
        return
    query = select(Device.name).where(
        Device.organisation_id == organisation_id, Device.tag == tag, Device.active, Device.id != but
    )
    other = db.session.scalar(query.limit(1))
    if other is not None:
        raise Refused(_l("%(name)s has this sticker already.", name=other), field="tag")
