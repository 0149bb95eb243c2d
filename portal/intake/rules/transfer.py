"""Transfer encodings undone: base64, quoted-printable and uuencode, as far as they can be read.

Owns the bytes of a part. Refuses to fail: a wrong encoding gives what there is.
"""

import base64
import binascii
import hashlib
import re
import zlib
from contextlib import suppress
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
    return binascii.a2b_qp(re.sub(rb"=[ \t]{1,200}(?=\r?\n)", b"=", data))


_WORDS = re.compile(rb"[^\s]\s(?=[^\s])")
_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/=]")


def from_base64(data: bytes) -> bytes:
    """Lines are joined, foreign characters left out; text that a list appended behind the padding is kept as it is."""
    out: list[bytes] = []
    first = data.lstrip()[:1000].split(b"\n", 1)[0].strip()
    if len(_WORDS.findall(first)) > 1:
        return data  # said to be base64, and is not
    body = data.translate(None, b"\r\n\t ")
    try:
        return base64.b64decode(body, validate=True)
    except (binascii.Error, ValueError):
        pass
    pieces = body.split(b"=")
    whole = all(
        len(line.strip()) % 4 == 0 and not _NOT_BASE64.search(line.strip()) for line in data.split(b"\n")
    )
    if whole and len(pieces) > 3:  # each line encoded for itself
        with suppress(binascii.Error, ValueError):
            return b"".join(base64.b64decode(line) for line in data.split())
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


_YENC = re.compile(
    rb"(?m)^=ybegin line=\d{1,4} size=(?P<size>\d{1,10}) name=(?P<name>[^\r\n]{1,300})\r?\n(?P<body>(?:(?!=y)[^\n]{0,2000}\n)+)"
    rb"=yend size=\d{1,10}(?: (?:part=\d{1,5} )?(?:p?crc32=(?P<sum>[0-9A-Fa-f]{8}))?[^\r\n]{0,60})?\r?(?:\n|\Z)"
)
_YESCAPED = re.compile(rb"=([^\r\n])")
_YSHIFT = bytes((b - 42) % 256 for b in range(256))


def yencoded(data: bytes) -> tuple[bytes, list[Attachment]]:
    """Files in yEnc (yEnc draft 1.3), taken out of the raw text: their bytes are of no charset. Only whole ones."""
    if b"=ybegin " not in data or b"=yend " not in data:
        return data, []
    files: list[Attachment] = []

    def take(found: re.Match[bytes]) -> bytes:
        body = found["body"].replace(b"\r", b"").replace(b"\n", b"")
        content = _YESCAPED.sub(lambda m: bytes([(m.group(1)[0] - 64) % 256]), body).translate(_YSHIFT)
        right = len(content) == int(found["size"])
        if found["sum"]:
            right = right and zlib.crc32(content) == int(found["sum"], 16)
        if not right or len(files) >= MOST_FILES_IN_TEXT:
            return found.group(0)
        name = charsets.file_name(charsets.decode(found["name"])) or "file"
        files.append(Attachment(name, "application/octet-stream", content))
        return b""

    return _YENC.sub(take, data), files


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
