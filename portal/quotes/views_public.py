"""The mailed link to a quote: read and answered without a sign-in by the person to whom it was sent; it shows nothing else.

Opening the link changes nothing (mail scanners open links, too); the answer is a POST. Whoever else is signed in sees nothing.
"""

from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.infra.transaction import transaction
from portal.kernel.errors import NotFound, Refused
from portal.people import queries as people
from portal.quotes import render
from portal.quotes.forms import ChangeForm, ReasonForm
from portal.quotes.queries import links as queries
from portal.quotes.queries import quotes
from portal.quotes.rules.quoting import Evidence, Side
from portal.quotes.service import confirming, links
from portal.quotes.service.confirming import Proof
from portal.web import guards

blueprint = guards.public_door("quotes_public", __name__)

DONE = {
    "confirm": lambda: _("Thank you. You have confirmed the quote."),
    "refuse": lambda: _("You have turned the quote down. We are told why."),
    "change": lambda: _("Thank you. We answer with a new revision."),
}


@blueprint.route("/quote/<token>", methods=["GET", "POST"])
def answer(token: str) -> ResponseReturnValue:
    """The quote with its answers, or what became of it; with POST the answer."""
    link = queries.by_token(token)
    who = guards.actor()
    if link is None or (who.contact_id is not None and who.contact_id != link.contact_id):
        return render_template("ladder/public/dead_link.html"), 404
    said = request.form.get("answer", "") if request.method == "POST" else ""
    forms: dict[str, Any] = {
        "refuse": ReasonForm(formdata=request.form if said == "refuse" else None, prefix="refuse"),
        "change": ChangeForm(formdata=request.form if said == "change" else None, prefix="change"),
    }
    mistake, code, done = "", 200, False
    if request.method == "POST":
        form = forms.get(said)
        if said not in DONE:
            mistake, code = _("Choose one of the answers."), 422
        elif form is not None and not form.validate():
            code = 422
        else:
            try:
                _answer(token, said, form)
                done = True
            except Refused as refused:
                mistake, code = str(refused.sentence), 410
        link = queries.by_token(token)
        if link is None:
            raise NotFound
    over = links.why_not(link) if not done else None
    if over is not None:
        code = 410
    page = render_template(
        "quotes/public/answer.html",
        link=link,
        quote=quotes.by_id(link.quote_id),
        forms=forms,
        open=over is None and not done,
        sentence=DONE[said]() if done else str(over.sentence) if over else "",
        done=done,
        mistake="" if over is not None else mistake,
        render=render,
    )
    return page, code, {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}


def _answer(token: str, said: str, form: Any) -> None:
    """As the person to whom it was sent, with the rights that they have now: the secret proves who it is."""
    with transaction():
        link = queries.by_token(token, lock=True)
        if link is None:
            raise NotFound
        actor = people.actor_of(link.contact)
        quote = quotes.by_id(link.quote_id, lock=True)
        links.use(link)
        if said == "confirm":
            confirming.confirm(actor, quote, Side.CLIENT, Proof(Evidence.LINK, actor.name, actor.contact_id))
        elif said == "refuse":
            confirming.turn_down(actor, quote, form.reason.data or "")
        else:
            confirming.ask_change(actor, quote, form.words.data or "", actor.name)
