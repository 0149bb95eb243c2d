"""What staff say and do on a ticket: calls, remote sessions, replies, internal notes."""

from collections.abc import Callable
from typing import Any

from flask import request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.kernel.errors import Refused, Stale
from portal.people import queries as people
from portal.tickets.forms.attempts import CallForm, RemoteForm
from portal.tickets.forms.staff import NoteForm, ReplyForm
from portal.tickets.queries import canned, running, scope
from portal.tickets.queries import staff as queries
from portal.tickets.render import timeline as render
from portal.tickets.rules.drafts import DraftKind
from portal.tickets.rules.words import Outcome
from portal.tickets.service import conversation, drafts, work
from portal.tickets.views_staff import act
from portal.tickets.views_staff import canned as words_of_canned
from portal.tickets.views_staff import writing as drafting
from portal.tickets.views_staff.door import blueprint
from portal.web import guards

BOTH = ["GET", "POST"]


@blueprint.route("/tickets/<int:number>/call", methods=BOTH)
def log_call(number: int) -> ResponseReturnValue:
    """A call in one short form; one that solved it leads on to the words for the client."""
    ticket = scope.ticket_for(guards.actor(), number)
    form = CallForm()
    form.offer(ticket, people.names_of(ticket.organisation_id))
    form.follow(running.running_on(guards.actor(), ticket.id), first=request.method == "GET")

    def step(actor: Any, locked: Any, _files: Any) -> None:
        work.log_call(actor, locked, form.work())

    return act.by_form(
        number,
        "call",
        form,
        step,
        _("The call is logged."),
        then=lambda: _after(number, form),
        stale=_anew(form),
    )


@blueprint.route("/tickets/<int:number>/remote", methods=BOTH)
def log_remote(number: int) -> ResponseReturnValue:
    """A remote session; the ticket climbs to that step of the ladder."""
    form = RemoteForm()
    ticket = scope.ticket_for(guards.actor(), number)
    form.follow(running.running_on(guards.actor(), ticket.id), first=request.method == "GET")

    def step(actor: Any, locked: Any, _files: Any) -> None:
        work.log_remote(actor, locked, form.work())

    done = _("The remote session is logged.")
    return act.by_form(
        number, "remote", form, step, done, then=lambda: _after(number, form), stale=_anew(form)
    )


def _anew(form: CallForm | RemoteForm) -> Callable[[Refused], dict[str, Any]]:
    """A form that was logged with other words gets a key of its own."""

    def stale(refused: Refused) -> dict[str, Any]:
        if isinstance(refused, work.LoggedAlready):
            form.renew()
        return {}

    return stale


def _after(number: int, form: CallForm | RemoteForm) -> str:
    if form.outcome.data == Outcome.SOLVED:
        return url_for("tickets_staff.resolve", number=number)
    return act.ticket_url(number)


@blueprint.route("/tickets/<int:number>/reply", methods=BOTH)
def reply(number: int) -> ResponseReturnValue:
    """A public answer. If something public came while it was written, it is shown again beside what came."""
    actor = guards.actor()
    form = ReplyForm()

    def offered() -> dict[str, Any]:
        found = drafting.offered(number, DraftKind.REPLY)
        draft = found["draft"]
        begun_at = draft.last_entry_id if draft else None
        form.last_entry.data = str(begun_at or queries.last_entry_id(actor, number))
        texts = [draft.text if draft else "", _canned(number)]
        form.text.data = "\n\n".join(text for text in texts if text)
        return found

    def step(who: Any, locked: Any, files: Any) -> None:
        conversation.reply(who, locked, form.words(files), seen_entry_id=form.seen_entry_id())
        drafts.forget(who, locked, DraftKind.REPLY)

    def stale(refused: Refused) -> dict[str, Any]:
        if not isinstance(refused, Stale):
            return {}
        came = queries.came_since(actor, scope.ticket_for(actor, number), form.seen_entry_id() or 0)
        form.last_entry.data = str(came[-1].id) if came else form.last_entry.data
        return {"came": render.timeline_lines(came, reader_is_staff=True), "is_stale": True}

    done = _("Your reply is on its way.")
    return act.by_form(number, "reply", form, step, done, stale=stale, offered=offered)


def _canned(number: int) -> str:
    """The words of ?canned=, for those who choose a canned reply without scripts."""
    chosen = request.args.get("canned", type=int)
    if chosen is None:
        return ""
    one = canned.usable_one(guards.actor(), canned.CannedReply, chosen)
    return words_of_canned.text_for(scope.ticket_for(guards.actor(), number), one.text_en, one.text_zh)


@blueprint.route("/tickets/<int:number>/note", methods=BOTH)
def note(number: int) -> ResponseReturnValue:
    """An internal note: it is mailed to nobody."""
    form = NoteForm()

    def step(actor: Any, locked: Any, files: Any) -> None:
        conversation.add_note(actor, locked, form.words(files))
        drafts.forget(actor, locked, DraftKind.NOTE)

    def offered() -> dict[str, Any]:
        found = drafting.offered(number, DraftKind.NOTE)
        form.text.data = found["draft"].text if found["draft"] else form.text.data
        return found

    done = _("The note is kept. Only staff see it.")
    return act.by_form(number, "note", form, step, done, offered=offered)
