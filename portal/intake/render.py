"""The words for what intake decided, in the reader's language: reasons, steps, states."""

import base64

import filetype
from flask_babel import gettext as _
from markupsafe import Markup

from portal.intake.rules.alarms import Alarm, AlarmKind
from portal.intake.rules.mail import ParsedMail
from portal.intake.rules.state import InboundState
from portal.intake.service import enclosed as enclosed_words
from portal.kernel import refs
from portal.web import mail_html, uploads

PICTURES = 8_000_000
"""Bytes of pictures that a frame carries in itself; a sandboxed frame has no session to fetch them with."""


def reason_text(code: str | None, detail: str | None = None) -> str:
    """Why a message is held or put aside, and what that means for staff."""
    sentences = {
        "too_large": _("It is larger than this portal reads. The original is kept."),
        "left_on_server": _(
            "It is larger than this portal fetches. Only its headers are here; it lies on the mail server."
        ),
        "header_block_too_large": _("Its headers are larger than any honest mail's."),
        "header_too_long": _("One of its headers is longer than any honest mail's."),
        "too_many_headers": _("It has more headers than any honest mail."),
        "too_many_lines": _("It has more lines than this portal reads. The original is kept."),
        "too_many_parts": _("It has too many parts."),
        "too_deep": _("Its parts are nested too deeply."),
        "empty": _("There is nothing in it."),
        "timeout": _("Reading it took too long."),
        "memory": _("Reading it took too much memory."),
        "crashed": _("It could not be read."),
        "no_sender": _("It does not say who wrote it."),
        "heartbeat": _("The portal wrote it to itself to see that mail comes through."),
        "own_mail": _("It is one of our own mails come back."),
        "list_copy": _("A mailing list's copy of a mail that came straight to us before."),
        "automatic": _("A machine answered, and it belongs to no ticket."),
        "automatic_unasked": _(
            "A device or program of a client wrote on its own. Look whether it reports a fault."
        ),
        "bounce": _("One of our mails came back for good. Its address is marked."),
        "bounce_temporary": _("One of our mails is delayed. The server goes on trying."),
        "bounce_unproven": _(
            "It says that a mail of ours was not delivered, but names none that we sent. Anybody can write that."
        ),
        "receipt": _("Somebody confirms that they opened our mail."),
        "abuse": _("Somebody reported a mail of ours as unwanted. Ask the client before sending more."),
        "challenge": _(
            "It asks us to prove that we are people before it delivers our mail. Open it and follow what it says."
        ),
        "auth_fail": _(
            "Our mail server says that it does not come from where its sender's address says. It may be forged."
        ),
        "bulk": _("It is a newsletter or a mailing list."),
        "stranger_on_ticket": _("It answers a ticket, but comes from an address that we do not know."),
        "no_right_on_ticket": _("It answers a ticket that this sender may not see."),
        "staff_by_mail": _(
            "It bears the address of one of our staff, and our mail server does not vouch for it. Or it belongs to no client."
        ),
        "unknown_sender": _("We do not know this sender."),
        "unknown_at_domain": _(
            "We do not know this person. The address belongs to a client's domain, but our mail server does not vouch for it."
        ),
        "no_organisation": _("The sender belongs to no organisation that we look after at present."),
        "too_many": _("This address has sent very many mails within an hour."),
        "refused": _("It could not be put where it belongs, for the person or the ticket has changed."),
        "by_staff": _("Put aside by staff."),
    }
    return sentences.get(code or "", "")


def alarm_words(alarm: Alarm) -> tuple[str, str]:
    """What is wrong, and what to do about it."""
    return {
        AlarmKind.REFUSED: (
            _("The mail server does not let us into %(box)s.", box=alarm.subject),
            _(
                "Its password or token has ended. Renew it in the settings and restart the worker. Mail waits on the server."
            ),
        ),
        AlarmKind.NOT_FETCHED: (
            _("No mail was fetched from %(box)s for a while.", box=alarm.subject),
            _(
                "Look whether the worker runs and whether the mail server answers. Mail waits on the server meanwhile."
            ),
        ),
        AlarmKind.BACKLOG: (
            _("Mail came in and is not being read."),
            _(
                "Look whether the worker runs, and at the jobs that gave up. What came in is kept here and will be read."
            ),
        ),
        AlarmKind.HEARTBEAT: (
            _("The mail that the portal sends to itself does not come back."),
            _(
                "Mail to us or from us may not arrive. Look at the outgoing server and at how mail to our address is delivered."
            ),
        ),
    }[alarm.kind]


def claimed_ticket(detail: str | None) -> int | None:
    """The ticket that a held message claims to belong to."""
    return refs.parse_ticket_number(detail or "")


def state_word(state: InboundState) -> tuple[str, str, str]:
    """Word, tone and drawing of a state."""
    return {
        InboundState.RECEIVED: (_("Being read"), "plain", "hourglass-split"),
        InboundState.TICKET: (_("New ticket"), "good", "check-circle-fill"),
        InboundState.REPLY: (_("Added to a ticket"), "good", "check-circle"),
        InboundState.HELD: (_("Held"), "soon", "exclamation-triangle-fill"),
        InboundState.IGNORED: (_("Put aside"), "plain", "dash-circle"),
    }[state]


