"""The engineer's day on the phone: whom to visit, where, whom to call, what the device went through."""

from datetime import UTC, date, datetime, time, timedelta

from flask import Response, current_app, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.dispatch.queries import day as days
from portal.dispatch.render import visits as render
from portal.dispatch.views_staff.door import blueprint
from portal.kernel import clock
from portal.web import guards, languages

COMING = 6
"""Days after the chosen one that are shown below it, without details."""


@blueprint.get("/day")
def day() -> ResponseReturnValue:
    """The visits of the signed-in engineer on a day (`on=2026-11-20`), and of the days after it."""
    actor = guards.actor()
    assert actor.user_id is not None
    today = clock.now().astimezone(languages.zone()).date()
    chosen = _day(request.args.get("on")) or today
    start, end, later = (_begins(chosen + timedelta(days=n)) for n in (0, 1, 1 + COMING))
    found = days.of_engineer(actor, actor.user_id, start, end)
    coming = [v for v in days.of_engineer(actor, actor.user_id, end, later) if v not in found]
    devices = [row.ticket.device_id for v in found for row in v.tickets if row.ticket.device_id]
    return render_template(
        "dispatch/staff/day.html",
        me=actor.user_id,
        chosen=chosen,
        today=today,
        before=url_for("dispatch_staff.day", on=chosen - timedelta(days=1)),
        after=url_for("dispatch_staff.day", on=chosen + timedelta(days=1)),
        visits=found,
        coming=coming,
        history=days.history(actor, devices),
        render=render,
        site=render,
    )


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None


def _begins(on: date) -> datetime:
    return datetime.combine(on, time(), tzinfo=languages.zone()).astimezone(UTC)


@blueprint.get("/site-worker.js")
def worker() -> Response:
    """The service worker of these pages; it stands at the top of the desk, so that it may look after all of it."""
    response = current_app.send_static_file("js/site/worker.js")
    response.headers["Cache-Control"] = "no-cache"
    return response
