"""The words of a mail, in the reader's language and zone, with absolute links; and the words for what became of it.

Works in the worker, without a request: an address is built from the map of routes and the configured address, never from Host.
"""

import re
from collections.abc import Callable
from typing import Any

from flask import current_app
from flask_babel import gettext as _

from portal.contracts.queries.facts import Known
from portal.contracts.render import answers, overview
from portal.kernel import refs
from portal.notify.models import Delivery, DeliveryState, Reason
from portal.notify.queries.telling import Reader
from portal.notify.rules import Message
from portal.notify.service import LINK, Rendered
from portal.people import queries as people
from portal.web import languages
from portal.web.context import settings


def link_to(endpoint: str, **values: Any) -> str:
    """The whole address of a page."""
    path = current_app.url_map.bind("portal.invalid").build(endpoint, values)
    return settings().public_url.rstrip("/") + path


def provider_name() -> str:
    """Who writes: the configured name, else the provider's."""
    provider = people.provider()
    return settings().support_name or (provider.name if provider else _("Support"))


def mail(message: Message, reader: Reader, **context: Any) -> Rendered:
    """Subject, text and HTML of a message's folder, said to one reader."""
    provider = people.provider()
    known = {
        "name": reader.name, "provider_name": provider_name(), "provider_phone": provider.phone if provider else None,
        "link": link_to,
    }  # fmt: skip
    with languages.spoken(reader.language, reader.time_zone):
        known["lang"] = languages.HTML_LANG[languages.language()]
        subject, text, html = (
            current_app.jinja_env.get_template(f"notify/email/{message.value}/{part}").render(known | context)
            for part in ("subject.txt", "body.txt", "body.html")
        )
    subject = " ".join(subject.split())
    if ticket := context.get("ticket"):
        subject = f"[{refs.ticket_number(ticket.number)}] {subject}"
    text = re.sub(r"\n{3,}", "\n\n", re.sub(r"(?<!^--)[ \t]+$", "", text, flags=re.M)).strip() + "\n"
    return Rendered(subject, text, html.strip() + "\n")


def promise_word(metric: str) -> Any:
    """What was promised, in the language of whoever reads it."""
    return answers.METRICS.get(metric, metric)


def renewal_steps(known: Known) -> tuple[Callable[[], list[str]], str]:
    """What it takes to go on, asked for in the reader's language, and the clause that says so."""
    lifecycle = known.compiled[max(known.compiled)].lifecycle
    return lambda: overview.renewal_steps(lifecycle), lifecycle.renewal_clause


def word_of(delivery: Delivery) -> tuple[str, str, str]:
    """Word, tone and drawing of what became of a mail."""
    if delivery.came_back_at is not None:
        return (_("Came back"), "late", "exclamation-octagon-fill")
    return state_word(delivery.state)


def state_word(state: DeliveryState) -> tuple[str, str, str]:
    """Word, tone and drawing of a state."""
    return {
        DeliveryState.WAITING: (_("Being sent"), "plain", "hourglass-split"),
        DeliveryState.SENT: (_("Sent"), "good", "check-circle"),
        DeliveryState.KEPT: (_("Kept here"), "plain", "inbox"),
        DeliveryState.FAILED: (_("Not sent"), "late", "exclamation-octagon-fill"),
        DeliveryState.WITHHELD: (_("Withheld"), "soon", "dash-circle"),
    }[state]


def state_sentence(delivery: Delivery) -> str:
    """What a state means, and what happens next; empty where the word says it all."""
    if delivery.came_back_at is not None:
        return _(
            "The mail server took it, and another one sent it back. Mend the address on the person's page."
        )
    if delivery.state is DeliveryState.WAITING and delivery.last_error:
        return _("The mail server did not take it yet. We try again by ourselves.")
    return {
        DeliveryState.KEPT: _(
            "No mail server is set, so the message lies in the folder for mail and on this page."
        ),
        DeliveryState.FAILED: _(
            "The mail server refused it. Mend the address or the server, then try again."
        ),
        DeliveryState.WITHHELD: reason_sentence(delivery.reason),
    }.get(delivery.state, "")


def reason_sentence(reason: Reason | None) -> str:
    """Why nothing was sent."""
    return (
        {
            Reason.TOO_MANY: _("This address had enough answers that nobody of us has read."),
            Reason.MAY_NOT_SEE: _("This person may not see the ticket any more."),
            Reason.LINK_ENDED: _("The link in it was used, replaced or has expired."),
            Reason.BOUNCING: _(
                "Mail to this address came back. Mend it on the person's page, or say there that it works."
            ),
        }.get(reason, "")
        if reason
        else ""
    )


