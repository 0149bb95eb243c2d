"""The page of incoming mail: what waits for staff, why, the message itself, and what can be done with it.

Every view is behind the staff's door. The HTML of a stranger is shown in a frame of its own address and policy.
"""

from contextlib import suppress
from typing import Any

import filetype
from flask import Response, flash, make_response, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from portal.infra import files
from portal.infra.transaction import transaction
from portal.intake import forms, queries, render
from portal.intake.rules.mail import ParsedMail, Unreadable
from portal.intake.rules.state import InboundState
from portal.intake.service import alarms, reading
from portal.intake.service import held as actions
from portal.kernel import clock, refs
from portal.kernel.errors import NotFound, Refused
from portal.people import queries as people
from portal.web import guards, headers, htmx, languages, menu, uploads
from portal.web.paging import page_of

blueprint = guards.staff_door("intake_staff", __name__, url_prefix="/desk/mail")
ALARMS = "intake_staff.alarms"
"""The menu's count of mailboxes and doors through which no mail comes; no page of its own."""


def _count(made: Any) -> None:
    menu.register(made.app, "intake_staff.held", queries.waiting)
    menu.register(made.app, ALARMS, alarms.for_the_menu)


blueprint.record_once(_count)


@blueprint.app_context_processor
def _for_the_menu() -> dict[str, object]:
    """`mail_alarm()`: whether mail does not come through, for the menu of those who can mend it."""
    return {"mail_alarm": lambda: menu.counts()[ALARMS] > 0}


VIEWS = {
    "held": (InboundState.HELD,),
    "ignored": (InboundState.IGNORED,),
    "all": tuple(InboundState),
}


@blueprint.get("")
def held() -> ResponseReturnValue:
    """What waits for staff; put aside; everything. Below it the account of the last days and how the mailboxes are."""
    return _listed(forms.IgnoreForm(formdata=None))


def _listed(form: forms.IgnoreForm, chosen: list[int] | None = None) -> ResponseReturnValue:
    """The list; after a refused bulk action with what was chosen."""
    actor = guards.actor()
    view = request.args.get("view", "held")
    view = view if view in VIEWS else "held"
    before = request.args.get("before", type=int)
    page = page_of(queries.messages(actor, VIEWS[view], before), queries.PAGE, lambda row: row.id)
    zone = languages.zone()
    now = clock.now()
    by_day, by_box = queries.accounts(now.astimezone(zone).date(), zone)
    return render_template(
        "intake/staff/held.html",
        view=view,
        page=page,
        before=before,
        numbers=queries.ticket_numbers_of(page.rows),
        by_day=by_day,
        by_box=by_box,
        mailboxes=queries.mailboxes(),
        stuck=queries.stuck(actor, now),
        alarms=[(alarm, *render.alarm_words(alarm)) for alarm in alarms.standing(now)],
        heartbeat=alarms.last_beat(),
        waiting=menu.shown()["intake_staff.held"],
        chosen=chosen or [],
        bulk_form=form,
        render=render,
    ), 422 if form.errors else 200


@blueprint.post("/chosen")
def chosen() -> ResponseReturnValue:
    """Put several aside for one reason, or read them again."""
    form = forms.IgnoreForm()
    ids = list(dict.fromkeys(request.form.getlist("chosen", type=int)))[: queries.PAGE]
    again = request.form.get("do") == "retry"
    if again:
        form.why.validators = []
    if not form.validate_on_submit():
        return _listed(form, ids)
    done = 0
    with transaction():
        for inbound_id in sorted(
            ids
        ):  # one order, so that two people who choose the same never wait for each other
            with suppress(Refused):
                if again:
                    actions.retry(guards.actor(), inbound_id)
                else:
                    actions.ignore(guards.actor(), inbound_id, form.why.data or "")
                done += 1
    if done < len(ids):
        flash(
            ngettext(
                "%(num)s message had been dealt with since you opened the page.",
                "%(num)s messages had been dealt with since you opened the page.",
                len(ids) - done,
            ),
            "warning",
        )
    if not ids:
        flash(_("Choose messages first: tick their boxes."), "warning")
    elif done and again:
        flash(ngettext("%(num)s message is read again.", "%(num)s messages are read again.", done), "success")
    elif done:
        flash(ngettext("%(num)s message is put aside.", "%(num)s messages are put aside.", done), "success")
    return htmx.go(url_for("intake_staff.held"))


