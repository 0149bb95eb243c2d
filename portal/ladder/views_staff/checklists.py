"""The checklists and their editor, for all of the staff: who asks the questions writes them."""

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.assets.forms import KINDS as DEVICE_KINDS
from portal.infra.transaction import transaction
from portal.kernel.errors import Refused
from portal.ladder import render
from portal.ladder.forms.checklists import ChecklistForm
from portal.ladder.queries import checklists as queries
from portal.ladder.queries.checklists import Asked
from portal.ladder.service import checklists as service
from portal.ladder.views_staff.door import blueprint
from portal.tickets.forms.choices import KINDS
from portal.web import guards, htmx


@blueprint.get("/checklists")
def checklists() -> ResponseReturnValue:
    """All of them."""
    found = [(a, render.title(a.version)) for a in queries.all_of(guards.actor())]
    return render_template(
        "ladder/staff/checklists.html", found=found, kinds=KINDS, device_kinds=DEVICE_KINDS
    )


@blueprint.route("/checklists/new", methods=["GET", "POST"])
def create_checklist() -> ResponseReturnValue:
    form = ChecklistForm()
    if request.method == "GET":
        return _page(form, None)
    if "more" in request.form:
        return _page(form, None)
    if form.validate():
        kind, device_kind = form.suits()
        try:
            with transaction():
                service.write(guards.actor(), form.title(), kind, device_kind, form.asked())
        except Refused as refused:
            form.refuse(refused)
        else:
            flash(_("The checklist is kept."), "success")
            return htmx.go(url_for(".checklists"))
    return _page(form, None, 422)


@blueprint.route("/checklists/<int:checklist_id>", methods=["GET", "POST"])
def edit_checklist(checklist_id: int) -> ResponseReturnValue:
    """A change makes a new version; answers keep the one that was asked."""
    actor = guards.actor()
    asked = queries.asked_for(actor, checklist_id)
    form = ChecklistForm()
    if request.method == "GET":
        form.show(asked.checklist, asked.version, asked.questions)
        return _page(form, asked)
    if "more" in request.form:
        return _page(form, asked)
    if form.validate():
        kind, device_kind = form.suits()
        try:
            with transaction():
                service.word_anew(
                    actor,
                    checklist_id,
                    form.seen_version(),
                    form.title(),
                    kind,
                    device_kind,
                    form.asked(),
                    active=form.active.data,
                )
        except Refused as refused:
            form.refuse(refused)
        else:
            flash(_("The checklist is kept."), "success")
            return htmx.go(url_for(".checklists"))
    return _page(form, queries.asked_for(actor, checklist_id), 422)


def _page(form: ChecklistForm, asked: Asked | None, code: int = 200) -> ResponseReturnValue:
    form.make_room()
    page = render_template(
        "ladder/staff/checklist.html", form=form, asked=asked, nav="ladder_staff.checklists"
    )
    return page, code
