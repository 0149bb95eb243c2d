"""A signed service sheet for the client, as it was frozen when both sides signed."""

from flask import render_template
from flask.typing import ResponseReturnValue

from portal.dispatch.queries import client
from portal.dispatch.render import client as render
from portal.dispatch.service import printing as documents
from portal.dispatch.views_client.door import blueprint
from portal.infra import papers
from portal.web import guards


@blueprint.get("/sheets/<int:sheet_number>")
def sheet(sheet_number: int) -> ResponseReturnValue:
    """The fields of one sheet; whatever changed elsewhere since does not show."""
    found = client.signed_sheet(guards.actor(), sheet_number)
    ref = documents.ref_of(found)
    paper = papers.of([ref]).get(ref)
    return render_template(
        "dispatch/client/sheet.html", has_pdf=paper is not None and paper.sha256 is not None,
        sheet=found, facts=render.frozen(found.facts or {}), render=render,
        nav="dispatch_client.listing",
    )  # fmt: skip