@blueprint.get("/claims/<int:number>")
def claims(number: int) -> ResponseReturnValue:
    """Held messages that claim to belong to a ticket, for that ticket's page."""
    rows = queries.claiming(guards.actor(), number)
    template = "intake/staff/_claims.html" if htmx.is_htmx() else "intake/staff/claims.html"
    return render_template(template, number=number, rows=rows, render=render, nav="tickets_staff.queue")


@blueprint.get("/<int:inbound_id>")
def message(inbound_id: int) -> ResponseReturnValue:
    """One message: why it is here, what it says, what can be done."""
    return _page(queries.inbound(guards.actor(), inbound_id))


def _page(row: queries.Row, status: int = 200, **given: object) -> ResponseReturnValue:
    """The whole page, or the part with the forms where htmx sent one of them."""
    mail, unreadable = _mail_of(row)
    context: dict[str, object] = {
        "row": row,
        "mail": mail,
        "unreadable": unreadable,
        "render": render,
        "nav": "intake_staff.held",
        "number": queries.ticket_number_of(row.ticket_id),
        "claimed": render.claimed_ticket(row.detail),
        "sender": queries.known_sender(row.sender),
        "likely": queries.likely_organisation(row.sender),
        "file_name": reading.shown_name,
        "open_to_staff": row.state in (*actions.OPEN_TO_STAFF, InboundState.RECEIVED),
        "mistakes": [],
    }
    context |= {
        "ticket_form": _ticket_form(row),
        "join_form": _join_form(row),
        "ignore_form": forms.IgnoreForm(formdata=None),
    }
    context |= given
    template = (
        "intake/staff/_actions.html" if htmx.is_htmx() and status == 422 else "intake/staff/message.html"
    )
    return render_template(template, **context), status


def _mail_of(row: queries.Row) -> tuple[ParsedMail | None, str | None]:
    try:
        return reading.read(row.sha256), None
    except Unreadable as error:
        return None, error.code
    except FileNotFoundError:
        return None, "crashed"


def _ticket_form(row: queries.Row, bound: bool = False) -> forms.TicketForm:
    """Choices depend on the organisation: the sender's own, or the one chosen just now."""
    form = forms.TicketForm() if bound else forms.TicketForm(formdata=None)
    form.organisation_id.id = "choose-organisation"  # the page leads there by it
    organisations = [(o.id, o.name) for o in queries.organisations(guards.actor())]
    sender = queries.known_sender(row.sender)
    chosen = request.values.get("organisation_id", type=int)
    if chosen is None and sender:
        ids = {i for i, _name in organisations}
        chosen = next(
            (m.organisation_id for m in sender.memberships if m.active and m.organisation_id in ids), None
        )
    if chosen is None:
        chosen = queries.organisation_at(row.sender)
    people_of_it = [(c.id, c.name) for c in people.names_of(chosen)] if chosen else []
    # Nobody is chosen by accident: without a known sender the lists begin with nothing.
    form.organisation_id.choices = (
        organisations if chosen else [(0, _("Choose an organisation")), *organisations]
    )
    known = sender is not None and sender.id in {i for i, _name in people_of_it}
    form.contact_id.choices = people_of_it if known else [(0, _("Choose a person")), *people_of_it]
    newcomer = sender is None and bool(chosen) and bool(row.sender)
    if newcomer:
        named = f"{row.sender_name} <{row.sender}>" if row.sender_name else row.sender
        form.contact_id.choices.append((actions.NEW_PERSON, _("A new person: %(name)s", name=named)))
    if not bound:
        form.organisation_id.data = chosen
        form.contact_id.data = sender.id if sender and known else 0
        form.subject.data = request.args.get("subject") or (row.subject or "")[:200]
    return form


def _join_form(row: queries.Row) -> forms.JoinForm:
    form = forms.JoinForm(formdata=None)
    claimed = render.claimed_ticket(row.detail)
    form.number.data = refs.ticket_number(claimed) if claimed else ""
    return form


def _read_for_action(inbound_id: int) -> reading.Reading | None:
    """The message with its files stored, before the transaction; None where it cannot be read."""
    row = queries.inbound(guards.actor(), inbound_id)
    with suppress(Unreadable):
        return reading.read_with_files(row.sha256)
    return None


def _refused(inbound_id: int, error: Refused, **given: object) -> ResponseReturnValue:
    return _page(queries.inbound(guards.actor(), inbound_id), 422, mistakes=[error.sentence], **given)


