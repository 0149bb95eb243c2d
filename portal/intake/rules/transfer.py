"""Transfer encodings undone: base64, quoted-printable and uuencode, as far as they can be read.

Owns the bytes of a part. Refuses to fail: a wrong encoding gives what there is.
"""

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass
from email.message import Message

from portal.intake.rules import charsets, headers
from portal.intake.rules.mail import Attachment

_RUN = re.compile(rb"(?:[A-Za-z0-9+/]{60,76}\r?\n){200,}")
_MARK = b"set-aside-%s-%d"


@dataclass(frozen=True)
class Aside:
    """Long runs of base64 taken out of a message before the standard library reads it line by line, which is slow."""

    key: bytes = b""
    runs: tuple[bytes, ...] = ()

    def back(self, data: bytes) -> bytes:
        """`data` with its runs in their places again."""
        if not self.runs or b"set-aside-" + self.key not in data:
            return data
        pattern = re.compile(b"set-aside-" + self.key + rb"-(\d+)\r?\n?")
        return pattern.sub(lambda m: self.runs[int(m.group(1))], data)


def set_aside(raw: bytes) -> tuple[bytes, Aside]:
    """A message without its long runs, and the runs. The mark holds the message's own digest, so no message can contain it."""
    if len(raw) < 100_000:
        return raw, Aside()
    key = hashlib.sha256(raw).hexdigest()[:32].encode()
    runs: list[bytes] = []

    def take(match: re.Match[bytes]) -> bytes:
        runs.append(match.group(0))
        return _MARK % (key, len(runs) - 1) + b"\r\n"

    return _RUN.sub(take, raw), Aside(key, tuple(runs))


def content(part: Message, aside: Aside) -> bytes:
    """The decoded bytes of one part; a wrong encoding gives what can be read."""
    payload = vars(part)["_payload"]  # get_payload() would decode it by the label and lose bytes
    if isinstance(payload, list):
        return b"\n".join(p.as_bytes() for p in payload)
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


_UU = re.compile(
    r"(?m)^begin (?:[0-7]{3,4}) ([^\n]{1,200})\n((?:[\x20-\x60]{1,90}\n)+?)(?:`?\s*\n)?end[ \t]*$"
)


def uuencoded(text: str) -> tuple[str, list[Attachment]]:
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
        except (binascii.Error, ValueError):  # ValueError: not ASCII
            length = (((ord(line[0]) - 32) & 63) * 4 + 5) // 3
            try:
                out.append(binascii.a2b_uu(line[:length]))
            except (binascii.Error, ValueError):
                return b""
    return b"".join(out)
