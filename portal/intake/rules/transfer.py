"""Transfer encodings undone: base64, quoted-printable and uuencode, as far as they can be read.

Owns the bytes of a part. Refuses to fail: a wrong encoding gives what there is.
"""

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass
from email import policy
from email.message import Message

from portal.intake.rules import charsets, headers
from portal.intake.rules.mail import Attachment

_RUN = re.compile(rb"(?m)^(?:(?:[A-Za-z0-9+/]{4,998}\r?\n){100,}|[^\r\n]{5000,}\r?\n?)")
_MARK = b"set-aside-%s-%d"
MOST_FILES_IN_TEXT = 50


@dataclass(frozen=True)
class Aside:
    """Long runs of base64, and lines of many thousand characters, taken out of a message before the standard library
    reads it line by line, which is slow."""

    key: bytes = b""
    runs: tuple[bytes, ...] = ()

    def back(self, data: bytes) -> bytes:
        """`data` with its runs in their places again."""
        if not self.runs or b"set-aside-" + self.key not in data:
            return data
        pattern = re.compile(b"set-aside-" + self.key + rb"-(\d+)\r?\n?")
        return pattern.sub(lambda m: self.runs[int(m.group(1))], data)


def set_aside(raw: bytes, headers_end: int = 0) -> tuple[bytes, Aside]:
    """A message without its long runs behind `headers_end`, and the runs.

    The mark holds the message's own digest, so no message can contain it.
    """
    if len(raw) < 100_000:
        return raw, Aside()
    key = hashlib.sha256(raw).hexdigest()[:32].encode()
    runs: list[bytes] = []
    lean: list[bytes | memoryview] = []
    at = 0
    for match in _RUN.finditer(raw, headers_end):
        lean += [memoryview(raw)[at : match.start()], _MARK % (key, len(runs)) + b"\r\n"]
        runs.append(match.group(0))
        at = match.end()
    if not runs:
        return raw, Aside()
    lean.append(memoryview(raw)[at:])
    return b"".join(lean), Aside(key, tuple(runs))


def written(part: Message, *, folded: bool = False) -> bytes:
    """A part as bytes again, where its own are not known; the library fails on bytes that it has itself replaced.

    `folded`: with the library's own lines, as others compare them.
    """
    try:
        if folded:
            return part.as_bytes()
        return part.as_bytes(policy=policy.compat32.clone(max_line_length=None, cte_type="8bit"))
    except (UnicodeError, ValueError, LookupError):
        head = "".join(f"{name}: {value}\n" for name, value in part.raw_items())
        payload = vars(part)["_payload"]
        body = b"\n".join(map(written, payload)) if isinstance(payload, list) else b""
        return f"{head}\n{'' if body else payload or ''}".encode("utf-8", "surrogateescape") + body


def content(part: Message, aside: Aside) -> bytes:
    """The decoded bytes of one part; a wrong encoding gives what can be read."""
    payload = vars(part)["_payload"]  # get_payload() would decode it by the label and lose bytes
    if isinstance(payload, list):
        return b"\n".join(map(written, payload))
    data = aside.back(str(payload or "").encode("utf-8", "surrogateescape"))
    encoding = (
        re.sub(r"\s|;.*|\(.*", "", headers.raw_text(headers.get(part, "content-transfer-encoding")))
        .strip("\"'")
        .lower()
    )
    if encoding == "base64":
        return from_base64(data)
    if encoding in ("quoted-printable", "quoted", "quotedprintable"):
        return quoted(data)
    if encoding in ("x-uuencode", "uuencode", "uue", "x-uue"):
        return _uudecode(data.decode("latin-1")) or data
    return data


def quoted(data: bytes) -> bytes:
    return binascii.a2b_qp(data)


def from_base64(data: bytes) -> bytes:
    """Lines are joined, foreign characters left out; text that a list appended behind the padding is kept as it is."""
    out: list[bytes] = []
    body = data.translate(None, b"\r\n\t ")
    try:
        return base64.b64decode(body, validate=True)
    except (binascii.Error, ValueError):
        pass
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


_UU_BEGIN = re.compile(r"(?m)^begin [0-7]{3,4} ([^\n]{1,200})\n")
_UU_BODY = re.compile(r"(?:[\x20-\x60]{1,90}\n)+")
_UU_END = re.compile(r"end[ \t]*(?:\n|\Z)")


def uuencoded(text: str) -> tuple[str, list[Attachment]]:
    """Files that old programs wrote into the text itself."""
    if "\nend" not in text or "begin " not in text:
        return text, []
    files: list[Attachment] = []
    kept: list[str] = []
    at = 0
    while begin := _UU_BEGIN.search(text, at):
        body = _UU_BODY.match(text, begin.end())
        end = body and _UU_END.match(text, body.end())
        data = _uudecode(text[begin.start() : end.end()]) if end else b""
        stop = end.end() if end and data else begin.end()
        kept.append(text[at : begin.start() if data else stop])
        if data:
            name = charsets.file_name(begin.group(1)) or "file"
            files.append(Attachment(name, "application/octet-stream", data))
        at = stop
        if len(files) >= MOST_FILES_IN_TEXT:
            break
    return "".join([*kept, text[at:]]), files


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
        except (binascii.Error, ValueError):  # ValueError: not ASCII
            length = (((ord(line[0]) - 32) & 63) * 4 + 5) // 3
            try:
                out.append(binascii.a2b_uu(line[:length]))
            except (binascii.Error, ValueError):
                return b""
    return b"".join(out)
