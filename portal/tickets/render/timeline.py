"""Tickets in words: labels of what is chosen, lines of the timeline, steps of the ladder, a stranger's HTML made safe.

Everything here is for eyes: it reads what the queries brought and decides nothing.
"""

import base64
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup

from portal.infra import files
from portal.infra.plain import Plain
from portal.kernel import refs
from portal.tickets.models.ticket import Ticket, TimelineEntry
from portal.tickets.render import fields, operations, work
from portal.tickets.render.attempts import OUTCOME_FOR_CLIENT, work_facts
from portal.tickets.rules.transitions import ReplyEffect
from portal.tickets.rules.words import (
    ENDED,
    Channel,
    ClosureCode,
    EntryKind,
    Kind,
    Outcome,
    Phase,
    Status,
    Urgency,
)
from portal.tickets.service import consent
from portal.web import filters, mail_html, uploads

KIND: dict[Kind, Any] = {
    Kind.QUESTION: _l("Question"),
    Kind.FAULT: _l("Fault"),
    Kind.CHANGE: _l("Change"),
    Kind.UPDATE: _l("Update"),
    Kind.TRAINING: _l("Training"),
}
URGENCY: dict[Urgency, Any] = {
    Urgency.LOW: _l("Can wait"),
    Urgency.NORMAL: _l("Slows us down"),
    Urgency.HIGH: _l("Work has stopped"),
    Urgency.CRITICAL: _l("Danger or loss right now"),
}
STATUS: dict[Status, Any] = {
    Status.NEW: _l("New"),
    Status.IN_PROGRESS: _l("In progress"),
    Status.WAITING_CUSTOMER: _l("Waits for the client"),
    Status.WAITING_THIRD_PARTY: _l("Waits for another company"),
    Status.WAITING_PARTS: _l("Waits for parts"),
    Status.WAITING_QUOTE: _l("Waits for the quote"),
    Status.WAITING_PAYMENT: _l("Waits for payment"),
    Status.WAITING_RENEWAL: _l("Waits for renewal"),
    Status.WAITING_FUNDING: _l("Waits for funding"),
    Status.WAITING_INTERNAL: _l("Waits for us"),
    Status.RESOLVED: _l("Solved, to be confirmed"),
    Status.CLOSED: _l("Closed"),
    Status.CANCELLED: _l("Cancelled"),
}
PHASE: dict[Phase, Any] = {
    Phase.PHONE: _l("By phone"),
    Phase.REMOTE: _l("Remote"),
    Phase.ON_SITE: _l("On-site"),
    Phase.IMPROVEMENT: _l("Improvement"),
}
CHANNEL: dict[Channel, Any] = {
    Channel.WEB: _l("By web"),
    Channel.MAIL: _l("By mail"),
    Channel.PHONE: _l("By phone"),
    Channel.LETTER: _l("By letter"),
    Channel.FAX: _l("By fax"),
}
OUTCOME: dict[Outcome, Any] = {
    Outcome.SOLVED: _l("Solved"),
    Outcome.CALL_AGAIN: _l("Call again"),
    Outcome.CLIENT_TRIES: _l("The client tries our advice"),
    Outcome.NOT_REACHED: _l("Nobody reached"),
    Outcome.NOT_SOLVABLE: _l("Not solvable this way"),
}
CLOSURE: dict[ClosureCode, Any] = {
    ClosureCode.SOLVED_BY_ADVICE: _l("Solved by advice"),
    ClosureCode.SOLVED_REMOTELY: _l("Solved remotely"),
    ClosureCode.SOLVED_ON_SITE: _l("Solved on-site"),
    ClosureCode.ANSWERED: _l("Question answered"),
    ClosureCode.NOT_REPRODUCED: _l("Could not be reproduced"),
    ClosureCode.DUPLICATE: _l("Duplicate of another ticket"),
    ClosureCode.WITHDRAWN: _l("Withdrawn"),
    ClosureCode.NOT_SOLVED: _l("Could not be solved"),
}
_PICTURES_IN_MAIL = 6_000_000
_SHOWN_PICTURE = 200_000
_NOTHING = Markup("")


