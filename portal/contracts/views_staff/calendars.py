"""Days off: the years that are known, and a notice that is compared before it is taken. A faulty one is refused whole."""

from dataclasses import dataclass
from typing import Any

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.contracts.forms.calendars import MOST, NoticeForm
from portal.contracts.queries import calendars as known
from portal.contracts.rules import notices
from portal.contracts.rules.notices import BadLine, BadNotice, Change, Notice
from portal.contracts.service import calendars
from portal.contracts.views_staff import words
from portal.contracts.views_staff.door import blueprint, for_managers
from portal.infra.transaction import transaction
from portal.kernel.errors import Refused
from portal.web import guards, htmx

JURISDICTION = "CN"


@dataclass(frozen=True)
class Compared:
    """A notice that can be read, and what it would change."""

    notice: Notice
    changes: list[Change]


@blueprint.route("/calendars", methods=["GET", "POST"], endpoint="calendars")
@for_managers
@guards.redraws_stale_form
def calendars_() -> ResponseReturnValue:
    """First what would change is shown; sent again with `apply`, it is taken."""
    form = NoticeForm()
    if request.method == "GET":
        return _drawn(form)
    if not form.validate():
        return _drawn(form, 422)
    _take_file(form)
    if form.errors or form.form_errors:
        return _drawn(form, 422)
    try:
        notice = notices.parse(form.text.data or "")
    except BadNotice as bad:
        form.refuse(Refused(_("Nothing was taken. Mend the lines that are named below."), field="text"))
        return _drawn(form, 422, faults=bad.lines)
    if "apply" not in request.form:
        return _drawn(form, compared=Compared(notice, calendars.compare(JURISDICTION, notice)))
    with transaction():
        changes = calendars.take(JURISDICTION, notice)
    if changes:
        flash(
            _("The days off of %(year)s are taken. Open promises are reckoned again.", year=notice.year),
            "success",
        )
    else:
        flash(_("The days off of %(year)s were known already.", year=notice.year), "info")
    return htmx.go(url_for(".calendars"))


def _take_file(form: NoticeForm) -> None:
    """A file's text takes the place of what was pasted, so that the next page shows what was read."""
    sent = request.files.get("file")
    if sent is not None and sent.filename:
        raw = sent.stream.read(MOST + 1)
        try:
            form.text.data = raw.decode("utf-8-sig")
        except UnicodeDecodeError:
            form.refuse(Refused(_("The file is not UTF-8 text. Save it as CSV in UTF-8."), field="file"))
        if len(raw) > MOST:
            form.refuse(Refused(_("The file is too long for a notice."), field="file"))
    elif not (form.text.data or "").strip():
        form.refuse(Refused(_("Paste the lines of a notice, or choose a file."), field="text"))


def _drawn(
    form: NoticeForm,
    status: int = 200,
    *,
    faults: list[BadLine] | None = None,
    compared: Compared | None = None,
) -> ResponseReturnValue:
    given: dict[str, Any] = {"faults": faults or [], "compared": compared}
    body = render_template(
        "contracts/staff/calendars.html",
        form=form,
        years=known.latest_notices(JURISDICTION),
        kinds=words.KINDS,
        reasons=words.FAULTS,
        **given,
    )
    return body, status
