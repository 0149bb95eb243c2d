"""Bytes of a mail -> ParsedMail.

Owns the caps on the raw bytes and the walk over the parts. Refuses to interpret who may do what: route.py.
Called in the child process only (portal/intake/reader.py), except in unit tests.
"""

import re
from dataclasses import replace
from email import message_from_bytes, policy
from email.message import Message

from portal.intake.rules import author, headers, html_text, machines
from portal.intake.rules.mail import Address, Caps, ParsedMail, Unreadable
from portal.intake.rules.parts import Walk
from portal.intake.rules.quotes import fold, forwarded
from portal.intake.rules.transfer import set_aside

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
    raw = _without_envelope(raw)
    check(raw, caps)
    raw, aside = set_aside(raw)
    message: Message = message_from_bytes(raw, policy=policy.compat32)
    if not message.keys() and not raw.strip():
        raise Unreadable("empty")
    walk = Walk(caps, aside)
    walk.sources[id(message)] = raw
    walk.part(message, 0)
    text = walk.text()
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
    )
    split = fold.split(text, answers=bool(mail.in_reply_to or mail.references))
    writer, by = author.behind_list(mail.sender, mail.headers)
    mail = replace(mail, reply_text=split.new, quoted_text=split.old, author=writer, author_by=by)
    mail = replace(mail, forwarded=forwarded.of(text, mail.subject))
    return replace(mail, flags=machines.flags(mail, message, aside))


def check(raw: bytes, caps: Caps) -> None:
    """Caps on the raw bytes, before a parser sees them."""
    if len(raw) > caps.message:
        raise Unreadable("too_large", f"{len(raw)} bytes")
    if not raw.strip(b"\0\r\n \t"):
        raise Unreadable("empty")
    ends = [
        at
        for at in (
            raw.find(b"\n\n", 0, caps.header_block + 4),
            raw.find(b"\r\n\r\n", 0, caps.header_block + 4),
            raw.find(b"\n\r\n", 0, caps.header_block + 4),
        )
        if at >= 0
    ]
    end = min(ends) if ends else len(raw)
    if end > caps.header_block:
        raise Unreadable("header_block_too_large", f"more than {caps.header_block} bytes")
    block = raw[:end]
    lines = re.split(rb"\r?\n(?![ \t])", block)
    if len(lines) > caps.headers:
        raise Unreadable("too_many_headers", str(len(lines)))
    longest = max(map(len, lines), default=0)
    if longest > caps.header:
        raise Unreadable("header_too_long", f"{longest} bytes")
    if (
        raw.count(b"\n--") > caps.parts * 20
        and len(set(re.findall(rb"(?i)boundary\s*=\s*[^\r\n;]+", raw))) > 0
    ):
        delimiters = sum(raw.count(b"\n--" + b.strip(b" \"'")) for b in _boundaries(raw)[:50])
        if delimiters > caps.parts * 4:
            raise Unreadable("too_many_parts", str(delimiters))
    if len(_boundaries(raw)) > caps.depth * 8:
        raise Unreadable("too_deep", f"{len(_boundaries(raw))} boundaries")


def message_id_of(raw: bytes) -> str:
    """The Message-ID alone, before anything is read: by it a later answer knows that its first mail is still waiting."""
    block = re.split(rb"\r?\n\r?\n", raw[: 1 << 20], maxsplit=1)[0]
    found = re.search(rb"(?im)^message-id[ \t]*:\s*(<[^<>\s]{1,510}>)", block)
    return next(iter(headers.ids(found.group(1).decode("ascii", "replace"))), "") if found else ""


def glimpse(raw: bytes) -> tuple[Address, str]:
    """Sender and subject of a mail that is not read, from the first lines alone, so that staff see whose it is."""
    block = re.split(rb"\r?\n\r?\n", _without_envelope(raw[: 1 << 20]), maxsplit=1)[0]
    found: dict[bytes, str] = {}
    for match in re.finditer(
        rb"(?im)^(from|subject)[ \t]*:([^\r\n]{0,1000}(?:\r?\n[ \t][^\r\n]{0,500}){0,3})", block
    ):
        found.setdefault(match.group(1).lower(), match.group(2).decode("ascii", "surrogateescape"))
    sender = next(iter(headers.addresses(found.get(b"from", ""), 2)), Address(""))
    return sender, headers.text(found.get(b"subject", ""), 200)


def _boundaries(raw: bytes) -> list[bytes]:
    return list(dict.fromkeys(re.findall(rb"(?i)boundary\s*=\s*\"?([^\r\n;\"]+)", raw)))


def _without_envelope(raw: bytes) -> bytes:
    """mbox lines, blank lines and a byte order mark before the first header are no part of the mail."""
    raw = raw.removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n")
    if raw[:1] in b" \t" and re.match(rb"[ \t]+[!-9;-~]+:", raw):
        raw = raw.lstrip(b" \t")
    while raw.startswith((b"From ", b">From ")):
        raw = raw.partition(b"\n")[2]
    if b"\r" in raw and b"\n" not in raw:
        raw = raw.replace(b"\r", b"\n")
    return raw


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
