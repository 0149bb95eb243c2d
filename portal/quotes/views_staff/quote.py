"""One quote for the desk: its lines, both confirmations with their evidence, the work under it, and the next step."""

from collections.abc import Callable
from typing import Any

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.infra import papers
from portal.infra.transaction import transaction
from portal.kernel import clock
from portal.kernel.actor import Actor, StaffRole
from portal.kernel.errors import NotFound, Refused
from portal.quotes import render
from portal.quotes.forms import DefectsForm, EvidenceForm, HandForm, LiveForm, NameForm, ReasonForm, TimeForm
from portal.quotes.queries import charges, listing, quotes
from portal.quotes.rules.quoting import Evidence, Side
from portal.quotes.service import confirming, delivering, drafting, publishing
from portal.quotes.service import printing as documents
from portal.quotes.service.confirming import Proof
from portal.quotes.views_staff.door import blueprint
from portal.web import filters, guards, htmx, printing, uploads

BOTH = ["GET", "POST"]
Step = Callable[[Actor, Any], Any]


@blueprint.get("/quotes/<int:quote_number>")
def quote(quote_number: int) -> ResponseReturnValue:
    """The newest revision, or ?revision=."""
    return _page(quote_number, revision=request.args.get("revision", type=int))


@blueprint.get("/quotes/<int:quote_number>/scans/<side>")
def scan(quote_number: int, side: str) -> ResponseReturnValue:
    """The signed order form by which a side confirmed, as a download."""
    found = quotes.quote_for(guards.actor(), quote_number, request.args.get("revision", type=int))
    row = next((c for c in found.confirmations if c.side == side), None)
    if row is None or row.scan_sha256 is None:
        raise NotFound
    return uploads.as_download(row.scan_sha256, row.scan_name or "order-form")


@blueprint.post("/quotes/<int:quote_number>/send")
def send(quote_number: int) -> ResponseReturnValue:
    """Before the client's eyes with it."""
    return _at_once(quote_number, drafting.send, _("The quote is sent."))


@blueprint.post("/quotes/<int:quote_number>/confirm")
@guards.needs(StaffRole.MANAGER)
def confirm(quote_number: int) -> ResponseReturnValue:
    """Our own confirmation."""

    def step(actor: Actor, held: Any) -> None:
        confirming.confirm(actor, held, Side.PROVIDER, Proof(Evidence.PORTAL, actor.name, actor.contact_id))

    return _at_once(quote_number, step, _("Confirmed for us."))


@blueprint.route("/quotes/<int:quote_number>/client-confirmed", methods=BOTH)
def client_confirmed(quote_number: int) -> ResponseReturnValue:
    """The client confirmed by a mail on the ticket, or on a signed order form."""
    found = quotes.quote_for(guards.actor(), quote_number)
    mails = listing.mails_of(guards.actor(), found.ticket_id)
    form = EvidenceForm()
    form.offer([(m.message_id, f"{filters.when_text(m.at)} {m.name}: {m.words}") for m in mails])
    files, bad = uploads.receive(request.files.getlist("scan"), request.form.getlist("kept_files"))
    for refusal in bad:
        form.refuse(Refused(refusal.sentence, field="scan"))

    def step(actor: Actor, held: Any) -> None:
        by_mail = form.evidence.data == Evidence.MAIL.value
        one = files[0] if files and not by_mail else None
        proof = Proof(
            Evidence(form.evidence.data), form.name.data or "", message_id=(form.message_id.data or "") if by_mail else "",
            scan_sha256=one.sha256 if one else "", scan_name=one.name if one else "",
        )  # fmt: skip
        confirming.confirm(actor, held, Side.CLIENT, proof)

    kept = [
        {"name": f.name, "size_text": filters.file_size(f.size), "token": uploads.token(f)} for f in files
    ]
    return _by_form(
        quote_number, "client_confirmed", form, step, _("The client's confirmation is kept."), kept=kept
    )


@blueprint.route("/quotes/<int:quote_number>/turned-down", methods=BOTH)
def turned_down(quote_number: int) -> ResponseReturnValue:
    """The client told us that they do not want it."""
    form = ReasonForm()

    def step(actor: Actor, held: Any) -> None:
        confirming.turn_down(actor, held, form.reason.data or "")

    return _by_form(quote_number, "turned_down", form, step, _("Noted: the client does not want it."))


@blueprint.route("/quotes/<int:quote_number>/withdraw", methods=BOTH)
def withdraw(quote_number: int) -> ResponseReturnValue:
    """Nothing comes of it."""
    form = ReasonForm()

    def step(actor: Actor, held: Any) -> None:
        drafting.withdraw(actor, held, form.reason.data or "")

    return _by_form(quote_number, "withdraw", form, step, _("The quote is withdrawn."))


@blueprint.post("/quotes/<int:quote_number>/start")
def start(quote_number: int) -> ResponseReturnValue:
    """The work begins, or defects are mended; not before both have confirmed."""
    return _at_once(quote_number, delivering.start, _("The work has begun."))


