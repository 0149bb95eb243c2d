"""Writing a quote: from its ticket, again while it is a draft, and as the next revision of one that was sent."""

from datetime import timedelta
from typing import Any

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.infra.transaction import transaction
from portal.kernel import clock, refs
from portal.kernel.errors import Refused, Stale
from portal.quotes import render
from portal.quotes.forms import QuoteForm
from portal.quotes.queries import quotes
from portal.quotes.rules.quoting import Act, Why
from portal.quotes.service import drafting
from portal.quotes.service.record import QuoteRefused
from portal.quotes.views_staff.door import blueprint
from portal.tickets.queries import scope
from portal.web import guards, htmx, languages

VALID_FOR = timedelta(days=30)
BOTH = ["GET", "POST"]


@blueprint.route("/tickets/<int:number>/quotes/new", methods=BOTH)
@guards.redraws_stale_form
def create(number: int) -> ResponseReturnValue:
    """A quote for a ticket; what its contract says stands above, and its prices can be taken as lines."""
    actor = guards.actor()
    ticket = scope.ticket_for(actor, number)
    form = QuoteForm()
    if request.method == "GET":
        form.kind.data = render.kind_for(ticket).value
        form.title.data = ticket.subject
        form.valid_until.data = (clock.now() + VALID_FOR).astimezone(languages.zone()).date()
        form.lines.offer([])
        return _page(form, ticket)
    if _more(form, ticket):
        return _page(form, ticket)
    if form.validate():
        try:
            with transaction():
                held = scope.ticket_for(actor, number, lock=True)
                made = drafting.draft(actor, held, form.entry()).number
        except Refused as refused:
            form.refuse(refused)
        else:
            flash(
                _(
                    "%(quote)s is written. The client sees it when you send it.",
                    quote=refs.quote_number(made),
                ),
                "success",
            )
            return htmx.go(url_for("quotes_staff.quote", quote_number=made))
    return _page(form, scope.ticket_for(actor, number), 422)


@blueprint.route("/quotes/<int:quote_number>/edit", methods=BOTH)
@guards.redraws_stale_form
def edit(quote_number: int) -> ResponseReturnValue:
    """A draft again; the next revision of a quote that was sent."""
    actor = guards.actor()
    found = quotes.quote_for(actor, quote_number)
    form = QuoteForm()
    if request.method == "GET":
        form.show(found)
        if found.act is not Act.DRAFT:
            form.valid_until.data = max(
                found.valid_until, (clock.now() + VALID_FOR).astimezone(languages.zone()).date()
            )
        return _page(form, found.ticket, quote=found)
    if _more(form, found.ticket, found):
        return _page(form, found.ticket, quote=found)
    if form.validate():
        try:
            with transaction():
                held = quotes.quote_for(actor, quote_number, lock=True)
                if form.version.data != str(held.version):
                    raise Stale(
                        _(
                            "Somebody else changed this quote meanwhile. Look at it again before you send yours."
                        )
                    )
                if held.act is Act.DRAFT:
                    drafting.rewrite(held, form.entry())
                else:
                    drafting.revise(actor, held, form.entry())
        except Refused as refused:
            form.refuse(refused, quotes.quote_for(actor, quote_number).version)
        else:
            flash(_("The quote is kept. The client sees it when you send it."), "success")
            return htmx.go(url_for("quotes_staff.quote", quote_number=quote_number))
    found = quotes.quote_for(actor, quote_number)
    return _page(form, found.ticket, 422, quote=found)


def _more(form: QuoteForm, ticket: Any, quote: Any = None) -> bool:
    """Another line was asked for: one of the contract's prices, or an empty one."""
    asked = request.form.get("add", "")
    _dress(form, ticket, quote)
    if not asked:
        return False
    offers = render.offers(guards.actor(), ticket)
    chosen = offers[int(asked)] if asked.isascii() and asked.isdigit() and int(asked) < len(offers) else None
    form.add(chosen)
    return True


def _dress(form: QuoteForm, ticket: Any, quote: Any = None) -> list[dict[str, Any]]:
    """The words of the form's choices, with those that the contract and the quote bring along."""
    offers = render.offers(guards.actor(), ticket)
    codes, units = dict(render.CODES), dict(render.UNITS)
    for offer in offers:
        codes.setdefault(offer["code"], offer["name"])
        units.setdefault(offer["unit"], offer["words"]["unit"])
    for row in quote.lines if quote else ():
        if row.code != "other":
            codes.setdefault(row.code, row.code)
        if row.unit != "piece":
            units.setdefault(row.unit, row.unit)
    form.offer(render.KINDS, codes, units)
    return offers


def _page(form: QuoteForm, ticket: Any, code: int = 200, *, quote: Any = None) -> ResponseReturnValue:
    if code == 422:
        form.lines.offer_one()
    if quote is not None and quote.act in (Act.SUPERSEDED, Act.ACCEPTED, Act.DONE, Act.WITHDRAWN):
        raise QuoteRefused(Why.NOT_FROM_HERE)
    page = render_template(
        "quotes/staff/write.html",
        form=form,
        ticket=ticket,
        quote=quote,
        offers=_dress(form, ticket, quote),
        answer=render.decision_of(ticket),
        render=render,
        nav="quotes_staff.listing",
    )
    return page, code
