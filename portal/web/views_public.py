"""Doors of the house itself: the front page, and whether the portal lives."""

from flask import redirect, url_for
from flask.typing import ResponseReturnValue

from portal.infra import db
from portal.web import guards

blueprint = guards.public_door("web_public", __name__)


@blueprint.get("/")
def front() -> ResponseReturnValue:
    """Everybody to their own first page."""
    who = guards.actor()
    if who.is_staff:
        return redirect(url_for("tickets_staff.queue"))
    return redirect(url_for("tickets_client.home" if who.user_id else "people_public.sign_in"))


@blueprint.get("/healthz")
def healthz() -> ResponseReturnValue:
    """The process answers."""
    return {"ok": True}


@blueprint.get("/readyz")
def readyz() -> ResponseReturnValue:
    """The database answers, too."""
    db.check_answers()
    return {"ok": True}