@blueprint.route("/quotes/<int:quote_number>/deliver", methods=BOTH)
def deliver(quote_number: int) -> ResponseReturnValue:
    """Hand over what was made."""
    form = HandForm()

    def step(actor: Actor, held: Any) -> None:
        delivering.deliver(actor, held, form.words.data or "")

    return _by_form(quote_number, "deliver", form, step, _("Handed over. The client is told."))


@blueprint.post("/quotes/<int:quote_number>/done")
def done(quote_number: int) -> ResponseReturnValue:
    """Work that needs no acceptance is over, and is charged."""

    def step(actor: Actor, held: Any) -> None:
        delivering.finish(actor, held, clock.now())

    return _at_once(quote_number, step, _("Done, and charged as it was quoted."))


@blueprint.route("/quotes/<int:quote_number>/accepted", methods=BOTH)
def accepted(quote_number: int) -> ResponseReturnValue:
    """The client told us that it is accepted."""
    form = NameForm()

    def step(actor: Actor, held: Any) -> None:
        delivering.accept(actor, held, form.name.data or "")

    return _by_form(quote_number, "accepted", form, step, _("Accepted, and charged as it was quoted."))


@blueprint.route("/quotes/<int:quote_number>/publish", methods=BOTH)
def publish(quote_number: int) -> ResponseReturnValue:
    """What was made is live; not before the client has accepted it."""
    form = LiveForm()

    def step(actor: Actor, held: Any) -> None:
        publishing.publish(actor, held, form.where.data or "")

    return _by_form(quote_number, "publish", form, step, _("It is live; the client reads it on the ticket."))


@blueprint.route("/quotes/<int:quote_number>/defects", methods=BOTH)
def defects(quote_number: int) -> ResponseReturnValue:
    """The client told us what is wrong with it."""
    form = DefectsForm()

    def step(actor: Actor, held: Any) -> None:
        delivering.report_defects(actor, held, form.words.data or "")

    return _by_form(quote_number, "defects", form, step, _("Noted. Mend it, then hand it over again."))


@blueprint.route("/quotes/<int:quote_number>/extend", methods=BOTH)
def extend(quote_number: int) -> ResponseReturnValue:
    """We need more time."""
    form = TimeForm()

    def step(actor: Actor, held: Any) -> None:
        assert form.until.data is not None
        delivering.ask_extension(actor, held, Side.PROVIDER, form.until.data, form.reason.data or "")

    return _by_form(quote_number, "extend", form, step, _("The client is asked for more time."))


@blueprint.post("/quotes/<int:quote_number>/extensions/<int:extension_id>/answer")
def answer_extension(quote_number: int, extension_id: int) -> ResponseReturnValue:
    """The client asked for more time: we agree, or not."""
    agrees = request.form.get("answer") == "yes"

    def step(actor: Actor, held: Any) -> None:
        if request.form.get("answer") not in ("yes", "no"):
            raise Refused(_("Say yes or no."))
        asked = quotes.extension_of(held, extension_id)
        delivering.answer_extension(actor, held, asked, Side.PROVIDER, actor.name, agrees=agrees)

    return _at_once(
        quote_number, step, _("More time is agreed.") if agrees else _("More time is not agreed.")
    )


def _at_once(quote_number: int, step: Step, said: str) -> ResponseReturnValue:
    """A step without a form; what is refused is said on the quote's page."""
    actor = guards.actor()
    try:
        with transaction():
            step(actor, quotes.quote_for(actor, quote_number, lock=True))
        flash(said, "success")
    except Refused as refused:
        flash(str(refused.sentence), "error")
    return htmx.go(url_for("quotes_staff.quote", quote_number=quote_number))


def _by_form(
    quote_number: int, what: str, form: Any, step: Step, said: str, **given: Any
) -> ResponseReturnValue:
    """A step with a form: shown by GET, taken by POST on the locked quote; a refusal is 422 with what was typed."""
    if request.method == "GET":
        return _page(quote_number, what, form, **given)
    if form.validate() and not form.form_errors and not form.errors:
        actor = guards.actor()
        try:
            with transaction():
                step(actor, quotes.quote_for(actor, quote_number, lock=True))
        except Refused as refused:
            form.refuse(refused)
        else:
            flash(said, "success")
            return htmx.go(url_for("quotes_staff.quote", quote_number=quote_number))
    return _page(quote_number, what, form, 422, **given)


def _page(
    quote_number: int,
    what: str = "",
    form: Any = None,
    code: int = 200,
    *,
    revision: int | None = None,
    **given: Any,
) -> ResponseReturnValue:
    actor = guards.actor()
    found = quotes.quote_for(actor, quote_number, revision)
    template = "_do" if htmx.target() == "quote-do" else "quote"
    ref = documents.ref_of(found)
    paper = papers.of([ref]).get(ref) if found.sent_at else None
    page = render_template(
        f"quotes/staff/{template}.html",
        quote=found,
        quote_number=quote_number,
        what=what,
        form=form,
        render=render,
        steps=render.steps(found, actor),
        extension=render.open_extension(found),
        revisions=quotes.revisions_of(actor, quote_number) if found.revision > 1 or revision else [],
        charges=charges.of_quote(found),
        paper=paper,
        paper_state=printing.state_sentence(paper),
        nav="quotes_staff.listing",
        **given,
    )
    return page, code
