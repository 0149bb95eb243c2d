"""Where a ticket goes: to whom, on hold, solved, cancelled, up the ladder; what it is about and who follows it."""

from typing import Any

from flask import request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.assets import queries as assets
from portal.kernel.errors import Refused
from portal.people import queries as people
from portal.tickets.forms import custom
from portal.tickets.forms.staff import (
    AboutForm,
    AssignForm,
    CancelForm,
    ParticipantForm,
    PhaseForm,
    ResolveForm,
    WaitForm,
)
from portal.tickets.queries import fields, links, scope
from portal.tickets.queries import staff as queries
from portal.tickets.rules import fields as rules
from portal.tickets.rules.fields import Moment
from portal.tickets.rules.words import ClosureCode, Kind, Outcome, Phase
from portal.tickets.service import conversation, following, holds, status
from portal.tickets.service import fields as answers
from portal.tickets.service.record import Words
from portal.tickets.views_staff import act
from portal.tickets.views_staff.door import blueprint
from portal.tickets.views_staff.fields import had_on
from portal.web import guards

BOTH = ["GET", "POST"]


@blueprint.route("/tickets/<int:number>/assign", methods=BOTH)
def assign(number: int) -> ResponseReturnValue:
    """To a person, to a team, or back to the queue; from a colleague with a reason. ?me chooses who asks."""
    form = AssignForm()
    ticket, mine = scope.ticket_for(guards.actor(), number), guards.actor().user_id
    form.offer(ticket, people.staff(), people.teams(), to=mine if "me" in request.args else None)

    def step(actor: Any, locked: Any, _files: Any) -> None:
        user_id, team_id = form.chosen()
        if (locked.assignee_id, locked.team_id) == (user_id, team_id or locked.team_id):
            raise Refused(_("It is there already. Choose somebody else."), field="to")
        status.hand_over(locked, actor, user_id, team_id, reason=form.reason.data or "")

    done = _("The ticket is assigned.")
    return act.by_form(number, "assign", form, step, done, show=lambda: {"holder": ticket.assignee})


@blueprint.post("/tickets/<int:number>/take")
def take(number: int) -> ResponseReturnValue:
    """To whoever presses the button, if nobody has it."""

    def step(actor: Any, locked: Any, _files: Any) -> None:
        status.take_it(locked, actor)

    return act.by_button(number, step, _("The ticket is yours."))


@blueprint.route("/tickets/<int:number>/wait", methods=BOTH)
def wait(number: int) -> ResponseReturnValue:
    """On hold, with a reason that the client reads, and a message if one is written."""
    form = WaitForm()

    def step(actor: Any, locked: Any, _files: Any) -> None:
        words = Words(form.text.data) if form.text.data else None
        status.wait(actor, locked, form.waits_for(), form.reason.data or "", words)

    return act.by_form(number, "wait", form, step, _("The ticket is on hold."))


@blueprint.post("/tickets/<int:number>/resume")
def resume(number: int) -> ResponseReturnValue:
    """The reason for waiting is gone."""
    return act.by_button(
        number, lambda actor, locked, _files: status.resume(actor, locked), _("The work goes on.")
    )


@blueprint.route("/tickets/<int:number>/resolve", methods=BOTH)
def resolve(number: int) -> ResponseReturnValue:
    """Done: the client reads what was done and is asked to confirm. The last attempt that solved it suggests the words."""
    ticket = scope.ticket_for(guards.actor(), number)
    asked = rules.asked(fields.definitions(), ticket.kind, Moment.SOLVING, had_on(number))
    form = custom.with_fields(ResolveForm, asked, Moment.SOLVING)()
    if request.method == "GET":
        solved = [w for w in queries.attempts(ticket) if w.outcome is Outcome.SOLVED]
        if solved:
            remotely = solved[-1].phase is Phase.REMOTE
            code = ClosureCode.SOLVED_REMOTELY if remotely else ClosureCode.SOLVED_BY_ADVICE
            form.code.data, form.text.data = code.value, solved[-1].advice

    def step(actor: Any, locked: Any, files: Any) -> None:
        answers.answer(actor, locked, custom.typed(form), Moment.SOLVING)
        answers.refuse_unfilled(locked)
        status.resolve(actor, locked, form.closure(), form.words(files))

    done = _("The client is asked to confirm.")
    return act.by_form(
        number,
        "resolve",
        form,
        step,
        done,
        show=lambda: _children(number) | {"custom": custom.drawn(form), "held": holds.of(ticket.id)},
    )


