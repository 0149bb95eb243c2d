"""Bytes of a mail -> ParsedMail.

Owns the caps on the raw bytes and the walk over the parts. Refuses to interpret who may do what: route.py.
Called in the child process only (portal/intake/service/reading.py), except in unit tests.
"""

import re
from dataclasses import replace
from email import message_from_bytes, policy
from email.message import Message

from portal.intake.rules import author, charsets, headers, html_text, machines, structure
from portal.intake.rules.mail import Address, Caps, ParsedMail, Unreadable
from portal.intake.rules.parts import Walk
from portal.intake.rules.quotes import fold, forwarded
from portal.intake.rules.transfer import Aside, set_aside

DIVIDED = 200_000
DIVIDED_LINES = 4_000
"""Characters and lines of a text in which a quoted history is looked for."""

KEPT_HEADERS = (
    "from",
    "to",
    "cc",
    "reply-to",
    "sender",
    "return-path",
    "subject",
    "date",
    "message-id",
    "in-reply-to",
    "references",
    "auto-submitted",
    "precedence",
    "list-id",
    "list-unsubscribe",
    "x-auto-response-suppress",
    "x-autoreply",
    "x-mailer",
    "content-type",
    "delivered-to",
    "x-original-to",
    "envelope-to",
    "x-envelope-to",
    "authentication-results",
    "x-loop",
    "x-portal-loop",
    "x-portal-instance",
    "x-original-from",
    "x-original-sender",
    "x-google-original-from",
    "original-from",
    "list-post",
    "mailing-list",
    "x-beenthere",
    "x-mailman-version",
    "x-failed-recipients",
    "user-agent",
    "importance",
)


def parse(raw: bytes, caps: Caps | None = None) -> ParsedMail:
    """Read one mail. Raises Unreadable with a stable code where it is over a cap or no mail at all."""
    caps = caps or Caps()
    raw = structure.without_envelope(raw)
    structure.check_headers(raw, caps)
    raw, aside = set_aside(raw, structure.header_end(raw, caps.header_block))
    structure.check_parts(raw, caps)
    raw, broken = structure.mended(raw, caps)
    try:
        message: Message = message_from_bytes(raw, policy=policy.compat32)
        walk = Walk(caps, aside)
        walk.sources[id(message)] = raw
        walk.part(message, 0)
    except RecursionError:
        raise Unreadable("too_deep") from None
    text = walk.text()
    if not text.strip() and not walk.attachments and not walk.html:
        text = _what_there_is(raw, aside, caps)
    html = "\n".join(walk.html)
    fields = _fields(message)
    first = {name: values[0] for name, values in fields.items()}
    sender = next(iter(headers.addresses(first.get("from", ""), 5)), None)
    if sender is None or not sender.email:
        fallback = next(iter(headers.addresses(first.get("sender", ""), 5)), None)
        sender = fallback if fallback and fallback.email else (sender or Address(""))
    mail = ParsedMail(
        subject=headers.text(first.get("subject", ""), 998),
        sender=sender,
        to=_all(fields.get("to"), caps),
        cc=_all(fields.get("cc"), caps),
        reply_to=_all(fields.get("reply-to"), caps),
        delivered_to=tuple(
            dict.fromkeys(
                a.email
                for name in ("delivered-to", "x-original-to", "envelope-to", "x-envelope-to")
                for a in _all(fields.get(name), caps)
                if a.email
            )
        ),
        message_id=next(iter(headers.ids(first.get("message-id", ""))), ""),
        in_reply_to=headers.ids(" ".join(fields.get("in-reply-to", ()))),
        references=headers.ids(" ".join(fields.get("references", ()))),
        date=headers.date(first["date"]) if "date" in first else None,
        body_text=html_text.without_marks(text),
        body_html=html[: caps.html],
        attachments=tuple(walk.attachments),
        headers={name: tuple(headers.text(v, 2000) for v in values[:20]) for name, values in fields.items()},
        notes=tuple(dict.fromkeys(walk.notes)),
        invitations=tuple(walk.invitations[:5]),
    )
    answers = bool(mail.in_reply_to or mail.references)
    lines = text[:DIVIDED].split("\n", DIVIDED_LINES)[:DIVIDED_LINES]
    head = "\n".join(lines)
    split = fold.split(head, answers=answers)
    if len(text) > len(head):  # a log of a megabyte is no correspondence
        rest = html_text.without_marks(text[len(head) :])
        split = fold.Split(split.new, split.old + rest) if split.old else fold.Split(split.new + rest, "")
    writer, by = author.behind_list(mail.sender, mail.headers)
    if broken:  # what was read as headers against their form is not lost where it was something else
        remains = charsets.decode(broken[: caps.header])
        mail = replace(mail, body_text=f"{remains}\n\n{mail.body_text}")
        split = fold.Split(split.new, f"{split.old}\n\n{remains}".strip("\n"))
    mail = replace(mail, reply_text=split.new, quoted_text=split.old, author=writer, author_by=by)
    mail = replace(mail, forwarded=forwarded.of(head, mail.subject))
    return replace(mail, flags=machines.flags(mail, message, aside))


def _what_there_is(raw: bytes, aside: Aside, caps: Caps) -> str:
    """The body as it stands, for a message whose parts hold nothing: its delimiters are wrong, its words may be there."""
    body = re.split(rb"\r?\n\r?\n", raw, maxsplit=1)
    if len(body) < 2 or not body[1].strip():
        return ""
    text = charsets.decode(aside.back(body[1])[: caps.text * 2])[: caps.text]
    return re.sub(r"(?im)^(?:--\S{1,200}|content-[a-z-]{1,40}:.*)\n", "", text).strip("\n")


def _fields(message: Message) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in message.raw_items():
        key = name.strip().lower()
        if key in KEPT_HEADERS:
            found.setdefault(key, []).append(str(value))
    return found


def _all(values: list[str] | None, caps: Caps) -> tuple[Address, ...]:
    found: list[Address] = []
    for value in values or ():
        found.extend(headers.addresses(value, caps.addresses - len(found)))
        if len(found) >= caps.addresses:
            break
    return tuple(dict.fromkeys(found))
