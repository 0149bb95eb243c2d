"""Beside a ticket: consents, tools, checklists with their answers, what solved the like before. A panel that the page loads."""

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from flask_babel import gettext as _

from portal.infra.transaction import transaction
from portal.kernel.errors import Refused
from portal.ladder import render
from portal.ladder.forms.consent import ConsentForm
from portal.ladder.queries import callbacks, remote, similar, upgrades
from portal.ladder.queries import checklists as checklist_queries
from portal.ladder.rules import checklist as rules
from portal.ladder.service import checklists
from portal.ladder.views_staff.door import blueprint
from portal.tickets.queries import consents, scope
from portal.tickets.queries import staff as staff_queries
from portal.tickets.queries.staff import Sheet
from portal.tickets.rules.words import ENDED
from portal.web import guards, htmx, languages


@blueprint.get("/tickets/<int:number>/ladder")
def panel(number: int) -> ResponseReturnValue:
    """The panel; without scripts a page of its own."""
    actor = guards.actor()
    sheet = staff_queries.sheet(actor, number)
    ticket = sheet.ticket
    form = ConsentForm(formdata=None)
    form.offer(sheet.told)
    form.contact_id.data = str(ticket.requester_id)
    form.scope.data = scope_words(sheet)
    template = "_panel" if htmx.is_htmx() else "staff/panel"
    return render_template(
        f"ladder/{template}.html",
        ticket=ticket,
        has_ended=ticket.status in ENDED,
        form=form,
        told=sheet.told,
        promised=render.promised(callbacks.of_ticket(actor, ticket)),
        clause=consents.clause_of(ticket),
        consents=render.leaves(consents.consents_of(actor, ticket)),
        doors=remote.doors_of(actor, ticket),
        checklists=[
            (a.checklist.id, render.title(a.version)) for a in checklist_queries.suiting(actor, ticket)
        ],
        sheets=[
            (s, render.title(s.version), render.sheet_lines(s))
            for s in checklist_queries.sheets_of(actor, ticket)
        ],
        similar=similar.solved_like(actor, ticket),
        upgrades=upgrades.of_ticket(actor, ticket),
        free_upgrades=upgrades.free_next(actor, ticket),
        nav="tickets_staff.queue",
    )


def scope_words(sheet: Sheet) -> str:
    """What is usually asked for, in the language of the person who will read it."""
    device = sheet.ticket.device
    with force_locale(languages.known(sheet.requester.language) or languages.language()):
        if device is None:
            return _("Open and change files and data as far as this request needs it")
        return _(
            "Open and change files and data on %(device)s as far as this request needs it", device=device.name
        )


@blueprint.route("/tickets/<int:number>/checklists/<int:checklist_id>", methods=["GET", "POST"])
def answer_checklist(number: int, checklist_id: int) -> ResponseReturnValue:
    """Ask the questions one by one; the answers are kept on the ticket."""
    actor = guards.actor()
    scope.ticket_for(actor, number)
    asked = checklist_queries.asked_for(actor, checklist_id)
    given = {q.key: request.form.get(f"q-{q.key}", "") for q in asked.questions}
    mistake, code = "", 200
    if request.method == "POST":
        answers = rules.answers_in(asked.questions, given)
        text = render.answers_text(asked, answers)
        version = asked.version
        try:
            with transaction():
                locked = scope.ticket_for(actor, number, lock=True)
                checklists.keep_answers(actor, locked, version, given, text)
        except Refused as refused:
            mistake, code = str(refused.sentence), 422
        else:
            flash(_("The answers are kept on the ticket."), "success")
            return htmx.go(url_for("tickets_staff.ticket", number=number))
    page = render_template(
        "ladder/staff/answer.html",
        ticket=scope.ticket_for(actor, number),
        asked=asked,
        title=render.title(asked.version),
        given=given,
        mistake=mistake,
        spoken=languages.language(),
        answer_word=render.answer_word,
        nav="tickets_staff.queue",
    )
    return page, code