@blueprint.post("/tickets/<int:number>/reopen")
def reopen(number: int) -> ResponseReturnValue:
    """It goes on after all."""

    def step(actor: Any, locked: Any, _files: Any) -> None:
        status.reopen_by_staff(actor, locked)

    return act.by_button(number, step, _("The ticket is open again."))


@blueprint.post("/tickets/<int:number>/leave-ended")
def leave_ended(number: int) -> ResponseReturnValue:
    """A reply that only thanks was read: the ticket stays as it is."""

    def step(actor: Any, locked: Any, _files: Any) -> None:
        conversation.leave_ended(actor, locked)

    return act.by_button(number, step, _("Read. The ticket stays as it is."))


@blueprint.route("/tickets/<int:number>/cancel", methods=BOTH)
def cancel(number: int) -> ResponseReturnValue:
    """Withdrawn, or a duplicate."""
    form = CancelForm()

    def step(actor: Any, locked: Any, _files: Any) -> None:
        status.cancel(actor, locked, form.reason.data or "")

    done = _("The ticket is cancelled.")
    return act.by_form(number, "cancel", form, step, done, show=lambda: _children(number))


def _children(number: int) -> dict[str, Any]:
    """Parts that are still open, to be warned of before the whole ends."""
    actor = guards.actor()
    return {"open_children": links.open_children(actor, scope.ticket_for(actor, number))}


@blueprint.route("/tickets/<int:number>/phase", methods=BOTH)
def change_phase(number: int) -> ResponseReturnValue:
    """A step on the ladder; a manager may leave one out with a reason. ?phase= chooses beforehand."""
    form = PhaseForm()
    if request.method == "GET" and request.args.get("phase") in set(Phase):
        form.phase.data = request.args["phase"]

    def step(actor: Any, locked: Any, _files: Any) -> None:
        status.change_phase(actor, locked, form.then(), override_reason=form.reason.data or "")

    return act.by_form(number, "phase", form, step, _("The phase is changed."))


@blueprint.route("/tickets/<int:number>/about", methods=BOTH)
def about(number: int) -> ResponseReturnValue:
    """Correct subject, kind, urgency, device, site and the fields of its kind."""
    ticket = scope.ticket_for(guards.actor(), number)
    kind = Kind(request.form["kind"]) if request.form.get("kind") in set(Kind) else ticket.kind
    asked = rules.asked(fields.definitions(), kind, Moment.CORRECTING)
    form = custom.with_fields(AboutForm, asked, Moment.CORRECTING, had_on(number))(obj=ticket)
    form.offer(
        assets.devices_of(guards.actor(), ticket.organisation_id), people.sites_of(ticket.organisation_id)
    )
    if request.method == "GET":
        form.choose(ticket)

    def step(actor: Any, locked: Any, _files: Any) -> None:
        following.correct(actor, locked, form.about())
        sent = {i: value for i, value in custom.typed(form).items() if f"field_{i}" in request.form}
        answers.answer(actor, locked, sent, Moment.CORRECTING)

    done = _("Corrected. The timeline keeps what it was.")
    return act.by_form(number, "about", form, step, done, show=lambda: {"custom": custom.drawn(form)})


@blueprint.route("/tickets/<int:number>/participants", methods=BOTH)
def participants(number: int) -> ResponseReturnValue:
    """Somebody of the organisation who follows the ticket, too."""
    ticket = scope.ticket_for(guards.actor(), number)
    form = ParticipantForm()
    form.offer(ticket, people.names_of(ticket.organisation_id))

    def step(actor: Any, locked: Any, _files: Any) -> None:
        following.add_participant(actor, locked, form.chosen())

    done = _("They can see the ticket from now on.")
    return act.by_form(number, "participants", form, step, done)


@blueprint.post("/tickets/<int:number>/participants/<int:contact_id>/remove")
def remove_participant(number: int, contact_id: int) -> ResponseReturnValue:
    """They no longer follow it; what they wrote stays."""

    def step(actor: Any, locked: Any, _files: Any) -> None:
        following.remove_participant(actor, locked, contact_id)

    return act.by_button(number, step, _("Removed."))
