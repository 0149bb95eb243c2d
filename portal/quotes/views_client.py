"""The client's pages of quotes: what waits for an answer, one quote, confirming it or not, and accepting the work.

A draft, and another's quote, does not exist. Everybody who sees a quote reads its price and clause; a manager of the organisation
answers it.
"""

from collections.abc import Callable
from typing import Any

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.infra import papers
from portal.infra.transaction import transaction
from portal.kernel.actor import Actor
from portal.kernel.errors import Refused
from portal.quotes import render
from portal.quotes.forms import ChangeForm, DefectsForm, ReasonForm, TimeForm
from portal.quotes.queries import charges, quotes
from portal.quotes.queries import listing as queries
from portal.quotes.queries.listing import Wish
from portal.quotes.rules import rights
from portal.quotes.rules.quoting import Evidence, Side, Turn
from portal.quotes.service import confirming, delivering
from portal.quotes.service import printing as documents
from portal.quotes.service.confirming import Proof
from portal.tickets.queries import scope
from portal.web import guards, htmx
from portal.web.paging import page_of

blueprint = guards.client_door("quotes_client", __name__)

BOTH = ["GET", "POST"]
PAGE, ON_HOME = 30, 5
SHOWN = {"": (), "running": (Turn.US, Turn.RUNNING), "over": (Turn.ACCEPTED, Turn.OVER)}
WAITS = (Turn.CLIENT, Turn.DELIVERED)
Step = Callable[[Actor, Any], Any]


@blueprint.get("/quotes")
def listing() -> ResponseReturnValue:
    """What waits for an answer, what runs, what is over."""
    actor, asked = guards.actor(), request.args
    show = asked.get("show", "") if asked.get("show", "") in SHOWN else ""
    wish = Wish(SHOWN[show] or WAITS, None, asked.get("after", type=int))
    found = page_of(queries.page(actor, wish, PAGE), PAGE, lambda q: q.id)
    return render_template("quotes/client/listing.html", page=found, show=show, wish=wish, render=render)


@blueprint.get("/quotes/waiting")
def waiting() -> ResponseReturnValue:
    """What waits for this person, as a panel for the home page; without scripts a page of its own."""
    found = queries.page(guards.actor(), Wish(WAITS), ON_HOME)[:ON_HOME]
    template = "_waiting" if htmx.is_htmx() else "waiting"
    return render_template(
        f"quotes/client/{template}.html", quotes=found, render=render, nav="tickets_client.home"
    )


@blueprint.get("/requests/<int:number>/quotes")
def ticket_quotes(number: int) -> ResponseReturnValue:
    """The quotes of a request, as a panel of its page; without scripts a page of its own."""
    actor = guards.actor()
    ticket = scope.ticket_for(actor, number)
    found = quotes.of_ticket(actor, ticket.id)
    template = "_ticket_quotes" if htmx.is_htmx() else "ticket_quotes"
    return render_template(
        f"quotes/client/{template}.html",
        ticket=ticket,
        quotes=found,
        render=render,
        nav="tickets_client.listing",
    )


@blueprint.get("/quotes/<int:quote_number>")
def quote(quote_number: int) -> ResponseReturnValue:
    """The newest revision that was sent, or ?revision=."""
    return _page(quote_number)


@blueprint.post("/quotes/<int:quote_number>/confirm")
def confirm(quote_number: int) -> ResponseReturnValue:
    """Yes, under this price and these words: those of the revision that the page showed."""

    def step(actor: Actor, held: Any) -> None:
        confirming.confirm(actor, held, Side.CLIENT, Proof(Evidence.PORTAL, actor.name, actor.contact_id))

    return _at_once(quote_number, step, _("Thank you. You have confirmed the quote."))


@blueprint.route("/quotes/<int:quote_number>/refuse", methods=BOTH)
def refuse(quote_number: int) -> ResponseReturnValue:
    """No, and why."""
    form = ReasonForm()

    def step(actor: Actor, held: Any) -> None:
        confirming.turn_down(actor, held, form.reason.data or "")

    return _by_form(quote_number, "refuse", form, step, _("You have turned the quote down. We are told why."))


@blueprint.route("/quotes/<int:quote_number>/change", methods=BOTH)
def change(quote_number: int) -> ResponseReturnValue:
    """Not like this: what should be different."""
    form = ChangeForm()

    def step(actor: Actor, held: Any) -> None:
        confirming.ask_change(actor, held, form.words.data or "", actor.name)

    return _by_form(quote_number, "change", form, step, _("Thank you. We answer with a new revision."))


