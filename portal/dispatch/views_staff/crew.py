"""Leave, certificates and skills: managers see and write everybody's, each of the staff sees their own."""

from datetime import timedelta
from typing import Any

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from portal.dispatch.forms import LeaveForm, NeedForm, PaperForm, today_here
from portal.dispatch.queries import crew as people
from portal.dispatch.render import fitting as words
from portal.dispatch.render import visits as render
from portal.dispatch.service import crew, feeds
from portal.dispatch.views_staff.door import blueprint
from portal.infra.transaction import transaction
from portal.kernel import refs
from portal.kernel.actor import StaffRole
from portal.kernel.errors import Refused
from portal.web import guards, htmx

for_managers = guards.needs(StaffRole.MANAGER)


@blueprint.get("/crew", endpoint="crew")
@for_managers
def everybody() -> ResponseReturnValue:
    """Who is away, what ends soon, and what kinds of devices need."""
    return _everybody(NeedForm(formdata=None))


@blueprint.post("/crew/needs")
@for_managers
def add_need() -> ResponseReturnValue:
    """Visits to a kind of device need a certificate or skill."""
    form = NeedForm()
    if not form.validate():
        return _everybody(form, 422)
    with transaction():
        crew.need(form.kind.data, form.name.data or "", must=form.must.data)
    return htmx.go(url_for("dispatch_staff.crew"))


@blueprint.post("/crew/needs/<int:qualification_id>/remove")
@for_managers
def remove_need(qualification_id: int) -> ResponseReturnValue:
    with transaction():
        crew.need_no_more(qualification_id)
    return htmx.go(url_for("dispatch_staff.crew"))


@blueprint.get("/crew/<int:staff_id>")
def crew_member(staff_id: int) -> ResponseReturnValue:
    """One of the staff, for managers and for themselves."""
    return _member(staff_id, LeaveForm(formdata=None), PaperForm(formdata=None))


@blueprint.post("/crew/<int:staff_id>/leave")
@for_managers
def add_leave(staff_id: int) -> ResponseReturnValue:
    """Days on which somebody does not work; visits that lie in them are named, for they stay."""
    form = LeaveForm()
    if form.validate():
        try:
            with transaction():
                user = people.one(guards.actor(), staff_id)
                left = crew.add_leave(user, *form.days(), form.reason.data)
                numbers = ", ".join(refs.visit_number(v.number) for v in left)
        except Refused as refused:
            form.refuse(refused)
        else:
            if numbers:
                said = ngettext(
                    "%(visits)s is planned on these days: give it to somebody else or move it.",
                    "%(visits)s are planned on these days: give them to somebody else or move them.",
                    len(left),
                    visits=numbers,
                )
                flash(said, "warning")
            flash(_("The leave is written down."), "success")
            return htmx.go(url_for("dispatch_staff.crew_member", staff_id=staff_id))
    return _member(staff_id, form, PaperForm(formdata=None), 422)


@blueprint.post("/crew/<int:staff_id>/leave/<int:leave_id>/remove")
@for_managers
def remove_leave(staff_id: int, leave_id: int) -> ResponseReturnValue:
    with transaction():
        crew.drop_leave(people.one(guards.actor(), staff_id), leave_id)
    return htmx.go(url_for("dispatch_staff.crew_member", staff_id=staff_id))


@blueprint.post("/crew/<int:staff_id>/certificates")
@for_managers
def keep_certificate(staff_id: int) -> ResponseReturnValue:
    """A certificate or skill, or the new end of one that is there by its name."""
    form = PaperForm()
    if form.validate():
        try:
            with transaction():
                crew.keep_paper(people.one(guards.actor(), staff_id), form.paper())
        except Refused as refused:
            form.refuse(refused)
        else:
            flash(_("Saved."), "success")
            return htmx.go(url_for("dispatch_staff.crew_member", staff_id=staff_id))
    return _member(staff_id, LeaveForm(formdata=None), form, 422)


@blueprint.post("/crew/<int:staff_id>/certificates/<int:certificate_id>/remove")
@for_managers
def remove_certificate(staff_id: int, certificate_id: int) -> ResponseReturnValue:
    with transaction():
        crew.drop_paper(people.one(guards.actor(), staff_id), certificate_id)
    return htmx.go(url_for("dispatch_staff.crew_member", staff_id=staff_id))


def _everybody(form: NeedForm, code: int = 200) -> ResponseReturnValue:
    today = today_here()
    leave = people.leave_from(today)
    ending = people.expiring(today + crew.TELL_BEFORE)
    page = render_template(
        "dispatch/staff/crew.html",
        crew=people.crew({row.user_id for row in leave} | {row.user_id for row in ending}),
        next_leave={row.user_id: row for row in reversed(leave)},
        ending=ending,
        needs=people.qualifications(),
        form=form,
        today=today,
        words=words,
        nav="dispatch_staff.board",
    )
    return page, code


def own_page(user_id: int, address: str) -> tuple[str, int]:
    """One's own page, with a calendar address that was made just now."""
    return _member(user_id, LeaveForm(formdata=None), PaperForm(formdata=None), address=address)


def _member(
    staff_id: int, leave_form: Any, paper_form: Any, code: int = 200, address: str = ""
) -> tuple[str, int]:
    actor = guards.actor()
    user, today = people.one(actor, staff_id), today_here()
    page = render_template(
        "dispatch/staff/crew_member.html",
        member=user,
        leave=people.leave_from(today - timedelta(days=90), user.id),
        papers=people.certificates_of(user.id),
        leave_form=leave_form,
        paper_form=paper_form,
        writes=actor.staff_role in (StaffRole.MANAGER, StaffRole.ADMINISTRATOR),
        own=actor.user_id == user.id,
        feed=feeds.made_by(user.id) if actor.user_id == user.id else None,
        address=address,
        today=today,
        soon=today + crew.TELL_BEFORE,
        words=words,
        render=render,
        nav="dispatch_staff.board"
        if request.method == "POST" or actor.user_id != user.id
        else "dispatch_staff.day",
    )
    return page, code
