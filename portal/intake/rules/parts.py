"""The parts of a message: which are its text, which its HTML, which are files, in their order.

Owns the walk and the caps on number and depth. Refuses to read headers of the message itself: parse.py does.
"""

import re
from email.message import Message
from itertools import pairwise
from typing import Any

from portal.intake.rules import charsets, headers, html_text, invitation, plain, tnef, transfer
from portal.intake.rules.mail import Attachment, Caps, Invitation, Unreadable


class Walk:
    """Collects text, HTML and files over all parts, in order."""

    def __init__(self, caps: Caps, aside: transfer.Aside | None = None) -> None:
        self.caps = caps
        self.aside = aside or transfer.Aside()
        self.texts: list[str] = []
        self.html: list[str] = []
        self.attachments: list[Attachment] = []
        self.notes: list[str] = []
        self.invitations: list[Invitation] = []
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
            payload: Any = vars(part)["_payload"]  # get_payload() decodes by the label, and fails on some
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
            or kind in ("text/rfc822-headers", "application/applefile")
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
            self.texts.append(plain.report(part, self.aside))
            return
        data = transfer.content(part, self.aside)
        if kind == "application/mac-binhex40":
            data = data.replace(b"\r\n", b"\n")  # text: its line ends are the transport's
        if kind == "text/rfc822-headers" and not attached:
            kind = "text/plain"
        if (kind in tnef.KINDS or name.lower() == "winmail.dat") and self.outlook(data):
            return
        if kind in ("text/calendar", "application/ics") or name.lower().endswith(".ics"):
            self.calendar(data)
            kind, name = "text/calendar", name or "invite.ics"
            same = data.replace(b"\r\n", b"\n").strip()
            if any(
                a.type == kind and a.data.replace(b"\r\n", b"\n").strip() == same for a in self.attachments
            ):
                return  # programs send it twice: once to be shown, once to be saved
        elif kind in ("application/pgp-encrypted", "application/pkcs7-mime", "application/x-pkcs7-mime"):
            inside = params.get("smime-type", "").lower().startswith("signed")
            self.notes.append("signed_inside" if inside else "encrypted")
            name = name or ("smime.p7m" if "pkcs7" in kind else "")
            machine = machine or kind == "application/pgp-encrypted"
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
        simple: list[str] = []
        rich: list[str] = []
        for child in parts:
            self.texts = []
            self.part(child, depth + 1, alternative=True)
            said = "\n\n".join(t for t in self.texts if t.strip())
            child_kind = self.kind(child)[0]
            (simple if child_kind in ("text/plain", "text/enriched") else rich).append(said)
        chosen = "\n\n".join(t for t in simple if t.strip())
        other = next((t for t in reversed(rich) if t.strip()), "")
        if not chosen.strip() or (plain.is_excuse(chosen) and len(other) > len(chosen)):
            chosen = other
        elif other and plain.say_different_things(chosen, other):
            chosen = f"{chosen}\n\n{other}"
        self.texts = [*before, chosen] if chosen.strip() else before
        self.html = html_before + self.html

    def show(self, part: Message, kind: str, params: dict[str, str]) -> None:
        data = transfer.content(part, self.aside)
        cap = self.caps.html if kind == "text/html" else self.caps.text
        if len(data) > cap:  # its beginning is read, the whole is kept as a file
            name = "text.html" if kind == "text/html" else "text.txt"
            self.attachments.append(Attachment(name, kind, data))
            self.notes.append("text_cut")
            data = data[: cap * 3]
        label = params.get("charset", "")
        if kind == "text/plain" and data[:400].lstrip()[:14].lower().startswith(
            (b"<html", b"<!doctype html")
        ):
            kind = "text/html"  # some forms send it so; who cites HTML has words before it
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
        data, binary = transfer.yencoded(data)
        self.attachments.extend(binary)
        text = charsets.decode(data, label)[:cap]
        if kind in ("text/enriched", "text/richtext"):
            text = plain.enriched(text)
        elif params.get("format", "").lower() == "flowed":
            text = plain.flowed(text, params.get("delsp", "").lower() == "yes")
        if "-----BEGIN PGP MESSAGE-----" in text:
            self.notes.append("encrypted")
        text, files = transfer.uuencoded(text)
        self.attachments.extend(files)
        self.texts.append(text.strip("\n").rstrip())

    def outlook(self, data: bytes) -> bool:
        """Take apart a winmail.dat. False: it stays a file, for it cannot be opened or holds what only Outlook reads."""
        found = tnef.opened(data)
        if found is None:
            return False
        for name, content in found.files:
            self.attachments.append(Attachment(name, "application/octet-stream", content))
            if len(self.attachments) > self.caps.parts:
                raise Unreadable("too_many_parts", f"more than {self.caps.parts}")
        said = any(t.strip() for t in self.texts)
        if not said and found.html and not html_text.too_deep(found.html[: self.caps.html]):
            self.html.append(found.html[: self.caps.html])
        words = found.text.strip() or html_text.to_text(found.html[: self.caps.html], self.caps.text)
        if not said and words:
            self.texts.append(words)
        return found.complete or said

    def calendar(self, data: bytes) -> None:
        found = invitation.read(data)
        if found and found not in self.invitations:
            self.invitations.append(found)

    def nested(self, part: Message, name: str, machine: bool) -> None:
        payload: Any = vars(part)["_payload"]  # get_payload() decodes by the label, and fails on some
        inner = payload[0] if isinstance(payload, list) and payload else None
        source = self.sources.get(id(part), b"")
        blank = re.search(rb"\r?\n\r?\n", source)
        original = source[blank.end() :] if blank else b""
        if inner is not None and machine:  # read for what it reports, never kept as a file
            data = self.aside.back(transfer.written(inner, folded=True))
            subject = headers.text(headers.get(inner, "subject"), 80)
        elif inner is not None:
            data = original or transfer.written(inner)
            data = self.aside.back(data)
            encoding = headers.get(part, "content-transfer-encoding").strip().lower()
            if encoding == "base64":
                data = transfer.from_base64(data) or data
            elif encoding == "quoted-printable":
                data = transfer.quoted(data) or data
            subject = headers.text(headers.get(inner, "subject"), 80)
        else:
            data, subject = transfer.content(part, self.aside), ""
        if not name:
            name = (
                charsets.file_name(re.sub(r"[\\/:*?\"<>|]+", "_", subject)) + ".eml"
                if subject
                else "message.eml"
            )
        self.attachments.append(
            Attachment(name, "message/rfc822", data, "", "machine" if machine else "file")
        )
