"""Signed sheets where staff look for them: on the page of their device."""

from flask import render_template
from flask.typing import ResponseReturnValue

from portal.assets import queries as assets
from portal.dispatch.queries import visits
from portal.dispatch.views_staff.door import blueprint
from portal.web import guards


@blueprint.get("/devices/<int:device_id>/sheets")
def device_sheets(device_id: int) -> ResponseReturnValue:
    """The signed sheets of a device, the newest first, as a panel of its page."""
    device = assets.any_device(guards.actor(), device_id)
    found = visits.sheets_of_device(guards.actor(), device.id)
    return render_template("dispatch/staff/_device_sheets.html", sheets=found)