@dataclass(frozen=True)
class FileLine:
    """A file under a line of the timeline. `picture` is an address that may be shown, or empty."""

    name: str
    href: str
    size: str
    picture: str


@dataclass(frozen=True)
class Line:
    """A line of the timeline, ready to be drawn. `kind`: message, note, call, remote or change."""

    id: int
    kind: str
    side: str
    internal: bool
    author: str
    at: Markup
    text: Markup = _NOTHING
    quoted: Markup = _NOTHING
    frame_href: str = ""
    outside_pictures: bool = False
    """Pictures of other servers are left out of the frame."""
    channel_word: str = ""
    sentence: str = ""
    unread: bool = False
    minutes: int | None = None
    outcome: str = ""
    """The value of the outcome for staff, see `outcome_word` for the client's words."""
    facts: list[tuple[str, Any]] = field(default_factory=list)
    files: list[FileLine] = field(default_factory=list)
    origin: str = ""
    """The number of the merged ticket that it was written on."""

    @property
    def anchor(self) -> str:
        return f"entry-{self.id}"


def timeline_lines(
    entries: Iterable[Plain],
    *,
    reader_is_staff: bool,
    seen_entry_id: int | None = None,
    home: Plain | Ticket | None = None,
) -> list[Line]:
    """Lines for `templates/tickets/_timeline.html`. Lines after `seen_entry_id` that others wrote are marked unread, those
    of tickets that were merged into `home` name their own."""
    lines = []
    for entry in entries:
        unread = (
            seen_entry_id is not None
            and entry.id > seen_entry_id
            and entry.kind is not EntryKind.CHANGE
            and entry.side != "staff"
        )
        elsewhere = home is not None and entry.ticket_id != home.id
        if elsewhere and (entry.details or {}).get("what") == "merged":
            continue  # the other half of a line that stands here
        line = _line(entry, reader_is_staff, unread)
        if elsewhere:
            line = replace(line, origin=refs.ticket_number(entry.number))
        lines.append(line)
    return lines


def _line(entry: Plain, staff: bool, unread: bool) -> Line:
    common: dict[str, Any] = {
        "id": entry.id, "kind": entry.kind.value, "side": entry.side, "internal": entry.internal,
        "author": entry.author, "at": filters.when(entry.at), "unread": unread,
    }  # fmt: skip
    if entry.kind is EntryKind.CHANGE:
        return Line(**common, sentence=change_sentence(entry, staff))
    if entry.kind in (EntryKind.CALL, EntryKind.REMOTE) and entry.work:
        work = entry.work
        common["at"] = filters.when(work.started_at)
        return Line(
            **common,
            minutes=work.minutes,
            outcome=work.outcome.value if staff else "",
            facts=work_facts(work, reader_is_staff=staff),
            files=[file_line(a) for a in entry.attachments],
        )
    details = entry.details or {}
    entered_by = details.get("entered_by", "")
    words = "" if entry.channel is Channel.WEB else str(CHANNEL[entry.channel])
    if entered_by and entry.channel is not Channel.WEB:
        words = _("%(channel)s, entered by %(name)s", channel=words, name=entered_by)
    elif entered_by:
        words = _("entered by %(name)s", name=entered_by)
    if staff and details.get("number"):
        words = f"{words} · {details['number']}"
    return Line(
        **common,
        text=filters.paragraphs(entry.text),
        quoted=filters.paragraphs(entry.quoted),
        frame_href=url_for("tickets_files.frame", entry_id=entry.id) if entry.html else "",
        outside_pictures=mail_html.has_outside_pictures(entry.html or ""),
        channel_word=words,
        files=[file_line(a) for a in entry.attachments if not (entry.html and a.content_id)],
    )


def file_line(attachment: Any) -> FileLine:
    """A file's name, address and size; a small picture of a harmless type is shown, a large one would cost a phone dear."""
    name = uploads.clean_name(attachment.name)
    href = url_for("tickets_files.file", attachment_id=attachment.id, name=name)
    shown = attachment.content_type in uploads.INLINE_TYPES and attachment.size <= _SHOWN_PICTURE
    return FileLine(attachment.name, href, filters.file_size(attachment.size), href if shown else "")


