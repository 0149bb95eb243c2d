"""Doors without a sign-in: an engineer's calendar by its secret address, and the mailed link to a visit: a time is
chosen, or another one wished.

Opening it changes nothing (mail scanners open links, too); the answer is a POST. It shows the one visit to the one person to
whom it was sent, and no more; whoever else is signed in sees nothing.
"""

from datetime import timedelta
from typing import Any

from flask import Response, make_response, render_template, request
from flask.typing import ResponseReturnValue

from portal.dispatch.forms import ChooseForm, value_of
from portal.dispatch.queries import day, offers, visits
from portal.dispatch.render import client as render
from portal.dispatch.render import feed as feeds_render
from portal.dispatch.service import feeds, links, offering
from portal.infra.transaction import transaction
from portal.kernel import clock, refs
from portal.kernel.errors import NotFound, Refused
from portal.people import queries as people
from portal.web import guards, languages

blueprint = guards.public_door("dispatch_public", __name__)
SHOWN_BEFORE, SHOWN_AFTER = timedelta(days=30), timedelta(days=120)
_PRIVATE = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}


@blueprint.route("/visit/<token>", methods=["GET", "POST"])
@guards.redraws_stale_form
def choose(token: str) -> ResponseReturnValue:
    """The times, or what became of them; with POST the answer."""
    try:
        link, visit, actor = _whose(token)
    except NotFound:
        return render_template("dispatch/public/dead_link.html"), 404, _PRIVATE
    # As the mail was: a stranger's browser knows neither the language nor the zone of whoever is asked.
    with languages.spoken(link.contact.language, link.contact.time_zone):
        return _asked(token, link, visit, actor)


def _asked(token: str, link: Any, visit: Any, actor: Any) -> ResponseReturnValue:
    form, done, mistake = ChooseForm(), "", ""
    options = offering.options(visit)
    form.offer(options, render.option)
    works = links.still_works(link.id) and offering.may_answer(actor, visit)
    code = 200 if works else 410
    if request.method == "POST":
        code = 422
        if form.validate():
            try:
                done = "chosen" if _answer(token, form) else "wished"
                code = 200
            except Refused as refused:
                form.refuse(refused)
                mistake = str(refused.sentence)
            link, visit, actor = _whose(token)
            options = offering.options(visit)
            form.offer(options, render.option)
            works = links.still_works(link.id) and offering.may_answer(actor, visit)
            code = code if works or done else 410
    may_agree = offering.may_agree(actor, visit)
    page = render_template(
        "dispatch/public/visit.html",
        visit=visit,
        token=token,
        form=form,
        open=works and not done,
        used=link.used_at is not None,
        done=done,
        mistake=mistake,
        hints={value_of(o): render.option_hint(o, may_agree=may_agree) for o in options},
        gone=[render.gone(o) for o in options if o.why_not is not None],
        shown=visits.tickets_shown(actor, visit),
        render=render,
        several=len(options) > 1,
    )
    return page, code, _PRIVATE


@blueprint.get("/visit/<token>/visit.ics")
def calendar(token: str) -> ResponseReturnValue:
    """The visit as a file for a calendar, as long as the link lives, used or not."""
    link, visit, _actor = _whose(token)
    if not links.still_shows(link):
        raise NotFound
    response = make_response(render.calendar_file(visit, link.contact.language, link.contact.time_zone))
    response.mimetype = "text/calendar"
    name = f"{refs.visit_number(visit.number)}.ics"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers.update(_PRIVATE)
    return response


def _whose(token: str) -> tuple[Any, Any, Any]:
    """The link, its visit, and the person as an actor; raises NotFound for a secret of nobody's, for somebody else who is
    signed in, and when that person may not see the visit any more."""
    link, who = offers.link_by_token(token), guards.actor()
    if link is None or (who.contact_id is not None and who.contact_id != link.contact_id):
        raise NotFound
    actor = people.actor_of(link.contact)
    return link, visits.visit_for(actor, link.visit.number), actor


def _answer(token: str, form: ChooseForm) -> bool:
    """As the person to whom it was sent: the secret proves it."""
    with transaction():
        _link, visit, actor = _whose(token)
        visit = visits.visit_for(actor, visit.number, lock=True)
        locked = offers.link_by_token(token, lock=True)
        if locked is None:
            raise NotFound
        links.use(locked)
        return offering.take(actor, visit, form.answer(), actor.name, how="link")


@blueprint.get("/feeds/<token>.ics")
def feed(token: str) -> Response:
    """The visits of whoever made this address; 404 for one that never was, was revoked, or whose owner has left."""
    owner = feeds.whose(token)
    now = clock.now()
    found = day.in_feed(owner.id, now - SHOWN_BEFORE, now + SHOWN_AFTER)
    desk = people.desk()
    response = Response(
        feeds_render.file(found, owner, desk.name if desk else "Support"), mimetype="text/calendar"
    )
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
