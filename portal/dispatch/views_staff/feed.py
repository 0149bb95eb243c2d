"""The engineer's own calendar address: made here, shown once, revoked here."""

from flask import flash, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.dispatch.service import feeds
from portal.dispatch.views_staff import crew
from portal.dispatch.views_staff.door import blueprint
from portal.infra.transaction import transaction
from portal.web import guards, htmx
from portal.web.context import settings

PATH = "/feeds/"


@blueprint.post("/crew/feed")
def make_feed() -> ResponseReturnValue:
    """A new address, shown in the answer and never again; the old one stops."""
    user_id = guards.actor().user_id
    assert user_id is not None
    with transaction():
        secret = feeds.make(user_id)
    address = f"{settings().public_url.rstrip('/')}{PATH}{secret}.ics"
    page, code = crew.own_page(user_id, address)
    return page, code, {"Cache-Control": "no-store"}


@blueprint.post("/crew/feed/revoke")
def revoke_feed() -> ResponseReturnValue:
    user_id = guards.actor().user_id
    assert user_id is not None
    with transaction():
        feeds.revoke(user_id)
    flash(_("The calendar address is revoked."), "success")
    return htmx.go(url_for("dispatch_staff.crew_member", staff_id=user_id))
