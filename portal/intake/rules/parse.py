"""Bytes of a mail -> ParsedMail.

Owns the caps on the raw bytes and the walk over the parts. Refuses to interpret who may do what: route.py.
Called in the child process only (portal/intake/reader.py), except in unit tests.
"""

import base64
import binascii
import re
from dataclasses import replace
from email import message_from_bytes, policy
from email.message import Message
from itertools import pairwise
from typing import Any

from portal.intake.rules import charsets, headers, html_text, machines, quotes
from portal.intake.rules.mail import Address, Attachment, Caps, ParsedMail, Unreadable

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
    "x-failed-recipients",
    "user-agent",
    "importance",
)


def parse(raw: bytes, caps: Caps | None = None) -> ParsedMail:
    """Read one mail. Raises Unreadable with a stable code where it is over a cap or no mail at all."""
    caps = caps or Caps()
    raw = _without_envelope(raw)
    check(raw, caps)
    message: Message = message_from_bytes(raw, policy=policy.compat32)
    if not message.keys() and not raw.strip():
        raise Unreadable("empty")
    walk = _Walk(caps)
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
    split = quotes.split(text, answers=bool(mail.in_reply_to or mail.references))
    mail = replace(mail, reply_text=split.new, quoted_text=split.old)
    return replace(mail, flags=machines.flags(mail, message))


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


