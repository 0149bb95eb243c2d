"""Headers read by hand: encoded words, addresses, ids, parameters, dates.

Owns the reading of header bytes, linear in their length. Refuses the standard library's structured parsers: they take
minutes on a long subject and recurse on a nested address.
"""

import base64
import binascii
import re
from datetime import UTC, datetime
from email.message import Message
from email.utils import parsedate_to_datetime
from urllib.parse import unquote_to_bytes

from portal.intake.rules.charsets import decode, guess, one_line
from portal.intake.rules.mail import Address

_ENCODED = re.compile(r"=\?([^?\s*]{0,60})(?:\*[^?]{0,20})?\?([bBqQ])\?([^?]*|[^\r\n]{0,2000}?)\?=")
_UNENDED = re.compile(r"=\?([\w.:-]{2,40})\?([bBqQ])\?([^?\s]{1,1000})\??$")
_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/]")
_ID = re.compile(r"<([^<>]{1,2000})>")


def raw_text(value: str) -> str:
    """A header as the parser left it (bytes as surrogate escapes) -> unfolded text, 8-bit bytes decoded by guess.

    Bytes inside an encoded word stay escaped: its own label decides about them.
    """
    if not value.isascii():
        out: list[str] = []
        at = 0
        for match in _ENCODED.finditer(value):
            out += [_guessed(value[at : match.start()]), match.group(0)]
            at = match.end()
        value = "".join([*out, _guessed(value[at:])])
    elif "\x1b" in value:
        value = guess(value.encode("ascii"))
    return re.sub(r"\r?\n(?=[ \t])|[\r\n]+", "", value) if "\n" in value or "\r" in value else value


def _guessed(piece: str) -> str:
    return piece if piece.isascii() else guess(piece.encode("utf-8", "surrogateescape"))


def get(message: Message, name: str) -> str:
    """The first header of that name as it was received; the parser's own getter replaces bytes that it cannot read."""
    for key, value in message.raw_items():
        if key.strip().lower() == name:
            return str(value)
    return ""


def words(text: str) -> str:
    """Encoded words decoded. Neighbours in one charset are joined as bytes first: writers split inside characters."""
    if "=?" not in text:
        return text
    out: list[str] = []
    pending: tuple[str, bytes] | None = None
    at = 0
    for match in _ENCODED.finditer(text):
        between = text[at : match.start()]
        label, kind, payload = match.group(1).lower(), match.group(2).lower(), match.group(3)
        data = _base64(payload) if kind == "b" else _q(payload)
        if pending is not None and between.strip() == "" and pending[0] == label:
            pending = (label, pending[1] + data)
        else:
            if pending is not None:
                out.append(decode(pending[1], pending[0]))
            if not (pending is not None and between.strip() == ""):
                out.append(between)
            pending = (label, data)
        at = match.end()
    rest = text[at:]
    cut = _UNENDED.search(rest)
    if cut is not None:  # the last one, cut off by a program that counts
        label, data = cut.group(1).lower(), (_base64 if cut.group(2) in "bB" else _q)(cut.group(3))
        between, rest = rest[: cut.start()], ""
        if pending is not None and not between.strip() and pending[0] == label:
            pending = (label, pending[1] + data)
        else:
            rest = (between if pending is None or between.strip() else "") + decode(data, label)
    if pending is not None:
        out.append(decode(pending[1], pending[0]))
    out.append(rest)
    return "".join(out)


def text(value: str, limit: int = 0) -> str:
    """A header as a person reads it, in one line."""
    return re.sub(r"[ \t]+", " ", one_line(words(raw_text(value)), limit))


def _base64(payload: str) -> bytes:
    data = _NOT_BASE64.sub(b"", payload.encode("ascii", "ignore"))
    if len(data) % 4 == 1:
        data = data[:-1]
    try:
        return base64.b64decode(data + b"=" * (-len(data) % 4))
    except (binascii.Error, ValueError):
        return b""


def _q(payload: str) -> bytes:
    data = payload.replace("_", " ").encode("utf-8", "surrogateescape")
    return re.sub(rb"=([0-9A-Fa-f]{2})", lambda m: bytes([int(m.group(1), 16)]), data)