def change_sentence(entry: Plain, reader_is_staff: bool) -> str:
    """The portal's own line as a sentence in the reader's language: who changed what."""
    details: Mapping[str, Any] = entry.details or {}
    who = entry.author
    what = details.get("what")
    if what == "status":
        return _status_sentence(details, who, reader_is_staff)
    if what == "phase":
        word = str(PHASE[Phase(details["to"])])
        if details.get("reason") and reader_is_staff:
            sentence = _("Next step: %(phase)s. %(name)s gave a reason", phase=word, name=who)
            return _("%(sentence)s: %(reason)s", sentence=sentence, reason=details["reason"])
        return _("Next step: %(phase)s", phase=word)
    if what == "assigned":
        return _assigned_sentence(details, who)
    if what == "participant_added":
        return _(
            "%(name)s added %(other)s to this request", name=who or _("The portal"), other=details["name"]
        )
    if what == "participant_removed":
        return _(
            "%(name)s removed %(other)s from this request", name=who or _("The portal"), other=details["name"]
        )
    if what == "consent":
        return consent.sentence_of(details, who)
    if what == "thanks_read":
        return _("%(name)s read the thanks; the request stays as it is", name=who)
    return (
        operations.sentence(details, who) or work.sentence(details, who) or _correction_sentence(details, who)
    )


def _status_sentence(details: Mapping[str, Any], who: str, staff: bool) -> str:
    then, reason = Status(details["to"]), str(details.get("reason") or "")
    if then is Status.CLOSED:
        if reason == "silence":
            return _("Closed: nothing was heard for seven days after it was solved")
        if reason and who:
            return _("%(name)s closed it: %(reason)s", name=who, reason=reason)
        return _("%(name)s confirmed that it works; closed", name=who) if who else _("Closed")
    if then is Status.CANCELLED:
        return _("%(name)s withdrew the request: %(reason)s", name=who, reason=reason)
    if then is Status.RESOLVED:
        return _("%(name)s marked it as solved", name=who)
    if then is Status.IN_PROGRESS:
        before = Status(details["from"])
        if before in ENDED or before is Status.RESOLVED:
            return _("Opened again: the work goes on")
        return _("Work on it has begun") if before is Status.NEW else _("The work goes on")
    word = str(STATUS[then]) if staff else str(_WAITS_FOR_CLIENT.get(then, STATUS[then]))
    return _("%(status)s: %(reason)s", status=word, reason=reason) if reason else word


_WAITS_FOR_CLIENT: dict[Status, Any] = {
    Status.WAITING_CUSTOMER: _l("Waits for your answer"),
    Status.WAITING_QUOTE: _l("Waits for your approval"),
    Status.WAITING_INTERNAL: _l("We are working on it"),
    Status.RESOLVED: _l("Solved, please confirm"),
}


def _assigned_sentence(details: Mapping[str, Any], who: str) -> str:
    to, team, reason = details.get("to"), details.get("team"), details.get("reason")
    if to and to == who:
        sentence = _("%(name)s took this request", name=who)
    elif to:
        sentence = _("%(name)s gave this request to %(other)s", name=who or _("The portal"), other=to)
    elif team:
        sentence = _(
            "%(name)s gave this request to the team %(team)s", name=who or _("The portal"), team=team
        )
    else:
        sentence = _("%(name)s gave this request back to the queue", name=who or _("The portal"))
    return _("%(sentence)s: %(reason)s", sentence=sentence, reason=reason) if reason else sentence


