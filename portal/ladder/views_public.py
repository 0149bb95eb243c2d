"""The mailed question whether data may be touched: answered without a sign-in, by the person to whom it was sent.

Opening the link changes nothing (mail scanners open links, too); the answer is a POST. Whoever else is signed in sees nothing.
"""

from flask import render_template, request
from flask.typing import ResponseReturnValue

from portal.infra.transaction import transaction
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.errors import NotFound, Refused
from portal.ladder import render
from portal.tickets.queries import consents as queries
from portal.tickets.rules import consent as rules
from portal.tickets.rules.consent import State
from portal.tickets.service import consent
from portal.web import guards

blueprint = guards.public_door("ladder_public", __name__)


@blueprint.route("/consent/<token>", methods=["GET", "POST"])
def answer(token: str) -> ResponseReturnValue:
    """The question, or what became of it; with POST the answer."""
    row = queries.by_token(token)
    who = guards.actor()
    if row is None or (who.contact_id is not None and who.contact_id != row.asked_of_id):
        return render_template("ladder/public/dead_link.html"), 404
    mistake, code, done = "", 200, False
    if request.method == "POST":
        said = request.form.get("answer")
        if said in ("yes", "no"):
            try:
                _answer(token, said == "yes")
                done = True
            except Refused as refused:
                mistake, code = str(refused.sentence), 410
        else:
            code = 422
        row = queries.by_token(token)
        if row is None:
            raise NotFound
    state = rules.state_of(queries.facts(row), clock.now())
    if state is not State.ASKED and not done:
        code = 410
    page = render_template(
        "ladder/public/consent.html",
        row=row,
        open=state is State.ASKED,
        mistake=mistake,
        done=done,
        granted=state is State.GRANTED,
        sentence=render.consent_sentence(row, state),
    )
    return page, code, {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}


def _answer(token: str, granted: bool) -> None:
    """As the person who was asked: the secret proves it."""
    with transaction():
        row = queries.by_token(token, lock=True)
        if row is None:
            raise NotFound
        asked = Actor(contact_id=row.asked_of_id, name=row.asked_of.name)
        consent.answer(asked, row, granted, by_link=True)
