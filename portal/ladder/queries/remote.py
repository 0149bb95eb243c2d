"""The tools for remote sessions, and the addresses that open them on a ticket's device."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from portal.infra.db import db
from portal.kernel import refs
from portal.kernel.actor import Actor
from portal.kernel.errors import NotFound
from portal.ladder.models import RemoteTool
from portal.ladder.rules import remote as rules
from portal.tickets.models.ticket import Ticket


@dataclass(frozen=True)
class Door:
    """A tool on a device: `href` None when the device lacks a mark that it wants."""

    name: str
    href: str | None


def all_of(actor: Actor) -> Sequence[RemoteTool]:
    """For the staff, those out of use last."""
    if not actor.is_staff:
        return []
    return db.session.scalars(select(RemoteTool).order_by(RemoteTool.active.desc(), RemoteTool.name)).all()


def tool_for(actor: Actor, tool_id: int) -> RemoteTool:
    """One; raises NotFound."""
    found = db.session.get(RemoteTool, tool_id) if actor.is_staff else None
    if found is None:
        raise NotFound
    return found


def doors_of(actor: Actor, ticket: Ticket) -> list[Door]:
    """What can be opened on a ticket's device."""
    device = ticket.device
    marks = {
        "id": str(device.id) if device else None,
        "tag": device.tag if device else None,
        "serial": device.serial if device else None,
        "host": device.address if device else None,
        "ticket": refs.ticket_number(ticket.number),
    }
    return [Door(t.name, rules.address(t.template, marks)) for t in all_of(actor) if t.active]
