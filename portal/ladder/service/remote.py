"""Tools for remote sessions: set by administrators, their addresses checked before anybody can click on them."""

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from portal.infra.db import db
from portal.kernel.errors import NotFound, Refused
from portal.ladder.models import RemoteTool
from portal.ladder.rules import remote as rules
from portal.ladder.rules.remote import Fault

_FAULTS = {
    Fault.SCHEME: _l(
        "The address must begin with https:// or with the scheme of a known program: %(schemes)s.",
        schemes=", ".join(f"{s}:" for s in rules.SCHEMES[1:]),
    ),
    Fault.MARK: _l(
        "Only these marks can stand in it: %(marks)s.", marks=", ".join(f"{{{m}}}" for m in rules.MARKS)
    ),
    Fault.NO_MARK: _l(
        "Put a mark of the device into the address, such as {serial}: else it leads everybody to the same place."
    ),
    Fault.SHAPE: _l("This is no address. A mark may stand after the name of the server, not in it."),
}


def keep(name: str, template: str, *, tool_id: int | None = None, active: bool = True) -> RemoteTool:
    """Add a tool, or change one. Raises Refused for an address that may not be linked or a name that is taken; NotFound."""
    fault = rules.fault_of(template)
    if fault is not None:
        raise Refused(_FAULTS[fault], field="template")
    tool = db.session.get(RemoteTool, tool_id) if tool_id is not None else RemoteTool()
    if tool is None:
        raise NotFound
    taken = select(RemoteTool.id).where(RemoteTool.name == name, RemoteTool.id != (tool_id or 0))
    if db.session.scalar(taken) is not None:
        raise Refused(_l("There is a tool of this name already."), field="name")
    tool.name, tool.template, tool.active = name, template, active
    db.session.add(tool)
    db.session.flush()
    return tool