def addresses(value: str, limit: int = 500) -> tuple[Address, ...]:
    """All mailboxes of an address header, groups opened, comments as names where there is no other. RFC 5322, forgiving."""
    source = raw_text(value)
    if "\uff1c" in source or "\uff0c" in source or "\uff1b" in source:
        source = _WIDE_COMMA.sub(r"\1,", source.replace("\uff1c", "<").replace("\uff1e", ">"))
    found = _addresses(source, limit)
    if "=?" in source and not any(a.email for a in found):
        inside = one_line(words(source))
        if "@" in inside:  # name and address together in one encoded word
            return _addresses(inside, limit)
    return found


_WIDE_COMMA = re.compile(r"((?:@[\w.-]{1,200}|>)\s?)[\uff0c\uff1b\u3001]")


def _addresses(source: str, limit: int) -> tuple[Address, ...]:
    found: list[Address] = []
    phrase: list[str] = []
    comment: list[str] = []
    angle: str | None = None
    named = 0
    i, n = 0, len(source)
    last_at = source.rfind("@")
    no_comment_before = 0

    def finish() -> None:
        nonlocal phrase, comment, angle, named
        before = " ".join("".join(phrase[:named]).split()) if angle is not None else ""
        plain = before or " ".join(
            "".join(phrase).split()
        )  # also: the patterns below take quadratic time on long blanks
        address = _bare(angle) if angle is not None else ""
        name = plain
        if angle is None:
            spaced = re.sub(r"\s*([@.])\s*", r"\1", plain)
            address = _bare(spaced) if "@" in spaced else ""
            name = ""
            if not address and plain:
                # "Last, First <a@b.c>" without quotes: the comma belonged to the name.
                carried.append(plain)
                phrase, comment, angle = [], [], None
                return
            quoted_local = re.fullmatch(r"\"[^\"@]{1,64}\"@[^\s\"@]{1,255}", plain)
            if quoted_local:
                address = _bare(plain)
            elif address and " " in address:
                tokens = [t for t in address.split() if "@" in t]
                if len(tokens) > 1 and len(tokens) == len(address.split()):
                    found.extend(Address(_bare(t.strip("[]()"))[:320]) for t in tokens[:-1])
                    tokens = tokens[-1:]
                name = " ".join(t for t in plain.split() if "@" not in t)
                address = tokens[0].strip("[]()") if tokens else ""
        if carried:
            if angle is not None and name:
                name = ", ".join([*carried, name])
            carried.clear()
        if not name and comment:
            name = " ".join(comment)
        decoded = words(name.replace('\\"', '"')).strip()
        decoded = re.sub(r"\s+", " ", one_line(decoded)).strip()
        if len(decoded) > 1 and decoded[0] == decoded[-1] and decoded[0] in "\"'":
            decoded = decoded[1:-1].strip()
        if address:
            found.append(Address(address[:320], decoded[:200]))
        elif decoded and angle is not None:
            found.append(Address("", decoded[:200]))
        phrase, comment, angle, named = [], [], None, 0

    carried: list[str] = []
    while i < n and len(found) < limit:
        c = source[i]
        if c == '"':
            j = i + 1
            piece: list[str] = []
            while j < n and source[j] != '"':
                if source[j] == "\\" and j + 1 < n:
                    j += 1
                piece.append(source[j])
                j += 1
            if j >= n:  # an opening quote without an end is a plain character
                i += 1
                continue
            inside = "".join(piece)
            rest = source[j + 1 : j + 2]
            phrase.append(f'"{inside}"' if rest == "@" and " " in inside else inside)
            i = j + 1
        elif c == "(" and i >= no_comment_before:
            depth, j = 1, i + 1
            piece = []
            while j < n and depth:
                if source[j] == "\\" and j + 1 < n:
                    j += 1
                    piece.append(source[j])
                elif source[j] == "(":
                    depth += 1
                    piece.append("(")
                elif source[j] == ")":
                    depth -= 1
                    if depth:
                        piece.append(")")
                else:
                    piece.append(source[j])
                j += 1
            if depth:  # never closed: no bracket from here on opens a comment
                no_comment_before = n
                phrase.append(c)
                i += 1
                continue
            if "".join(piece).strip():
                comment.append("".join(piece).strip())
            i = j
        elif c == "<":
            j = source.find(">", i)
            if j < 0:
                j = n
            inner = source[i + 1 : j]
            k = inner.rfind("<")
            inner = inner[k + 1 :] if k >= 0 else inner
            if angle is not None and "@" in angle and "@" in inner:
                finish()  # a comma forgotten
            if angle is None or "@" not in angle:
                angle, named = inner, len(phrase)
            i = j + 1
        elif c in ",;":
            if phrase or angle is not None or comment:
                finish()
            if c == ";":
                carried.clear()
            i += 1
        elif c == ":" and angle is None and "@" not in phrase:
            phrase, comment = [], []  # the name of a group
            carried.clear()
            i += 1
        elif c == "\\" and i + 1 < n:
            phrase.append(source[i + 1])
            i += 2
        else:
            if c == ">" and angle is not None:
                i += 1
                continue
            if angle is not None and c not in " \t" and "@" in angle and last_at > i:
                finish()  # two mailboxes with the comma forgotten
            phrase.append(c)
            i += 1
    if phrase or angle is not None or comment:
        finish()
    return tuple(found)


