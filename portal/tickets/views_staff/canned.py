"""Canned replies and macros: their pages, the list beside a reply, and a macro used on a ticket after a look at it."""

from typing import Any

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.infra.transaction import transaction
from portal.kernel.errors import Refused
from portal.people import queries as people
from portal.tickets.forms import choices
from portal.tickets.forms.canned import CannedReplyForm, MacroForm, UseMacroForm
from portal.tickets.queries import canned as queries
from portal.tickets.queries import scope
from portal.tickets.queries.canned import CannedReply, Macro
from portal.tickets.rules.canned import Field, Steps, filled, in_language, steps_of
from portal.tickets.rules.words import Phase, Status
from portal.tickets.service import canned as service
from portal.tickets.views_staff import act
from portal.tickets.views_staff import ticket as pages
from portal.tickets.views_staff.door import blueprint
from portal.web import filters, guards, htmx, languages

BOTH = ["GET", "POST"]


def _page(what: str, **more: Any) -> str:
    listing = f"tickets_staff.{'canned' if what == 'reply' else 'macros'}"
    fields = [f"{{{f.value}}}" for f in Field]
    return render_template(
        "tickets/staff/canned.html",
        nav="tickets_staff.canned",
        listing=listing,
        what=what,
        fields=fields,
        **more,
    )


def _rows(kind: Any) -> list[tuple[Any, bool]]:
    actor = guards.actor()
    return [(one, queries.may_change(actor, one)) for one in queries.usable(actor, kind)]


@blueprint.get("/replies")
def canned() -> ResponseReturnValue:
    """Canned replies, own and shared."""
    return _page("reply", rows=_rows(CannedReply), form=None)


@blueprint.route("/replies/new", methods=BOTH)
def new_canned() -> ResponseReturnValue:
    """A new one."""
    return _edit_reply(None, CannedReplyForm())


@blueprint.route("/replies/<int:canned_id>", methods=BOTH)
def edit_canned(canned_id: int) -> ResponseReturnValue:
    """One that the actor may change."""
    one = queries.changeable(guards.actor(), CannedReply, canned_id)
    return _edit_reply(canned_id, CannedReplyForm(obj=one))


def _edit_reply(id_: int | None, form: CannedReplyForm) -> ResponseReturnValue:
    def keep() -> None:
        texts = form.text_en.data or "", form.text_zh.data or ""
        service.keep_reply(guards.actor(), id_, form.name.data or "", *texts, shared=form.shared.data)

    return _edit("reply", id_, form, keep)


def _edit(what: str, id_: int | None, form: CannedReplyForm, keep: Any) -> ResponseReturnValue:
    if request.method == "GET":
        return _page(what, form=form, id_=id_)
    if form.validate():
        try:
            with transaction():
                keep()
        except Refused as refused:
            form.refuse(refused)
        else:
            flash(_("Kept."), "success")
            return htmx.go(url_for(f"tickets_staff.{'canned' if what == 'reply' else 'macros'}"))
    return _page(what, form=form, id_=id_), 422


@blueprint.post("/replies/<int:canned_id>/remove")
def remove_canned(canned_id: int) -> ResponseReturnValue:
    """It is not offered any more."""
    with transaction():
        service.remove(guards.actor(), CannedReply, canned_id)
    flash(_("Removed."), "success")
    return htmx.go(url_for("tickets_staff.canned"))


@blueprint.get("/macros")
def macros() -> ResponseReturnValue:
    """Macros, own and shared."""
    return _page("macro", rows=_rows(Macro), form=None)


@blueprint.route("/macros/new", methods=BOTH)
def new_macro() -> ResponseReturnValue:
    """A new one."""
    return _edit_macro(None, MacroForm())


@blueprint.route("/macros/<int:macro_id>", methods=BOTH)
def edit_macro(macro_id: int) -> ResponseReturnValue:
    """One that the actor may change."""
    one = queries.changeable(guards.actor(), Macro, macro_id)
    form = MacroForm()
    if request.method == "GET":
        form.choose(one.name, steps_of(one.steps), one.shared)
    return _edit_macro(macro_id, form)


def _edit_macro(id_: int | None, form: MacroForm) -> ResponseReturnValue:
    form.offer(people.staff(), people.teams())

    def keep() -> None:
        service.keep_macro(guards.actor(), id_, form.name.data or "", form.steps(), shared=form.shared.data)

    return _edit("macro", id_, form, keep)