def message_word(message: str) -> str:
    """What a message is about, in two or three words."""
    return {
        Message.OPENED_CLIENT: _("Acknowledgement"),
        Message.OPENED_PARTICIPANT: _("New request, to a participant"),
        Message.OPENED_STAFF: _("New ticket, to staff"),
        Message.CLIENT_WROTE: _("Client's message, to staff"),
        Message.STAFF_REPLIED: _("Our reply"),
        Message.ASSIGNED: _("Assignment"),
        Message.HANDED_OVER: _("Given to somebody else"),
        Message.MENTIONED: _("Named in a note"),
        Message.WAITS: _("Question to the client"),
        Message.RESOLVED: _("Solved, please confirm"),
        Message.CLOSED: _("Closed after silence"),
        Message.REOPENED_CLIENT: _("Open again"),
        Message.REOPENED_STAFF: _("Open again, to staff"),
        Message.CANCELLED_CLIENT: _("Cancelled"),
        Message.CANCELLED_STAFF: _("Withdrawn, to staff"),
        Message.MERGED: _("Two requests became one"),
        Message.PROMISE_NEAR: _("Promise near its end, to staff"),
        Message.PROMISE_BROKEN: _("Promise broken, to staff"),
        Message.CERTIFICATE_ENDS: _("A certificate ends"),
        Message.RENEWAL_CLIENT: _("Renewal is due"),
        Message.RENEWAL_STAFF: _("Renewal is due, to staff"),
        Message.EXPIRED_CLIENT: _("Contract ended"),
        Message.EXPIRED_STAFF: _("Contract ended, to staff"),
        Message.MAIL_ALARM: _("Mail does not come through, to staff"),
        Message.MAIL_ALARM_OVER: _("Mail comes through again, to staff"),
        Message.CONSENT_ASKED: _("Question for consent"),
        Message.QUOTE_SENT: _("Quote"),
        Message.QUOTE_REMINDER: _("Quote, before its last day"),
        Message.QUOTE_ANSWERED: _("Answer to a quote, to staff"),
        Message.QUOTE_CHANGE: _("Change of a quote wanted, to staff"),
        Message.QUOTE_CONFIRMED_CLIENT: _("Quote confirmed by both"),
        Message.QUOTE_CONFIRMED_STAFF: _("Quote confirmed by both, to staff"),
        Message.QUOTE_DELIVERED: _("Notice of delivery"),
        Message.QUOTE_ACCEPTANCE_NEAR: _("Reminder before acceptance"),
        Message.QUOTE_DEFECTS: _("Defects found, to staff"),
        Message.QUOTE_ACCEPTED_CLIENT: _("Work accepted"),
        Message.QUOTE_ACCEPTED_STAFF: _("Work accepted, to staff"),
        Message.QUOTE_TIME_CLIENT: _("More time for a quote"),
        Message.QUOTE_TIME_STAFF: _("More time for a quote, to staff"),
        Message.VISIT_PROPOSED: _("Times for a visit"),
        Message.VISIT_CONFIRMED: _("Visit confirmed"),
        Message.VISIT_MOVED: _("Visit moved"),
        Message.VISIT_ENGINEER: _("Another engineer comes"),
        Message.VISIT_CANCELLED: _("Visit called off"),
        Message.VISIT_SET_OUT: _("Engineer on the way"),
        Message.VISIT_NO_ACCESS: _("Nobody was there"),
        Message.VISIT_NO_SHOW: _("We did not come"),
        Message.VISIT_OVER_DAY: _("Visit not done within its day"),
        Message.VISIT_SHEET_WAITS: _("Service sheet to be signed"),
        Message.VISIT_SIGNED: _("Visit done, with its sheet"),
        Message.ROUNDS_ANNOUNCED: _("Planned rounds"),
        Message.ROUND_MOVED: _("Round moved"),
        Message.ROUND_SKIPPED: _("Round left out"),
        Message.VISIT_ASSIGNED_STAFF: _("Visit assigned, to staff"),
        Message.VISIT_MOVED_STAFF: _("Visit moved, to staff"),
        Message.VISIT_CANCELLED_STAFF: _("Visit called off, to staff"),
        Message.VISIT_WISH_STAFF: _("Another time wished, to staff"),
        Message.INVITED: _("Invitation"),
        Message.RESET_ASKED: _("New password"),
    }.get(Message(message), message)


def shown(delivery: Delivery) -> tuple[str, str]:
    """Text and HTML for the staff's eyes: where a secret link will stand, a word says so."""
    hidden = _("(link hidden)")
    return delivery.text.replace(LINK, hidden), delivery.html.replace(f'href="{LINK}"', "").replace(
        LINK, hidden
    )
