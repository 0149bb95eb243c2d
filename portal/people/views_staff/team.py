"""The provider's own people and their teams; for administrators."""

from typing import Any

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.infra.transaction import transaction
from portal.kernel.actor import StaffRole
from portal.kernel.errors import Refused
from portal.people import queries
from portal.people.forms.team import ROLE_HINTS, ROLES, StaffForm, TeamForm
from portal.people.service import contacts, users
from portal.people.views_staff.door import blueprint, for_administrators, page
from portal.web import guards, htmx

NAV = "people_staff.team"


@blueprint.get("/team")
@for_administrators
def team() -> ResponseReturnValue:
    """Everybody of the staff, and the teams."""
    return _team(TeamForm(formdata=None))


@blueprint.route("/team/new", methods=["GET", "POST"])
@for_administrators
def create_staff() -> ResponseReturnValue:
    form = _form()
    if request.method != "POST":
        form.emails.offer([])
        form.phones.offer([])
        return page("staff_form", form, user=None, hints=ROLE_HINTS, nav=NAV)
    if not form.validate_on_submit():
        return _again(form, None)
    try:
        with transaction():
            contact = contacts.create_contact(
                form.name.data or "", emails=form.addresses(), phones=form.phone_rows(), language=form.language.data,
                time_zone=form.time_zone.data, note=form.note.data,
            )  # fmt: skip
            user = users.create_user(
                contact, staff_role=StaffRole(form.staff_role.data), team=_chosen_team(form)
            )
            if form.invite.data:
                users.invite(user)
    except Refused as refused:
        form.refuse(refused)
        return _again(form, None)
    flash(_("Saved, and the invitation is on its way.") if form.invite.data else _("Saved."), "success")
    return htmx.go(url_for(NAV))


@blueprint.route("/team/<int:staff_id>", methods=["GET", "POST"])
@for_administrators
def edit_staff(staff_id: int) -> ResponseReturnValue:
    user = queries.any_staff_user(staff_id)
    form = _form(user.contact.time_zone)
    if request.method != "POST":
        form.show_user(user)
        return page("staff_form", form, user=user, hints=ROLE_HINTS, nav=NAV)
    if not form.validate_on_submit():
        return _again(form, user)
    contact_id = user.contact_id
    try:
        with transaction():
            contacts.change_contact(
                contact_id, form.version.data, name=form.name.data or "", language=form.language.data,
                time_zone=form.time_zone.data, phones=form.phone_rows(), emails=form.addresses(), note=form.note.data,
            )  # fmt: skip
            users.change_role(
                queries.any_staff_user(staff_id), StaffRole(form.staff_role.data), _chosen_team(form)
            )
    except Refused as refused:
        form.refuse(refused, user.contact.version)
        return _again(form, user)
    flash(_("Saved."), "success")
    return htmx.go(url_for(NAV))


@blueprint.post("/team/<int:staff_id>/invite")
@for_administrators
def invite_staff(staff_id: int) -> ResponseReturnValue:
    with transaction():
        users.invite(queries.any_staff_user(staff_id))
    flash(_("The invitation is on its way."), "success")
    return htmx.go(url_for(NAV))


@blueprint.post("/team/<int:staff_id>/deactivate")
@for_administrators
def deactivate_staff(staff_id: int) -> ResponseReturnValue:
    """Signed out at once; what they wrote stays."""
    try:
        with transaction():
            users.deactivate(queries.any_staff_user(staff_id))
    except Refused as refused:
        flash(str(refused.sentence), "error")
    else:
        flash(_("Deactivated and signed out everywhere."), "success")
    return htmx.go(url_for(NAV))


@blueprint.post("/team/<int:staff_id>/activate")
@for_administrators
def activate_staff(staff_id: int) -> ResponseReturnValue:
    with transaction():
        users.activate(queries.any_staff_user(staff_id))
    flash(_("This person may sign in again."), "success")
    return htmx.go(url_for(NAV))


@blueprint.post("/teams")
@for_administrators
def create_team() -> ResponseReturnValue:
    form = TeamForm()
    if not form.validate_on_submit():
        return _team(form, 422)
    try:
        with transaction():
            users.create_team(form.name.data or "")
    except Refused as refused:
        form.refuse(refused)
        return _team(form, 422)
    flash(_("Saved."), "success")
    return htmx.go(url_for(NAV))


@blueprint.route("/teams/<int:team_id>", methods=["GET", "POST"])
@for_administrators
def rename_team(team_id: int) -> ResponseReturnValue:
    found = queries.team(team_id)
    form = TeamForm()
    if request.method != "POST":
        form.name.data = found.name
        return page("team_form", form, team=found, nav=NAV)
    if not form.validate_on_submit():
        return page("team_form", form, 422, team=found, nav=NAV)
    try:
        with transaction():
            users.rename_team(queries.team(team_id), form.name.data or "")
    except Refused as refused:
        form.refuse(refused)
        return page("team_form", form, 422, team=found, nav=NAV)
    flash(_("Saved."), "success")
    return htmx.go(url_for(NAV))


def _team(form: TeamForm, status: int = 200) -> ResponseReturnValue:
    template = "_team_name" if status == 422 and htmx.is_htmx() else "team"
    return render_template(
        f"people/staff/{template}.html", form=form, staff=queries.all_staff(), teams=queries.teams(), roles=ROLES,
        me=guards.actor().user_id,
    ), status  # fmt: skip


def _form(zone: str | None = None) -> StaffForm:
    form = StaffForm()
    form.offer_zones(zone)
    form.offer_teams(queries.teams())
    return form


def _again(form: StaffForm, user: object) -> ResponseReturnValue:
    form.emails.offer_one()
    form.phones.offer_one()
    return page("staff_form", form, 422, user=user, hints=ROLE_HINTS, nav=NAV)


def _chosen_team(form: StaffForm) -> Any:
    return queries.team(form.team_id.data) if form.team_id.data else None