def _correction_sentence(details: Mapping[str, Any], who: str) -> str:
    labels: dict[str, tuple[Any, Mapping[Any, Any] | None]] = {
        "subject": (_("%(name)s changed the subject from “%(before)s” to “%(after)s”"), None),
        "kind": (_("%(name)s changed the kind from “%(before)s” to “%(after)s”"), KIND),
        "urgency": (_("%(name)s changed the urgency from “%(before)s” to “%(after)s”"), URGENCY),
    }
    what = str(details.get("what"))
    if what == "field":
        return fields.sentence(details, who)
    if what not in labels:
        plain = {"device_id": _("%(name)s changed the device"), "site_id": _("%(name)s changed the site")}
        return str(plain.get(what, _("%(name)s changed something"))) % {"name": who}
    sentence, words = labels[what]
    before, after = (str(words.get(details[k], details[k])) if words else details[k] for k in ("from", "to"))
    return str(sentence) % {"name": who, "before": before, "after": after}


_LADDER = (Phase.PHONE, Phase.REMOTE, Phase.ON_SITE)


def ladder_steps(
    phase: Phase, status: Status, works: Iterable[Plain], *, reader_is_staff: bool
) -> list[dict[str, Any]]:
    """Steps for `ui.ladder`: phone, remote, on-site with what was tried, or left out. A ticket that is over shows only what
    happened."""
    words = OUTCOME if reader_is_staff else OUTCOME_FOR_CLIENT
    over = status in ENDED or status is Status.RESOLVED
    now = _LADDER.index(phase) if phase in _LADDER else len(_LADDER)
    works, steps = list(works), []
    for place, step in enumerate(_LADDER):
        attempts = [
            {
                "by": w.user.name, "at": filters.when(w.started_at), "minutes": w.minutes,
                "outcome": str(words[w.outcome]), "advice": filters.paragraphs(w.advice), "why_not": w.why_not,
            }
            for w in works
            if w.phase is step
        ]  # fmt: skip
        if over and not attempts:
            continue
        if over or place < now:
            state = "done" if attempts or over else "skipped"
        else:
            state = {now: "now", now + 1: "next"}.get(place, "later")
        steps.append({"phase": step.value, "state": state, "attempts": attempts})
    return steps


def announcement(lines: list[Line]) -> str:
    """What is read out when the conversation has grown: the last that happened, people before the portal's own lines."""
    if not lines:
        return ""
    together = [line for line in lines if line.at == lines[-1].at]
    last = next((line for line in reversed(together) if line.kind != "change"), lines[-1])
    if last.kind == "change":
        return last.sentence
    time = last.at.striptags()
    if last.kind == "message":
        return _("%(name)s wrote, %(time)s", name=last.author, time=time)
    return _("%(name)s logged work, %(time)s", name=last.author, time=time)


def reply_sentence(effect: ReplyEffect, number: int) -> str:
    """What a client's message led to, said to the client. `number` is where it went."""
    if effect is ReplyEffect.NEW_TICKET:
        return _(
            "The old request ended some time ago, so your message opened a new one, %(number)s. It is linked to the old one.",
            number=refs.ticket_number(number),
        )
    if effect is ReplyEffect.REOPEN:
        return _("The request is open again, and your message is with us.")
    if effect is ReplyEffect.ASK_STAFF:
        return _("Thank you. The request stays as it is. If something still fails, just write what you see.")
    return _("Your message is with us.")


def safe_html(entry: TimelineEntry, *, outside: bool = False) -> Markup:
    """The HTML of a message for its sandboxed frame. Its own pictures come inside it (a sandboxed frame has no cookies
    to fetch them with), those of other servers stay away unless the reader asked for them.
    """
    room = _PICTURES_IN_MAIL
    inside: dict[str, str] = {}
    for attachment in entry.attachments:
        if (
            attachment.content_id
            and attachment.content_type in uploads.INLINE_TYPES
            and attachment.size <= room
        ):
            try:
                data = base64.b64encode(files.read(attachment.sha256)).decode()
            except FileNotFoundError:
                continue
            room -= attachment.size
            inside[attachment.content_id] = f"data:{attachment.content_type};base64,{data}"
    safe = mail_html.safe_html(entry.html or "", inside.get, outside=outside)
    return Markup(safe)  # noqa: S704 — sanitised by nh3 at this moment


def version_of(at: datetime) -> str:
    """A short mark of an instant, for asking whether something changed since."""
    return format(int(at.timestamp() * 1_000_000), "x")
