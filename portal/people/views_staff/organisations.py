"""Organisations and their sites: the list, one organisation with all that belongs to it, the forms."""

from typing import Any

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.infra.transaction import transaction
from portal.kernel.errors import Refused
from portal.people import queries
from portal.people.forms.organisations import DomainForm, OrganisationForm, SiteForm
from portal.people.service import domains
from portal.people.service import organisations as service
from portal.people.views_staff.door import blueprint, for_managers, page
from portal.web import guards, htmx
from portal.web.paging import page_of

PAGE = 50


@blueprint.get("/organisations")
def organisations() -> ResponseReturnValue:
    """By name; found by a part of the name, or by a person's name, address or phone."""
    text = request.args.get("q", "").strip()[:200]
    inactive = request.args.get("show") == "all"
    after = request.args.get("after", type=int)
    rows = queries.organisations_page(guards.actor(), text, after, inactive=inactive, size=PAGE)
    return render_template(
        "people/staff/organisations.html",
        page=page_of(rows, PAGE, lambda o: o.id),
        text=text,
        inactive=inactive,
        after=after,
    )


@blueprint.route("/organisations/new", methods=["GET", "POST"])
@for_managers
def create_organisation() -> ResponseReturnValue:
    form = OrganisationForm()
    form.offer_zones()
    if request.method != "POST" or not form.validate_on_submit():
        return page("organisation_form", form, 200 if request.method != "POST" else 422, organisation=None)
    try:
        with transaction():
            made = service.create_organisation(**_values(form))
            made_id = made.id
    except Refused as refused:
        form.refuse(refused)
        return page("organisation_form", form, 422, organisation=None)
    flash(_("Saved. Add a site and the first person next."), "success")
    return htmx.go(url_for("people_staff.organisation", organisation_id=made_id))


@blueprint.get("/organisations/<int:organisation_id>")
def organisation(organisation_id: int) -> ResponseReturnValue:
    """What is known of an organisation: facts, people, sites; its devices are asked for by their address."""
    return _organisation_page(organisation_id, DomainForm(formdata=None))


def _organisation_page(organisation_id: int, domain_form: DomainForm) -> ResponseReturnValue:
    """The whole page, or its domains alone where htmx sent one that was refused."""
    found = queries.client_organisation(guards.actor(), organisation_id)
    refused = bool(domain_form.errors)
    template = "_organisation_domains" if refused and htmx.is_htmx() else "organisation"
    return render_template(
        f"people/staff/{template}.html",
        organisation=found,
        sites=queries.sites_of(organisation_id),
        places=queries.places_of(organisation_id),
        domain_form=domain_form,
        nav="people_staff.organisations",
    ), 422 if refused else 200


@blueprint.post("/organisations/<int:organisation_id>/domains")
@for_managers
def add_domain(organisation_id: int) -> ResponseReturnValue:
    """A mail domain that was checked to be the organisation's own."""
    queries.client_organisation(guards.actor(), organisation_id)
    form = DomainForm()
    if not form.validate_on_submit():
        return _organisation_page(organisation_id, form)
    try:
        with transaction():
            domains.add(guards.actor(), organisation_id, form.domain.data or "")
    except Refused as refused:
        form.refuse(refused)
        return _organisation_page(organisation_id, form)
    flash(_("Saved."), "success")
    return htmx.go(url_for("people_staff.organisation", organisation_id=organisation_id))


@blueprint.post("/organisations/<int:organisation_id>/domains/remove")
@for_managers
def remove_domain(organisation_id: int) -> ResponseReturnValue:
    """It is not theirs, or not any more."""
    with transaction():
        domains.remove(guards.actor(), organisation_id, request.form.get("domain_id", 0, type=int))
    flash(_("Saved."), "success")
    return htmx.go(url_for("people_staff.organisation", organisation_id=organisation_id))


@blueprint.route("/organisations/<int:organisation_id>/edit", methods=["GET", "POST"])
@for_managers
def edit_organisation(organisation_id: int) -> ResponseReturnValue:
    found = queries.client_organisation(guards.actor(), organisation_id)
    form = OrganisationForm()
    form.offer_zones(found.time_zone)
    if request.method != "POST":
        form.show(found)
        return page("organisation_form", form, organisation=found)
    if not form.validate_on_submit():
        return page("organisation_form", form, 422, organisation=found)
    try:
        with transaction():
            service.change_organisation(
                organisation_id, form.version.data, **_values(form), active=form.active.data
            )
    except Refused as refused:
        form.refuse(refused, found.version)
        return page("organisation_form", form, 422, organisation=found)
    flash(_("Saved."), "success")
    return htmx.go(url_for("people_staff.organisation", organisation_id=organisation_id))


@blueprint.route("/organisations/<int:organisation_id>/sites/new", methods=["GET", "POST"])
def create_site(organisation_id: int) -> ResponseReturnValue:
    found = queries.client_organisation(guards.actor(), organisation_id)
    form = SiteForm()
    if request.method != "POST" or not form.validate_on_submit():
        return page(
            "site_form", form, 200 if request.method != "POST" else 422, organisation=found, site=None
        )
    with transaction():
        owner = queries.client_organisation(guards.actor(), organisation_id)
        service.create_site(
            owner,
            form.name.data or "",
            address=form.address.data,
            phone=form.phone.data,
            access_note=form.access_note.data,
        )
    flash(_("Saved."), "success")
    return htmx.go(url_for("people_staff.organisation", organisation_id=organisation_id))


@blueprint.route("/sites/<int:site_id>/edit", methods=["GET", "POST"])
def edit_site(site_id: int) -> ResponseReturnValue:
    site = queries.client_site(guards.actor(), site_id)
    organisation_id = site.organisation_id
    form = SiteForm()
    if request.method != "POST":
        form.show(site)
        return page("site_form", form, organisation=site.organisation, site=site)
    if not form.validate_on_submit():
        return page("site_form", form, 422, organisation=site.organisation, site=site)
    try:
        with transaction():
            service.change_site(
                site_id, form.version.data, name=form.name.data or "", address=form.address.data, phone=form.phone.data,
                access_note=form.access_note.data, active=form.active.data,
            )  # fmt: skip
    except Refused as refused:
        form.refuse(refused, site.version)
        return page("site_form", form, 422, organisation=site.organisation, site=site)
    flash(_("Saved."), "success")
    return htmx.go(url_for("people_staff.organisation", organisation_id=organisation_id))


def _values(form: OrganisationForm) -> dict[str, Any]:
    names = ("name", "language", "time_zone", "phone", "address", "note")
    return {name: form[name].data for name in names}
