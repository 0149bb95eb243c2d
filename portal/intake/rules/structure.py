"""The shape of a message before a parser sees it: its size, its header block, how many parts and how deep.

Owns the caps on the raw bytes and the mending of header blocks that a parser would give up on. Refuses to decode anything.
Everything here is linear in the length of the message.
"""

import codecs
import re
from collections import Counter

from portal.intake.rules.mail import Caps, Unreadable

_BOUNDARY = re.compile(
    rb"[bB][oO][uU][nN][dD][aA][rR][yY](?:\*\d{0,3}\*?)?[ \t]{0,100}=[ \t]{0,100}\"?([^\r\n;\"]{1,300})"
)
_ENCLOSED = re.compile(rb"(?i)\n(?:content-type|[ \t])[^\n]{0,100}message/(?:rfc822|global)")
_DELIMITER = re.compile(rb"(?<=\n)--[^\r\n]{1,200}")
_LINES = 600_000
"""Lines beside long base64 runs. A text file of 25 MB in quoted-printable has 350,000."""
_REPEATED = 10_000
"""How often one line that begins with -- may stand in a message: a delimiter whose boundary was hidden from `_BOUNDARY`."""
_NO_HEADER = re.compile(rb"(?m)^(?![!-9;-~]+:|[ \t]|\r?$)")
_SPACED_NAME = re.compile(rb"([!-9;-~]{1,76})[ \t]{1,8}:")
_STRUCTURE = re.compile(
    rb"(?im)^(?:message-id|mime-version|content-(?:type|transfer-encoding)|received|date)[ \t]*:"
)


def without_envelope(raw: bytes) -> bytes:
    """mbox lines, blank lines and a byte order mark before the first header are no part of the mail."""
    if raw[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        raw = raw.decode("utf-16", "replace").encode()  # a file that an editor saved anew
    raw = raw.removeprefix(codecs.BOM_UTF8).lstrip(b"\r\n")
    if raw[:1] in b" \t" and re.match(rb"[ \t]+[!-9;-~]+:", raw):
        raw = raw.lstrip(b" \t")
    while raw.startswith((b"From ", b">From ")):
        raw = raw.partition(b"\n")[2]
    if b"\r\r\n" in raw[:4000] and raw[:4000].count(b"\r\r\n") == raw[:4000].count(b"\n"):
        raw = raw.replace(b"\r\r\n", b"\r\n")
    if b"\r" in raw and b"\n" not in raw:
        raw = raw.replace(b"\r", b"\n")
    return raw


def header_end(raw: bytes, within: int) -> int:
    """Where the header block ends, at most one step behind `within`."""
    ends = [at for mark in (b"\n\n", b"\r\n\r\n", b"\n\r\n") if (at := raw.find(mark, 0, within + 4)) >= 0]
    return min(ends) if ends else len(raw)


def check_headers(raw: bytes, caps: Caps) -> None:
    """Raises Unreadable: too_large, empty, header_block_too_large, too_many_headers, header_too_long."""
    if len(raw) > caps.message:
        raise Unreadable("too_large", f"{len(raw)} bytes")
    if not raw[:1000].strip(b"\0\r\n \t") and not raw.strip(b"\0\r\n \t"):
        raise Unreadable("empty")
    end = header_end(raw, caps.header_block)
    if end > caps.header_block:
        raise Unreadable("header_block_too_large", f"more than {caps.header_block} bytes")
    lines = re.split(rb"\r?\n(?![ \t])", raw[:end])
    if len(lines) > caps.headers:
        raise Unreadable("too_many_headers", str(len(lines)))
    longest = max(map(len, lines), default=0)
    if longest > caps.header:
        raise Unreadable("header_too_long", f"{longest} bytes")


def check_parts(raw: bytes, caps: Caps) -> None:
    """Raises Unreadable: too_many_lines, too_many_parts, too_deep. `raw` without its long base64 runs."""
    if raw.count(b"\n") > _LINES:
        raise Unreadable("too_many_lines", f"more than {_LINES}")
    delimiters = raw.count(b"\n--")
    if delimiters:
        boundaries = list(dict.fromkeys(b.strip(b" '") for b in _BOUNDARY.findall(raw)))
        if len(boundaries) > caps.depth * 8:
            raise Unreadable("too_deep", f"{len(boundaries)} boundaries")
        if delimiters > caps.parts * 4:
            found = Counter(_DELIMITER.findall(raw))
            parts = sum(found[b"--" + b] for b in boundaries)
            if parts > caps.parts * 4 or max(found.values(), default=0) > _REPEATED:
                raise Unreadable("too_many_parts", str(max(parts, _REPEATED)))
    if b"rfc822" in raw.lower() if len(raw) < 1 << 20 else True:
        enclosed = len(_ENCLOSED.findall(raw))
        if enclosed > caps.parts:
            raise Unreadable("too_many_parts", f"{enclosed} messages in it")
    if b"delivery-status" in raw and raw.count(b"\n\n") + raw.count(b"\n\r\n") > caps.parts * 40:
        raise Unreadable("too_many_parts", "in a delivery report")


def mended(raw: bytes, caps: Caps) -> tuple[bytes, bytes]:
    """`raw` with a header block that a parser reads to its end, and the lines from the first broken one on.

    `Subject : x` becomes `Subject: x`; a line that is neither a header nor indented continues the line above, but only
    where the block goes on with structural headers below it: else the body begins there, its blank line forgotten.
    """
    end = header_end(raw, caps.header_block)
    block = raw[:end]
    if not _NO_HEADER.search(block):
        return raw, b""
    lines = block.split(b"\n")
    last = max((at for at, line in enumerate(lines) if _STRUCTURE.match(line)), default=-1)
    broken = next((at for at, line in enumerate(lines) if _NO_HEADER.match(line)), len(lines))
    if broken > last:
        return raw, b""
    lost = [
        at for at in range(broken, last) if _NO_HEADER.match(lines[at]) and not _SPACED_NAME.match(lines[at])
    ]
    remains = b"\n".join(lines[broken:]) if lost else b""
    for at in range(broken, last + 1):
        spaced = _SPACED_NAME.match(lines[at])
        if spaced:
            lines[at] = spaced.group(1) + b":" + lines[at][spaced.end() :]
        elif _NO_HEADER.match(lines[at]):
            lines[at] = (b" " if at else b"X-Broken: ") + lines[at]
    return b"\n".join(lines) + raw[end:], remains