@blueprint.post("/macros/<int:macro_id>/remove")
def remove_macro(macro_id: int) -> ResponseReturnValue:
    """It is not offered any more."""
    with transaction():
        service.remove(guards.actor(), Macro, macro_id)
    flash(_("Removed."), "success")
    return htmx.go(url_for("tickets_staff.macros"))


def text_for(ticket: Any, text_en: str, text_zh: str) -> str:
    """In the requester's language and time zone, with the ticket's values in its fields."""
    reader = ticket.requester
    language = languages.known(reader.language) or "en"
    with languages.spoken(language, reader.time_zone):
        due = filters.when_text(ticket.due_at) if ticket.due_at else ""
        values = service.values_for(guards.actor(), ticket, due)
    return filled(in_language(text_en, text_zh, language), values)


@blueprint.get("/tickets/<int:number>/canned")
def canned_for(number: int) -> ResponseReturnValue:
    """The canned replies with this ticket's values, to be put into the reply: by a click, or by a link without scripts."""
    ticket = scope.ticket_for(guards.actor(), number)
    rows = [
        (one, text_for(ticket, one.text_en, one.text_zh))
        for one in queries.usable(guards.actor(), CannedReply)
    ]
    return render_template("tickets/_canned.html", number=number, rows=rows)


@blueprint.get("/tickets/<int:number>/macros")
def macros_for(number: int) -> ResponseReturnValue:
    """The macros, to choose one for this ticket."""
    return pages.page(number, "macros", macros=queries.usable(guards.actor(), Macro))


@blueprint.route("/tickets/<int:number>/macros/<int:macro_id>", methods=BOTH)
def use_macro(number: int, macro_id: int) -> ResponseReturnValue:
    """GET shows what it would do, with its words filled and free to be changed; POST does all of it, or nothing."""
    actor = guards.actor()
    ticket, one = scope.ticket_for(actor, number), queries.usable_one(actor, Macro, macro_id)
    steps, form = steps_of(one.steps), UseMacroForm()
    name, left = one.name, []
    if request.method == "GET":
        form.text.data = text_for(ticket, steps.text_en, steps.text_zh)
        form.reason.data = text_for(ticket, steps.reason, steps.reason)

    def step(who: Any, locked: Any, _files: Any) -> None:
        words = form.text.data or "", form.reason.data or "", form.handed.data or ""
        left.extend(service.carry_out(who, locked, steps, *words))

    more: dict[str, Any] = {
        "macro_id": macro_id,
        "macro_name": name,
        "macro_steps": steps,
        "will": _will(steps, service.phase_of(ticket, steps)),
        "skipped": service.skipped(ticket, steps),
        "takes_over": service.takes_over(actor, ticket, steps),
    }
    if request.method == "GET":
        more["obstacle"] = service.obstacle(ticket, steps)
        return pages.page(number, "macro", form, **more)
    if form.validate():
        try:
            act.carry_out(number, step, [])
        except Refused as refused:
            form.refuse(refused)
        else:
            flash(_("“%(name)s” is done.", name=name), "success")
            for sentence in left:
                flash(sentence, "warning")
            return htmx.go(act.ticket_url(number))
    return pages.page(number, "macro", form, 422, **more)


def _will(steps: Steps, then: Phase | None) -> list[str]:
    """What a macro does beside its words. `then`: the phase that the ticket goes into by it."""
    found = []
    if steps.assign == "me":
        found.append(_("The ticket becomes yours."))
    elif steps.assign == "nobody":
        found.append(_("The ticket goes back to the queue."))
    elif steps.assign:
        names = {f"u{u.id}": u.name for u in people.staff()} | {f"t{t.id}": t.name for t in people.teams()}
        found.append(_("The ticket goes to %(name)s.", name=names.get(steps.assign, "?")))
    if then is not None:
        found.append(_("The phase becomes: %(phase)s.", phase=choices.PHASES[then]))
    if steps.add_tags:
        found.append(_("It gets the tags: %(names)s.", names=steps.add_tags))
    if steps.remove_tags:
        found.append(_("It loses the tags: %(names)s.", names=steps.remove_tags))
    if steps.closes:
        found.append(_("It is closed: the client has confirmed that it works."))
    if steps.resolves:
        found.append(_("It is marked as solved: %(how)s.", how=choices.CLOSURES[steps.closure]))
    elif steps.waits:
        found.append(_("It is put on hold: %(what)s.", what=choices.WAITS[Status(steps.status)]))
    return found
