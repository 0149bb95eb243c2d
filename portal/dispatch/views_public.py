"""Doors without a sign-in: an engineer's calendar, by its secret address."""

from datetime import timedelta

from flask import Response

from portal.dispatch.queries import day
from portal.dispatch.render import feed as feeds_render
from portal.dispatch.service import feeds
from portal.kernel import clock
from portal.people import queries as people
from portal.web import guards

blueprint = guards.public_door("dispatch_public", __name__)
SHOWN_BEFORE, SHOWN_AFTER = timedelta(days=30), timedelta(days=120)


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
