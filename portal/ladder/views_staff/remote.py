"""The tools for remote sessions; for administrators, for a click on one opens a program."""

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.infra.transaction import transaction
from portal.kernel.errors import Refused
from portal.ladder.forms.remote import ToolForm
from portal.ladder.queries import remote as queries
from portal.ladder.rules.remote import MARKS, SCHEMES
from portal.ladder.service import remote as service
from portal.ladder.views_staff.door import blueprint
from portal.web import guards, htmx


@blueprint.route("/remote-tools", methods=["GET", "POST"])
@guards.needs()
def tools() -> ResponseReturnValue:
    """All of them, and a form for another."""
    return _answer(ToolForm(), None)


@blueprint.route("/remote-tools/<int:tool_id>", methods=["GET", "POST"])
@guards.needs()
def edit_tool(tool_id: int) -> ResponseReturnValue:
    """Another address, or out of use."""
    tool = queries.tool_for(guards.actor(), tool_id)
    return _answer(ToolForm(obj=tool), tool_id)


def _answer(form: ToolForm, tool_id: int | None) -> ResponseReturnValue:
    code = 200
    if request.method == "POST":
        code = 422
        if form.validate():
            try:
                with transaction():
                    service.keep(
                        form.name.data or "",
                        form.template.data or "",
                        tool_id=tool_id,
                        active=form.active.data or tool_id is None,
                    )
            except Refused as refused:
                form.refuse(refused)
            else:
                flash(_("Saved."), "success")
                return htmx.go(url_for(".tools"))
    page = render_template(
        "ladder/staff/remote_tools.html",
        found=queries.all_of(guards.actor()),
        form=form,
        tool_id=tool_id,
        marks=", ".join(f"{{{m}}}" for m in MARKS),
        schemes=", ".join(f"{s}:" for s in SCHEMES),
        nav="ladder_staff.tools",
    )
    return page, code
