"""The dispatch board: engineers' days as lanes, what waits beside them, and a visit put somewhere else.

A drop, an arrow key and the plain form all post to the same address; the service decides, and a refusal leaves the block where
it was.
"""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.contracts.render import overview
from portal.dispatch.forms import MoveForm
from portal.dispatch.queries import board as boards
from portal.dispatch.queries import visits
from portal.dispatch.render import fitting as words
from portal.dispatch.render import lanes
from portal.dispatch.render import visits as render
from portal.dispatch.rules import board as rules
from portal.dispatch.rules.visiting import PLANNED
from portal.dispatch.service import placing
from portal.dispatch.service.fitting import Despite, Unfit
from portal.dispatch.service.reckoning import NotNow
from portal.dispatch.views_staff.door import blueprint
from portal.infra.transaction import transaction
from portal.kernel import clock, refs
from portal.kernel.actor import StaffRole
from portal.kernel.errors import Refused
from portal.people import queries as people
from portal.tickets.render import queue
from portal.web import guards, htmx, languages

VIEWS = ("week", "day")


@dataclass
class Opened:
    """A visit whose form is open on the board, with what speaks against it. `said`: what was just done."""

    visit: Any = None
    form: MoveForm | None = None
    against: list[dict[str, str]] = field(default_factory=list)
    answer: dict[str, Any] | None = None
    said: str = ""


@blueprint.get("/board")
def board() -> ResponseReturnValue:
    """A week or a day of all engineers (`view`, `on`)."""
    return _page(Opened())


@blueprint.route("/board/visits/<int:visit_number>", methods=["GET", "POST"])
@guards.redraws_stale_form
def board_visit(visit_number: int) -> ResponseReturnValue:
    """The same board with the form of one visit; POST puts it somewhere else."""
    actor = guards.actor()
    found = visits.visit_for(actor, visit_number)
    form = MoveForm()
    form.offer(people.staff())
    form.know(found.starts_at, found.ends_at, languages.zone())
    if request.method == "GET":
        form.show(found.starts_at, found.ends_at, found.engineer_id, languages.zone())
        form.version.data = str(found.version)
        return _page(Opened(found, form))
    opened = Opened(found, form)
    if form.validate():
        slot = form.slot()
        try:
            with transaction():
                placing.put(
                    actor, visits.visit_for(actor, visit_number, lock=True), slot, form.engineer_id.data, form.seen(),
                    Despite(form.told.data, form.reason.data or ""),
                )  # fmt: skip
        except Unfit as unfit:
            form.refuse(unfit)
            opened.against = words.sentences(unfit.misfits)
        except NotNow as refused:
            form.refuse(Refused(refused.sentence, field="day"))
            opened.against, opened.answer = _weighed(found, form)
        except Refused as refused:
            form.refuse(refused, found.version)
        else:
            return _put(visit_number)
    return _page(opened, 422)


def _put(number: int) -> ResponseReturnValue:
    found = visits.visit_for(guards.actor(), number)
    said = _(
        "%(visit)s: %(when)s, %(engineer)s.",
        visit=refs.visit_number(number), when=render.span(found.starts_at, found.ends_at),
        engineer=found.engineer.name if found.engineer else _("nobody yet"),
    )  # fmt: skip
    if htmx.target() == "board":
        return _page(Opened(said=said))
    flash(said, "success")
    on = found.starts_at.astimezone(languages.zone()).date()
    return htmx.go(url_for("dispatch_staff.board", view=_view(), on=on))


@blueprint.get("/board/visits/<int:visit_number>/fit")
def board_fit(visit_number: int) -> ResponseReturnValue:
    """What speaks against the slot in the form around it, and what the contract says to it."""
    found = visits.visit_for(guards.actor(), visit_number)
    form = MoveForm(request.args, meta={"csrf": False})
    form.offer(people.staff())
    form.know(found.starts_at, found.ends_at, languages.zone())
    against, answer = _weighed(found, form)
    return render_template(
        "dispatch/staff/_board_fit.html",
        visit=found,
        form=form,
        against=against,
        answer=answer,
        may_decide=_may_decide(),
    )


def _weighed(found: Any, form: MoveForm) -> tuple[list[dict[str, str]], dict[str, Any] | None]:
    """Nothing, where the slot cannot be read."""
    if form.day.data is None or form.at.errors or form.minutes.errors or not form.minutes.data:
        return [], None
    known = placing.preview(found, form.slot(), form.engineer_id.data)
    answer = render.answer(known.ground.decision, known.ground) if known.ground else None
    return words.sentences(known.misfits), answer


def _may_decide() -> bool:
    return guards.actor().staff_role in (StaffRole.MANAGER, StaffRole.ADMINISTRATOR)


def _view() -> str:
    asked = request.args.get("view", "week")
    return asked if asked in VIEWS else "week"


def _day(opened: Opened, today: date) -> date:
    """The day that is asked for, else the open visit's, else today."""
    try:
        return date.fromisoformat(request.args.get("on", ""))
    except ValueError:
        pass
    if opened.visit is not None:
        return opened.visit.starts_at.astimezone(languages.zone()).date()
    return today


def _page(opened: Opened, code: int = 200) -> ResponseReturnValue:
    actor, zone, now = guards.actor(), languages.zone(), clock.now()
    today = now.astimezone(zone).date()
    view, on = _view(), _day(opened, today)
    days = boards.week_of(on) if view == "week" else [on]
    start, end = (
        datetime.combine(day, time(), tzinfo=zone).astimezone(UTC)
        for day in (days[0], days[-1] + timedelta(days=1))
    )
    found = boards.found(actor, start, end, days, now)
    step = timedelta(days=len(days))
    template = "_board" if htmx.target() == "board" else "board"
    page = render_template(
        f"dispatch/staff/{template}.html",
        view=view,
        on=on,
        days=days,
        today=today,
        now=now,
        before=_address(view, on - step),
        after=_address(view, on + step),
        found=found,
        lanes=lanes.lanes(found, days, zone),
        hours=range(rules.FIRST, rules.LAST),
        opened=opened,
        visit=opened.visit,
        form=opened.form,
        planned=PLANNED,
        may_decide=_may_decide(),
        zone=zone,
        render=render,
        words=words,
        moves=overview.MOVES,
        due=queue.due,
    )
    return page, code


def _address(view: str, on: date) -> str:
    return url_for("dispatch_staff.board", view=view, on=on)