@blueprint.post("/quotes/<int:quote_number>/accept")
def accept(quote_number: int) -> ResponseReturnValue:
    """The work is as it was agreed."""

    def step(actor: Actor, held: Any) -> None:
        delivering.accept(actor, held, actor.name)

    return _at_once(quote_number, step, _("Thank you. You have accepted the work."))


@blueprint.route("/quotes/<int:quote_number>/defects", methods=BOTH)
def defects(quote_number: int) -> ResponseReturnValue:
    """Something is wrong with it."""
    form = DefectsForm()

    def step(actor: Actor, held: Any) -> None:
        delivering.report_defects(actor, held, form.words.data or "")

    return _by_form(
        quote_number,
        "defects",
        form,
        step,
        _("Thank you. We mend it and hand it over again; until then no day counts."),
    )


@blueprint.route("/quotes/<int:quote_number>/extend", methods=BOTH)
def extend(quote_number: int) -> ResponseReturnValue:
    """The client needs more time, too."""
    form = TimeForm()

    def step(actor: Actor, held: Any) -> None:
        assert form.until.data is not None
        delivering.ask_extension(actor, held, Side.CLIENT, form.until.data, form.reason.data or "")

    return _by_form(quote_number, "extend", form, step, _("We are asked, and answer here."))


@blueprint.post("/quotes/<int:quote_number>/extensions/<int:extension_id>/answer")
def answer_extension(quote_number: int, extension_id: int) -> ResponseReturnValue:
    """We asked for more time: yes or no."""
    agrees = request.form.get("answer") == "yes"

    def step(actor: Actor, held: Any) -> None:
        if request.form.get("answer") not in ("yes", "no"):
            raise Refused(_("Say yes or no."))
        asked = quotes.extension_of(held, extension_id)
        delivering.answer_extension(actor, held, asked, Side.CLIENT, actor.name, agrees=agrees)

    return _at_once(
        quote_number, step, _("More time is agreed.") if agrees else _("More time is not agreed.")
    )


def _held(actor: Actor, quote_number: int) -> Any:
    """The revision that the page showed, locked: a newer one is not confirmed unread."""
    return quotes.quote_for(actor, quote_number, request.form.get("revision", type=int), lock=True)


def _at_once(quote_number: int, step: Step, said: str) -> ResponseReturnValue:
    """A step without a form; what is refused is said on the quote's page."""
    actor = guards.actor()
    try:
        with transaction():
            step(actor, _held(actor, quote_number))
        flash(said, "success")
    except Refused as refused:
        flash(str(refused.sentence), "warning")
    return htmx.go(url_for("quotes_client.quote", quote_number=quote_number))


def _by_form(quote_number: int, what: str, form: Any, step: Step, said: str) -> ResponseReturnValue:
    """A step with a form: shown by GET, taken by POST on the locked quote; a refusal is 422 with what was typed."""
    if request.method == "GET":
        return _page(quote_number, what, form)
    if form.validate():
        actor = guards.actor()
        try:
            with transaction():
                step(actor, _held(actor, quote_number))
        except Refused as refused:
            form.refuse(refused)
        else:
            flash(said, "success")
            return htmx.go(url_for("quotes_client.quote", quote_number=quote_number))
    return _page(quote_number, what, form, 422)


def _page(quote_number: int, what: str = "", form: Any = None, code: int = 200) -> ResponseReturnValue:
    actor = guards.actor()
    found = quotes.quote_for(actor, quote_number, request.args.get("revision", type=int))
    template = "_do" if htmx.target() == "quote-do" else "quote"
    may = rights.may_answer(actor, found.organisation_id)
    ref = documents.ref_of(found)
    paper = papers.of([ref]).get(ref) if found.sent_at else None
    page = render_template(
        f"quotes/client/{template}.html",
        quote=found,
        what=what,
        form=form,
        render=render,
        may=may,
        steps=render.client_steps(found, may=may),
        managers=[] if may else quotes.who_may_answer(found),
        extension=render.open_extension(found),
        revisions=quotes.revisions_of(actor, quote_number) if found.revision > 1 else [],
        charges=charges.of_quote(found),
        paper=paper,
        nav="quotes_client.listing",
    )
    return page, code
