"""The provider itself: its name and phone, and when somebody answers; for administrators."""

from datetime import date

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.infra.transaction import transaction
from portal.kernel.errors import NotFound, Refused
from portal.people import queries
from portal.people.forms.organisations import DAYS, ClosureForm, HoursForm, ProviderForm
from portal.people.service import desk
from portal.people.service import organisations as service
from portal.people.views_staff.door import blueprint, for_administrators
from portal.web import htmx
from portal.web.fields import Form

NAV = "people_staff.team"


@blueprint.route("/provider", methods=["GET", "POST"])
@for_administrators
def provider() -> ResponseReturnValue:
    """The provider's page; POST saves the name and phone."""
    found = queries.provider()
    if found is None:
        raise NotFound
    if request.method != "POST":
        return _page()
    form = ProviderForm()
    form.offer_zones(found.time_zone)
    if not form.validate_on_submit():
        return _page(form, "provider_facts")
    try:
        with transaction():
            service.change_organisation(
                found.id, form.version.data, name=form.name.data or "", language=form.language.data,
                time_zone=form.time_zone.data, phone=form.phone.data, address=form.address.data, note=found.note,
            )  # fmt: skip
    except Refused as refused:
        form.refuse(refused, found.version)
        return _page(form, "provider_facts")
    return _saved()


@blueprint.post("/provider/hours")
@for_administrators
def desk_hours() -> ResponseReturnValue:
    form = HoursForm()
    if not form.validate_on_submit():
        return _page(form, "provider_hours")
    try:
        with transaction():
            desk.set_desk_hours(form.windows())
    except Refused as refused:
        form.refuse(refused)
        return _page(form, "provider_hours")
    return _saved()


@blueprint.post("/provider/closures")
@for_administrators
def add_closure() -> ResponseReturnValue:
    form = ClosureForm()
    on = form.on.data
    if not form.validate_on_submit() or on is None:
        return _page(form, "provider_closures")
    with transaction():
        desk.add_closure(on, form.reason.data)
    return _saved()


@blueprint.post("/provider/closures/remove")
@for_administrators
def remove_closure() -> ResponseReturnValue:
    try:
        on = date.fromisoformat(request.form.get("on", ""))
    except ValueError:
        raise NotFound from None
    with transaction():
        desk.remove_closure(on)
    return _saved()


def _saved() -> ResponseReturnValue:
    flash(_("Saved."), "success")
    return htmx.go(url_for("people_staff.provider"))


def _page(wrong: Form | None = None, fragment: str = "") -> ResponseReturnValue:
    """The page with its three forms; `wrong` is the one that was refused, and its fragment alone for htmx."""
    facts = wrong if isinstance(wrong, ProviderForm) else ProviderForm(formdata=None)
    hours = wrong if isinstance(wrong, HoursForm) else HoursForm(formdata=None)
    closure = wrong if isinstance(wrong, ClosureForm) else ClosureForm(formdata=None)
    found = queries.provider()
    if found is None:
        raise NotFound
    if facts is not wrong:
        facts.offer_zones(found.time_zone)
        facts.show(found)
    if hours is wrong:
        for name, _word in DAYS:
            hours[name].offer_one()
    else:
        hours.show([(w.weekday, w.opens, w.closes) for w in queries.desk_windows()])
    template = f"_{fragment}" if wrong and htmx.is_htmx() else "provider"
    return render_template(
        f"people/staff/{template}.html", facts=facts, hours=hours, closure=closure, days=DAYS,
        closures=queries.desk_closures(), zone=found.time_zone, nav=NAV,
    ), 422 if wrong else 200  # fmt: skip
