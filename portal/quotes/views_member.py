"""The document of a quote, for either side: whoever may read the quote may keep its PDF."""

from flask import request
from flask.typing import ResponseReturnValue

from portal.infra import papers
from portal.kernel import refs
from portal.quotes.queries import quotes
from portal.quotes.service import printing as documents
from portal.web import guards, printing

blueprint = guards.member_door("quotes_member", __name__)


@blueprint.get("/quotes/<int:quote_number>/pdf")
def pdf(quote_number: int) -> ResponseReturnValue:
    """The PDF of the newest revision, or ?revision=; 404 while it is not made."""
    found = quotes.quote_for(guards.actor(), quote_number, request.args.get("revision", type=int))
    ref = documents.ref_of(found)
    name = f"{refs.quote_number(found.number)}-{found.revision}.pdf"
    return printing.as_download(papers.of([ref]).get(ref), name)
