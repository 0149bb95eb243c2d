"""What goes on around the writing of replies and notes: drafts that the server keeps, and who else is on the ticket."""

from typing import Any

from flask import flash, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.infra.transaction import transaction
from portal.kernel import clock
from portal.kernel.errors import NotFound
from portal.tickets.queries import drafts as queries
from portal.tickets.queries import presence, scope
from portal.tickets.render import queue as render
from portal.tickets.rules.drafts import DraftKind
from portal.tickets.service import drafts as service
from portal.tickets.service import presence as marks
from portal.tickets.views_staff import act
from portal.tickets.views_staff.door import blueprint
from portal.web import fields, guards, htmx, uploads


def _kind(name: str) -> DraftKind:
    if name not in set(DraftKind):
        raise NotFound
    return DraftKind(name)


def offered(number: int, kind: DraftKind) -> dict[str, Any]:
    """What the form of a reply or note shows of its draft: when it was kept, and its files."""
    draft = queries.draft_of(guards.actor(), scope.ticket_for(guards.actor(), number).id, kind)
    files = (
        [uploads.StoredFile(f.name, f.content_type, f.size, f.sha256) for f in draft.files] if draft else []
    )
    return {"draft": draft, "draft_files": act.kept(files)}


@blueprint.post("/tickets/<int:number>/draft/<name>")
def draft(number: int, name: str) -> ResponseReturnValue:
    """Keep what is typed. htmx does so while it is typed and gets a line that says so; a button does so without scripts."""
    kind, actor = _kind(name), guards.actor()
    scope.ticket_for(actor, number)
    files, refused = uploads.receive(request.files.getlist("files"), request.form.getlist("kept_files"))
    text = fields.many_lines(request.form.get("text")) or ""
    typed = request.form.get("last_entry", "")
    with transaction():
        ticket = scope.ticket_for(actor, number)
        kept = service.keep(
            actor,
            ticket,
            kind,
            text[:100_000],
            files,
            int(typed) if typed.isdecimal() and len(typed) < 19 else None,
        )
        at = kept.changed_at if kept else None
    sentences = [str(one.sentence) for one in refused]
    if htmx.target() != "ticket-draft":  # the button, with scripts or without
        for sentence in sentences:
            flash(sentence, "error")
        flash(
            _("The draft is kept.") if at else _("There is nothing to keep."), "success" if at else "warning"
        )
        return htmx.go(act.ticket_url(number))
    return render_template(
        "tickets/_draft.html",
        number=number,
        kind=kind.value,
        at=at,
        draft_files=act.kept(files),
        refused=sentences,
    )


@blueprint.post("/tickets/<int:number>/draft/<name>/discard")
def discard_draft(number: int, name: str) -> ResponseReturnValue:
    """Throw the draft away."""
    kind = _kind(name)
    with transaction():
        service.forget(guards.actor(), scope.ticket_for(guards.actor(), number), kind)
    flash(_("The draft is thrown away."), "success")
    return htmx.go(act.ticket_url(number))


@blueprint.post("/tickets/<int:number>/presence")
def here(number: int) -> ResponseReturnValue:
    """The page is open, and what is typed on it; answers who else is there, or 204 while that is as ?version= says."""
    actor, typing = guards.actor(), request.form.get("typing", "")
    ticket_id, now = scope.ticket_for(actor, number).id, clock.now()
    if not marks.is_fresh(actor, ticket_id, typing, now):
        with transaction():
            marks.be_there(actor, scope.ticket_for(actor, number), typing, now)
    them = presence.on_ticket(actor, ticket_id)
    version = presence.mark({ticket_id: them})
    if not htmx.is_htmx():
        return htmx.go(act.ticket_url(number))
    if request.form.get("version") == version:
        return "", 204
    words = render.onlookers(them)
    return render_template(
        "tickets/_presence.html", number=number, version=version, typing=typing, words=words
    )
