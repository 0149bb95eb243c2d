"""The door that all of these pages share, and how a form of theirs answers."""

from typing import Any

from flask import render_template
from flask.typing import ResponseReturnValue

from portal.kernel.actor import StaffRole
from portal.web import guards, htmx
from portal.web.fields import Form

blueprint = guards.staff_door("people_staff", __name__)

for_managers = guards.needs(StaffRole.MANAGER)
for_administrators = guards.needs()


def page(name: str, form: Form, status: int = 200, **given: Any) -> ResponseReturnValue:
    """The page with a form; for htmx, which sent the form, only the form's fragment."""
    template = (
        f"people/staff/_{name}.html" if status == 422 and htmx.is_htmx() else f"people/staff/{name}.html"
    )
    given.setdefault("nav", "people_staff.organisations")
    return render_template(template, form=form, **given), status
