"""The desk's pages about devices: the panel on an organisation's page, and the forms."""

from typing import Any

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.assets import queries, service
from portal.assets.forms import KINDS, DeviceForm
from portal.infra.transaction import transaction
from portal.kernel.errors import Refused
from portal.people import queries as people
from portal.web import guards, htmx

blueprint = guards.staff_door("assets_staff", __name__)


@blueprint.get("/organisations/<int:organisation_id>/devices")
def devices_panel(organisation_id: int) -> ResponseReturnValue:
    """An organisation's devices, as a panel for its page; without scripts a page of its own."""
    organisation = people.client_organisation(guards.actor(), organisation_id)
    template = "_devices_panel" if htmx.is_htmx() else "devices"
    return render_template(
        f"assets/staff/{template}.html", organisation=organisation, kinds=KINDS, nav="people_staff.organisations",
        devices=queries.all_devices_of(guards.actor(), organisation_id),
    )  # fmt: skip


@blueprint.route("/organisations/<int:organisation_id>/devices/new", methods=["GET", "POST"])
def create_device(organisation_id: int) -> ResponseReturnValue:
    organisation = people.client_organisation(guards.actor(), organisation_id)
    form = DeviceForm()
    form.offer_sites(people.sites_of(organisation_id))
    if request.method != "POST" or not form.validate_on_submit():
        return _page(form, 200 if request.method != "POST" else 422, organisation=organisation, device=None)
    values: dict[str, Any] = form.values()
    try:
        with transaction():
            service.create_device(organisation_id, **values)
    except Refused as refused:
        form.refuse(refused)
        return _page(form, 422, organisation=organisation, device=None)
    flash(_("Saved."), "success")
    return htmx.go(url_for("people_staff.organisation", organisation_id=organisation_id))


@blueprint.route("/devices/<int:device_id>/edit", methods=["GET", "POST"])
def edit_device(device_id: int) -> ResponseReturnValue:
    device = queries.any_device(guards.actor(), device_id)
    organisation_id = device.organisation_id
    form = DeviceForm()
    form.offer_sites(people.sites_of(organisation_id), device.site_id)
    if request.method != "POST":
        form.show(device)
        return _page(form, device=device, organisation=device.organisation)
    if not form.validate_on_submit():
        return _page(form, 422, device=device, organisation=device.organisation)
    values: dict[str, Any] = form.values()
    try:
        with transaction():
            service.change_device(device_id, form.version.data, **values, active=form.active.data)
    except Refused as refused:
        form.refuse(refused, device.version)
        return _page(form, 422, device=device, organisation=device.organisation)
    flash(_("Saved."), "success")
    return htmx.go(url_for("people_staff.organisation", organisation_id=organisation_id))


def _page(form: DeviceForm, status: int = 200, **given: Any) -> ResponseReturnValue:
    template = "_device_form" if status == 422 and htmx.is_htmx() else "device_form"
    return render_template(
        f"assets/staff/{template}.html", form=form, nav="people_staff.organisations", **given
    ), status