class _Walk:
    """Collects text, HTML and files over all parts, in order."""

    def __init__(self, caps: Caps) -> None:
        self.caps = caps
        self.texts: list[str] = []
        self.html: list[str] = []
        self.attachments: list[Attachment] = []
        self.notes: list[str] = []
        self.count = 0
        self.machine = False
        self.sources: dict[int, bytes] = {}

    def text(self) -> str:
        joined = "\n\n".join(t for t in self.texts if t.strip())
        if len(joined) > self.caps.text:
            self.notes.append("text_cut")
        return joined[: self.caps.text]

    def part(self, part: Message, depth: int, related: bool = False, alternative: bool = False) -> None:
        self.count += 1
        if self.count > self.caps.parts:
            raise Unreadable("too_many_parts", f"more than {self.caps.parts}")
        if depth > self.caps.depth:
            raise Unreadable("too_deep", f"more than {self.caps.depth} levels")
        kind, params = self.kind(part)
        if kind.startswith("multipart/"):
            payload: Any = part.get_payload()
            if isinstance(payload, list):
                self.slice(part, payload, params)
                self.multipart(kind, payload, depth, related)
                return
            kind = "text/plain"  # said to be a container, but nothing is in it: show what there is
        disposition, where = headers.parameters(headers.get(part, "content-disposition"))
        name = charsets.file_name(where.get("filename") or where.get("name") or params.get("name", ""))
        attached = disposition.startswith("attachment")
        machine = (
            self.machine
            or kind.endswith(("pgp-signature", "pkcs7-signature"))
            or kind == "text/rfc822-headers"
        )
        if kind in ("message/rfc822", "message/global"):
            self.nested(part, name, machine)
            return
        if (
            kind in ("text/plain", "text/html", "text/enriched", "text/richtext", "text/rfc822-headers")
            and not attached
        ):
            self_contained = not name or (kind == "text/html" and alternative)
            if self_contained and kind != "text/rfc822-headers":
                self.show(part, kind, params)
                return
        if (
            kind in ("message/delivery-status", "message/disposition-notification", "message/feedback-report")
            and not attached
        ):
            self.texts.append(_report(part))
            return
        data = _bytes(part)
        if kind == "text/rfc822-headers" and not attached:
            kind = "text/plain"
        content_id = charsets.one_line(headers.get(part, "content-id")).strip("<> ")[:255]
        location = charsets.one_line(headers.raw_text(headers.get(part, "content-location")))[:500]
        if not name and location and not location.lower().startswith(("cid:", "mid:")):
            name = charsets.file_name(location.partition("?")[0])
        if not name and not data.strip():
            return
        picture = kind.startswith("image/")
        inline = (
            picture and not attached and (bool(content_id) or disposition.startswith("inline") or related)
        )
        role = "picture" if inline else "machine" if machine else "file"
        self.attachments.append(Attachment(name, kind[:127], data, content_id or location, role))

    def kind(self, part: Message) -> tuple[str, dict[str, str]]:
        kind, params = headers.parameters(headers.get(part, "content-type"))
        kind = re.sub(r"\s", "", kind)
        if not re.fullmatch(r"[a-z0-9!#$&^_.+-]+/[a-z0-9!#$&^_.+-]+", kind):
            kind = {"html": "text/html"}.get(kind, "text/plain")
            if part.get_content_type() == "message/rfc822":
                kind = "message/rfc822"
        return kind, params

    def multipart(self, kind: str, parts: list[Message], depth: int, related: bool) -> None:
        if kind == "multipart/alternative":
            self.alternative(parts, depth)
            return
        before, self.machine = self.machine, self.machine or kind == "multipart/report"
        for child in parts:
            self.part(child, depth + 1, related=kind == "multipart/related" or related)
        self.machine = before

    def slice(self, part: Message, parts: list[Message], params: dict[str, str]) -> None:
        """Remember the original bytes of each part, so that a nested message is kept as it was sent."""
        source = self.sources.pop(id(part), b"")
        boundary = params.get("boundary", "").rstrip()
        if not source or not boundary or b"message/" not in source.lower():
            return
        mark = re.escape(boundary.encode("utf-8", "surrogateescape"))
        ends = [*re.finditer(rb"(?:\r?\n|\A)--" + mark + rb"(--)?[ \t]*(?=\r?\n|\Z)(?:\r?\n)?", source)]
        cuts = [(a.end(), b.start()) for a, b in pairwise(ends) if not a.group(1)]
        if ends and not ends[-1].group(1):
            cuts.append((ends[-1].end(), len(source)))
        if len(cuts) == len(parts):
            for child, (start, end) in zip(parts, cuts, strict=True):
                self.sources[id(child)] = source[start:end]

    def alternative(self, parts: list[Message], depth: int) -> None:
        """One text of several: the plain one where it says something, else the HTML turned into text."""
        before, self.texts = self.texts, []
        html_before, self.html = self.html, []
        plain: list[str] = []
        rich: list[str] = []
        for child in parts:
            self.texts = []
            self.part(child, depth + 1, alternative=True)
            said = "\n\n".join(t for t in self.texts if t.strip())
            child_kind = self.kind(child)[0]
            (plain if child_kind in ("text/plain", "text/enriched") else rich).append(said)
        chosen = "\n\n".join(t for t in plain if t.strip())
        other = next((t for t in reversed(rich) if t.strip()), "")
        if not chosen.strip() or (_is_excuse(chosen) and len(other) > len(chosen)):
            chosen = other
        self.texts = [*before, chosen] if chosen.strip() else before
        self.html = html_before + self.html

    def show(self, part: Message, kind: str, params: dict[str, str]) -> None:
        data = _bytes(part)[: self.caps.html * 4]
        label = params.get("charset", "")
        if kind == "text/html":
            if not charsets.codec_for(label):
                found = re.search(rb"(?i)<meta[^>]{0,200}charset\s*=\s*[\"']?([\w.:-]{2,40})", data[:4096])
                label = found.group(1).decode("ascii") if found else label
            html = charsets.decode(data, label)[: self.caps.html]
            if html_text.too_deep(html):
                self.notes.append("html_too_deep")  # its words are read; the original keeps the rest
            else:
                self.html.append(html)
            self.texts.append(html_text.to_text(html, self.caps.text))
            return
        text = charsets.decode(data, label)
        if kind in ("text/enriched", "text/richtext"):
            text = _enriched(text)
        elif params.get("format", "").lower() == "flowed":
            text = _flowed(text, params.get("delsp", "").lower() == "yes")
        text, files = _uuencoded(text)
        self.attachments.extend(files)
        self.texts.append(text.strip("\n").rstrip())

    def nested(self, part: Message, name: str, machine: bool) -> None:
        payload: Any = part.get_payload()
        inner = payload[0] if isinstance(payload, list) and payload else None
        source = self.sources.get(id(part), b"")
        blank = re.search(rb"\r?\n\r?\n", source)
        original = source[blank.end() :] if blank else b""
        if inner is not None:
            data = original or inner.as_bytes(
                policy=policy.compat32.clone(max_line_length=None, cte_type="8bit")
            )
            encoding = headers.get(part, "content-transfer-encoding").strip().lower()
            if encoding == "base64":
                data = _base64(data) or data
            elif encoding == "quoted-printable":
                data = _quoted(data) or data
            subject = headers.text(headers.get(inner, "subject"), 80)
        else:
            data, subject = _bytes(part), ""
        if not name:
            name = (
                charsets.file_name(re.sub(r"[\\/:*?\"<>|]+", "_", subject)) + ".eml"
                if subject
                else "message.eml"
            )
        self.attachments.append(
            Attachment(name, "message/rfc822", data, "", "machine" if machine else "file")
        )


def _is_excuse(text: str) -> bool:
    """True for the plain part of programs that only write HTML: 'your client does not support…'."""
    return len(text) < 400 and bool(
        re.search(
            r"(?i)(?:does not|doesn't|cannot|can't|unable to) (?:support|display|view|read)|"
            r"html[- ](?:e-?mail|capable|format|version)|不支持HTML|无法显示HTML",
            text,
        )
    )