def _bare(text: str) -> str:
    """The address itself: comments and routes removed, domain in lower case; empty where nothing remains."""
    text = words(text) if "=?" in text else text
    text = " ".join(one_line(re.sub(r"\([^()]*\)", "", text)).split())
    text = re.sub(r"^(?:@[^:]*:)", "", text)
    text = (
        re.sub(r"(?i)^(?:mailto|smtp):", "", text).strip().strip("<>'\"").strip()
        if not text.startswith('"')
        else text
    )
    text = re.sub(r"\s*([@.])\s*", r"\1", text)
    local, at, domain = text.rpartition("@")
    return f"{local}@{domain.lower().rstrip('.')}" if at else text


def ids(value: str, limit: int = 100) -> tuple[str, ...]:
    """Message ids without their brackets, in order, once each. A header of bare ids works too."""
    source = one_line(raw_text(value))
    found = [bare for x in _ID.findall(source) if (bare := "".join(x.split()))]
    if not found:
        found = [x.strip("<>,;") for x in source.split() if x.strip("<>,;")]
        if len(found) > 1:
            found = [x for x in found if "@" in x]
    return tuple(dict.fromkeys(x[:512] for x in found))[-limit:]


def parameters(value: str) -> tuple[str, dict[str, str]]:
    """`type/sub; a=b` -> the value in lower case and its parameters, RFC 2231 and encoded words decoded."""
    source = raw_text(value)
    head, _, rest = source.partition(";")
    plain: dict[str, str] = {}
    pieces: dict[str, dict[int, tuple[str, bool]]] = {}
    for name, text_value in _pairs(rest):
        match = re.fullmatch(r"([^*]+)(?:\*(\d{1,3}))?(\*)?", name)
        if match and (match.group(2) or match.group(3)):
            key = match.group(1)
            pieces.setdefault(key, {})[int(match.group(2) or 0)] = (text_value, bool(match.group(3)))
        else:
            plain.setdefault(name, words(text_value))
    for key, numbered in pieces.items():
        data, label = b"", ""
        for number in sorted(numbered):
            piece, encoded = numbered[number]
            if encoded and number == min(numbered) and piece.count("'") >= 2:
                label, _language, piece = piece.split("'", 2)
            data += unquote_to_bytes(piece) if encoded else piece.encode("utf-8", "surrogateescape")
        decoded = decode(data, label)
        plain[key] = words(decoded)
    head = re.sub(r"\([^()]*\)", "", head)
    return head.strip().lower(), plain


def _pairs(rest: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    i, n = 0, len(rest)
    while i < n and len(found) < 200:
        equal = rest.find("=", i)
        if equal < 0:
            break
        name = rest[i:equal].rsplit(";", 1)[-1].strip().lower()
        i = equal + 1
        while i < n and rest[i] in " \t":
            i += 1
        if i < n and rest[i] == '"':
            j, value = i + 1, []
            while j < n and rest[j] != '"':
                if rest[j] == "\\" and j + 1 < n and rest[j + 1] in '"\\':
                    j += 1
                value.append(rest[j])
                j += 1
            i = j + 1
            found.append((name, "".join(value)))
            end = rest.find(";", i)
            i = n if end < 0 else end + 1
        else:
            end = rest.find(";", i)
            end = n if end < 0 else end
            found.append((name, rest[i:end].strip()))
            i = end + 1
    return found


def date(value: str) -> datetime | None:
    """An aware UTC instant, None where the header is no date."""
    try:
        found = parsedate_to_datetime(re.sub(r"\([^()]*\)", "", raw_text(value))[:200])
        found = found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError, AttributeError):
        return None
    return found if 1970 <= found.year <= 2200 else None