@blueprint.post("/<int:inbound_id>/ticket")
def make_ticket(inbound_id: int) -> ResponseReturnValue:
    """Open a ticket from it."""
    row = queries.inbound(guards.actor(), inbound_id)
    form = _ticket_form(row, bound=True)
    if not form.validate_on_submit():
        return _page(row, 422, ticket_form=form)
    read = _read_for_action(inbound_id)
    try:
        with transaction():
            number = actions.make_ticket(
                guards.actor(),
                inbound_id,
                read,
                form.organisation_id.data,
                form.contact_id.data,
                form.subject.data or "",
            )
    except Refused as error:
        return _refused(inbound_id, error, ticket_form=form)
    flash(_("Ticket %(number)s is open.", number=refs.ticket_number(number)), "success")
    return htmx.go(url_for("intake_staff.held"))


@blueprint.post("/<int:inbound_id>/join")
def join(inbound_id: int) -> ResponseReturnValue:
    """Put it on a ticket."""
    row = queries.inbound(guards.actor(), inbound_id)
    form = forms.JoinForm()
    if not form.validate_on_submit():
        return _page(row, 422, join_form=form)
    read = _read_for_action(inbound_id)
    try:
        with transaction():
            number = actions.join(guards.actor(), inbound_id, read, form.ticket_number)
    except Refused as error:
        return _refused(inbound_id, error, join_form=form)
    flash(_("The message is on ticket %(number)s now.", number=refs.ticket_number(number)), "success")
    return htmx.go(url_for("intake_staff.held"))


@blueprint.post("/<int:inbound_id>/ignore")
def ignore(inbound_id: int) -> ResponseReturnValue:
    """Put it aside, with a reason."""
    row = queries.inbound(guards.actor(), inbound_id)
    form = forms.IgnoreForm()
    if not form.validate_on_submit():
        return _page(row, 422, ignore_form=form)
    try:
        with transaction():
            actions.ignore(guards.actor(), inbound_id, form.why.data or "")
    except Refused as error:
        return _refused(inbound_id, error, ignore_form=form)
    flash(_("The message is put aside."), "success")
    return htmx.go(url_for("intake_staff.held"))


@blueprint.post("/<int:inbound_id>/retry")
def retry(inbound_id: int) -> ResponseReturnValue:
    """Read and route it anew."""
    try:
        with transaction():
            actions.retry(guards.actor(), inbound_id)
    except Refused as error:
        return _refused(inbound_id, error)
    flash(_("The message will be read again in a moment."), "success")
    return htmx.go(url_for("intake_staff.held"))


@blueprint.get("/<int:inbound_id>/original")
def original(inbound_id: int) -> ResponseReturnValue:
    """The raw message as it came, for download."""
    row = queries.inbound(guards.actor(), inbound_id)
    path = files.path_of(row.sha256)
    if not path.is_file():
        raise NotFound
    return send_file(
        path, mimetype="application/octet-stream", as_attachment=True, download_name=f"mail-{row.id}.eml"
    )


@blueprint.get("/<int:inbound_id>/frame")
def frame(inbound_id: int) -> ResponseReturnValue:
    """The inside of the sandboxed frame: the sender's HTML, sanitised at this moment. ?pictures=1: with outside pictures."""
    row = queries.inbound(guards.actor(), inbound_id)
    mail, _unreadable = _mail_of(row)
    if mail is None or not mail.body_html:
        raise NotFound
    outside = request.args.get("pictures") == "1"
    body = render_template("intake/staff/frame.html", html=render.safe_html(mail, outside=outside))
    response = make_response(body)
    response.headers["Content-Security-Policy"] = headers.mail_frame(outside_pictures=outside)
    return response


@blueprint.get("/<int:inbound_id>/files/<int:number>")
def file(inbound_id: int, number: int) -> ResponseReturnValue:
    """One attachment of a message that is not a ticket's yet. Pictures may be shown, everything else downloads."""
    row = queries.inbound(guards.actor(), inbound_id)
    mail, _unreadable = _mail_of(row)
    if mail is None or not 0 < number <= len(mail.attachments):
        raise NotFound
    attachment = mail.attachments[number - 1]
    kind = filetype.guess_mime(attachment.data) or ""
    shown = kind in uploads.INLINE_TYPES
    response = Response(attachment.data, mimetype=kind if shown else "application/octet-stream")
    response.headers.set(
        "Content-Disposition",
        "inline" if shown else "attachment",
        filename=reading.shown_name(attachment, number),
    )
    return response


_WORDS_FOR_TABS = {"held": _l("Waiting for us"), "ignored": _l("Put aside"), "all": _l("Everything")}
"""Here, and not in the template, so that the tabs and VIEWS stay one list."""


@blueprint.context_processor
def _tabs() -> dict[str, object]:
    return {"tab_words": _WORDS_FOR_TABS}