def step_texts(steps: list[list[str]] | None) -> list[tuple[str, str]]:
    """The steps that routing took, as (question, finding)."""
    questions = {
        "read": _("Can it be read?"),
        "control": _("Did it bear marks that only our servers may set?"),
        "shape": _("Does it say who wrote it?"),
        "loop": _("Has it been here before?"),
        "automatic": _("Did a machine write it?"),
        "bulk": _("Is it a newsletter or a list?"),
        "authentic": _("Does our mail server vouch for the sender?"),
        "token": _("Does it go to a ticket's own reply address?"),
        "references": _("Does it answer a mail of a ticket?"),
        "subject": _("Does the subject name a ticket?"),
        "right": _("May the sender write to that ticket?"),
        "merged": _("Was that ticket merged into another?"),
        "closed": _("Has that ticket ended?"),
        "known": _("Do we know the sender?"),
        "rate": _("Are there too many from this address?"),
        "organisation": _("Which organisation is it for?"),
        "defaults": _("Does its mailbox say more?"),
        "acknowledgement": _("Is it acknowledged?"),
    }
    findings = {
        "ok": _("yes"),
        "no": _("no"),
        "none": _("no"),
        "no_sender": _("no"),
        "list_copy": _("yes, and this is a mailing list's copy"),
        "own_id": _("yes, it is ours by its id"),
        "own_mark": _("yes, it is ours by its mark"),
        "own_address": _("yes, it is ours by its address"),
        "taken_out": _("yes, and they were taken out"),
        "bounce": _("yes, it says that our mail did not arrive"),
        "bounce_temporary": _("yes, it says that our mail is delayed"),
        "receipt": _("yes, it confirms that our mail was opened"),
        "abuse": _("yes, it says that our mail is unwanted"),
        "challenge": _("yes, it wants us to prove that we are people"),
        "automatic": _("yes, an automatic answer"),
        "unasked": _("yes, on its own"),
        "bulk": _("yes"),
        "not_asked": _("not asked"),
        "pass": _("yes"),
        "fail": _("no, it says that the address is forged"),
        "not_writer": _("not for the one who wrote it"),
        "names_ticket": _("yes"),
        "stranger": _("no, we do not know the sender"),
        "staff": _("as staff, and nobody vouches for it"),
        "staff_proven": _("yes, as staff"),
        "no_right": _("no"),
        "participant": _("yes"),
        "follows": _("yes, and it goes on there"),
        "open": _("no"),
        "ended_lately": _("yes, lately"),
        "ended_long_ago": _("yes, long ago: a new ticket follows it"),
        "public": _("a reply to the client"),
        "internal": _("an internal note"),
        "forwarded": _("yes, of ours, who forwards a client's mail"),
        "at_domain": _("no, but they write from a client's own domain"),
        "domain_unproven": _("no, and nobody vouches for the domain"),
        "by_mailbox": _("no, but the mailbox takes them"),
        "unknown": _("no"),
        "no_organisation": _("yes, but of no client"),
        "contact": _("yes"),
        "too_many": _("yes"),
        "default_of_several": _("the first of several"),
        "only": _("the sender's only one"),
        "mailbox": _("as its mailbox says"),
        "domain": _("by the address's domain"),
        "plain": _("no"),
        "yes": _("yes"),
        "mailbox_says_no": _("no, by its mailbox"),
        "wants_none": _("no, it wants none"),
        "unproven": _("no, the address may be forged"),
        "too_soon": _("no, this address had an answer just now"),
    }
    shown = []
    for step in steps or []:
        name, finding = step[0], step[1]
        answers = {("rate", "ok"): _("no"), ("acknowledgement", "too_many"): _("no, this address had many")}
        known = answers.get((name, finding)) or findings.get(finding)
        word = known or reason_text(finding) or finding
        shown.append((questions.get(name, name), word))
    return shown


def enclosed(mail: ParsedMail) -> str:
    """What it carries beside its text, in words."""
    return enclosed_words.words(mail)


def has_outside_pictures(mail: ParsedMail) -> bool:
    """Whether its frame leaves pictures of other servers out."""
    return mail_html.has_outside_pictures(mail.body_html)


def safe_html(mail: ParsedMail, *, outside: bool = False) -> Markup:
    """The sender's HTML, sanitised, with the pictures that came along inside it; others only where the reader asked."""
    inside: dict[str, str] = {}
    room = PICTURES
    for attachment in mail.attachments:
        kind = filetype.guess_mime(attachment.data) or ""
        if attachment.content_id and kind in uploads.INLINE_TYPES and attachment.size <= room:
            room -= attachment.size
            inside[attachment.content_id] = f"data:{kind};base64,{base64.b64encode(attachment.data).decode()}"
    safe = mail_html.safe_html(mail.body_html, inside.get, outside=outside)
    return Markup(safe)  # noqa: S704 — sanitised by nh3 at this moment