def _bytes(part: Message) -> bytes:
    """The decoded bytes of one part; a wrong encoding gives what can be read."""
    payload = vars(part)["_payload"]  # get_payload() would decode it by the label and lose bytes
    if isinstance(payload, list):
        return b"\n".join(p.as_bytes() for p in payload)
    data = str(payload or "").encode("utf-8", "surrogateescape")
    encoding = (
        re.sub(r"\s|;.*|\(.*", "", headers.raw_text(headers.get(part, "content-transfer-encoding")))
        .strip("\"'")
        .lower()
    )
    if encoding == "base64":
        return _base64(data)
    if encoding in ("quoted-printable", "quoted", "quotedprintable"):
        return _quoted(data)
    if encoding in ("x-uuencode", "uuencode", "uue", "x-uue"):
        return _uudecode(data.decode("latin-1")) or data
    return data


def _quoted(data: bytes) -> bytes:
    return binascii.a2b_qp(data)


def _base64(data: bytes) -> bytes:
    """Lines are joined, foreign characters left out; text that a list appended behind the padding is kept as it is."""
    out: list[bytes] = []
    body = re.sub(rb"[\r\n\t ]+", b"", data)
    for chunk in re.findall(rb"[^=]+=*|=+", body):
        clean = re.sub(rb"[^A-Za-z0-9+/]", b"", chunk)
        if len(clean) % 4 == 1:
            clean = clean[:-1]
        try:
            out.append(base64.b64decode(clean + b"=" * (-len(clean) % 4)))
        except (binascii.Error, ValueError):
            break
        if chunk.endswith(b"="):
            break
    return b"".join(out)


_UU = re.compile(
    r"(?m)^begin (?:[0-7]{3,4}) ([^\n]{1,200})\n((?:[\x20-\x60]{1,90}\n)+?)(?:`?\s*\n)?end[ \t]*$"
)


def _uuencoded(text: str) -> tuple[str, list[Attachment]]:
    """Files that old programs wrote into the text itself."""
    if "\nend" not in text or "begin " not in text:
        return text, []
    files: list[Attachment] = []

    def take(match: re.Match[str]) -> str:
        data = _uudecode(match.group(0))
        if not data:
            return match.group(0)
        files.append(
            Attachment(charsets.file_name(match.group(1)) or "file", "application/octet-stream", data)
        )
        return ""

    return _UU.sub(take, text), files


def _uudecode(text: str) -> bytes:
    out: list[bytes] = []
    inside = False
    for line in text.splitlines():
        if not inside:
            inside = line.startswith("begin ")
            continue
        if line.strip() in ("end", "`", ""):
            if line.strip() == "end":
                break
            continue
        try:
            out.append(binascii.a2b_uu(line))
        except binascii.Error:
            length = (((ord(line[0]) - 32) & 63) * 4 + 5) // 3
            try:
                out.append(binascii.a2b_uu(line[:length]))
            except binascii.Error:
                return b""
    return b"".join(out)


def _flowed(text: str, delsp: bool) -> str:
    """format=flowed (RFC 3676): a line that ends in a space goes on in the next one of the same quote depth."""
    out: list[str] = []
    open_depth = -1
    for line in text.split("\n"):
        match = re.match(r">*", line)
        depth = match.end() if match else 0
        body = line[depth:]
        body = body.removeprefix(" ")
        signature = body == "-- "
        if open_depth == depth and not signature:
            out[-1] += body.rstrip(" ") if not body.endswith(" ") else body
        else:
            out.append((">" * depth + " " if depth else "") + body)
        flows = body.endswith(" ") and not signature
        if flows and delsp:
            out[-1] = out[-1][:-1]
        open_depth = depth if flows else -1
    return "\n".join(line if line == "-- " else line.rstrip() for line in out)


def _enriched(text: str) -> str:
    text = re.sub(r"(?is)<param>.*?</param>", "", text).replace("<<", "\x01")
    text = re.sub(r"</?[A-Za-z][\w-]{0,60}>", "", text).replace("\x01", "<")
    return re.sub(r"\n(\n*)", lambda m: m.group(1) or " ", text)


def _report(part: Message) -> str:
    """The machine part of a delivery or reading report, as lines."""
    payload: Any = part.get_payload()
    if isinstance(payload, list):
        blocks = ["\n".join(f"{k}: {headers.text(str(v), 2000)}" for k, v in p.raw_items()) for p in payload]
        rest = [str(p.get_payload()) for p in payload if not p.keys() and isinstance(p.get_payload(), str)]
        return charsets.clean("\n\n".join(b for b in [*blocks, *rest] if b.strip()))
    return charsets.decode(_bytes(part))
