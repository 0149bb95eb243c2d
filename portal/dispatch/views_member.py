"""Documents of service sheets, for either side: one sheet's PDF, and the copies of a period for the fee claim (HW-17)."""

import io
import zipfile
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.contracts.queries import pages
from portal.dispatch.queries import visits
from portal.dispatch.service import printing as documents
from portal.infra import files, papers
from portal.kernel import clock, refs
from portal.web import guards, printing

blueprint = guards.member_door("dispatch_member", __name__)


@blueprint.get("/sheets/<int:sheet_number>/pdf")
def sheet_pdf(sheet_number: int) -> ResponseReturnValue:
    """One signed sheet; 404 while its PDF is not made."""
    sheet = visits.sheet_for(guards.actor(), sheet_number)
    ref = documents.ref_of(sheet)
    return printing.as_download(papers.of([ref]).get(ref), f"{refs.sheet_number(sheet_number)}.pdf")


@blueprint.get("/contracts/<int:contract_id>/sheets")
def sheets(contract_id: int) -> ResponseReturnValue:
    """The signed sheets of a contract in ?start= to ?end=, both days included; at first the present term's."""
    actor = guards.actor()
    shown, start, end, found = _found(contract_id)
    made = papers.of(documents.ref_of(s) for s in found)
    template = "staff" if actor.is_staff else "client"
    return render_template(
        f"dispatch/{template}/sheets.html",
        shown=shown,
        contract_id=contract_id,
        start=start,
        end=end,
        rows=[(s, made.get(documents.ref_of(s))) for s in found],
        ready=sum(1 for p in made.values() if p.made_at is not None),
        state=printing.state_sentence,
        nav=f"contracts_{template}.listing",
    )


@blueprint.get("/contracts/<int:contract_id>/sheets.zip")
def sheets_zip(contract_id: int) -> ResponseReturnValue:
    """All PDFs of the period in one file, the same bytes for the same sheets; back to the list where none is made yet."""
    _shown, start, end, found = _found(contract_id)
    made = papers.of(documents.ref_of(s) for s in found)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        for sheet in found:
            paper = made.get(documents.ref_of(sheet))
            if paper is not None and paper.sha256 is not None and sheet.number is not None:
                name = f"{refs.sheet_number(sheet.number)}.pdf"
                archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), files.read(paper.sha256))
        names = archive.namelist()
    if not names:
        flash(_("No service sheet of these days has its PDF yet."), "warning")
        return redirect(url_for("dispatch_member.sheets", contract_id=contract_id, start=start, end=end), 303)
    packed.seek(0)
    name = _("service-sheets") + f"-{start}-{end}.zip"
    return send_file(packed, mimetype="application/zip", as_attachment=True, download_name=name)


def _found(contract_id: int) -> tuple[Any, date, date, Any]:
    actor = guards.actor()
    shown = pages.contract_for(actor, contract_id)
    zone = ZoneInfo(shown.record.time_zone)
    today = clock.now().astimezone(zone).date()
    start = _day(request.args.get("start")) or today.replace(month=1, day=1)
    end = _day(request.args.get("end")) or max(today, start)
    first = datetime.combine(start, time(), zone).astimezone(UTC)
    after = datetime.combine(end + timedelta(days=1), time(), zone).astimezone(UTC)
    return shown, start, end, visits.sheets_under(actor, contract_id, first, after)


def _day(text: str | None) -> date | None:
    try:
        found = date.fromisoformat(text) if text else None
    except ValueError:
        return None
    return found if found and 2000 <= found.year <= 2100 else None
