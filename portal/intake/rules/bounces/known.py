"""The servers that Mailman has met in twenty years: flufl.bounce, on a copy of the message that cannot hurt it.

Owns the copy: few headers, decoded text, short lines, nothing of the returned message. Refuses to fail.
"""

import re
from email.message import Message
from typing import Any

from flufl.bounce import all_failures

from portal.intake.rules import charsets, headers, transfer

_HEADERS = ("from", "content-type", "content-description", "x-mailer", "x-failed-recipients")
_FIELDS = ("original-recipient", "final-recipient", "action", "status")
_LINE = 300
"""Characters of a line: some of the library's patterns are quadratic in it."""
_LINES = 1200
_PARTS = 40
_VALID = re.compile(r"[^\s<>()\[\]\",;:\\@]{1,200}@[^\s<>()\[\]\",;:\\@]{1,250}")


def failures(message: Message, aside: transfer.Aside) -> tuple[list[str], list[str]]:
    """Addresses that failed for a while, and for good, in lower case and sorted; both may be empty."""
    try:
        temporary, permanent = all_failures(_copy(message, aside, [_PARTS], top=True))
    except Exception:  # a library of heuristics over wild input: what it trips over is no finding
        return [], []
    return _addresses(temporary), _addresses(permanent)


def _addresses(found: frozenset[bytes]) -> list[str]:
    plain = {a.decode("ascii", "replace").strip().lower() for a in found}
    return sorted(a for a in plain if "?" not in a and _VALID.fullmatch(a))


def _copy(part: Message, aside: transfer.Aside, left: list[int], top: bool = False) -> Message:
    copy = Message()
    kind = part.get_content_type()
    for name in _HEADERS:
        value = headers.get(part, name)
        if value:
            copy[name] = _plain(value, 2000)
    if top and not copy["from"]:
        copy["From"] = "unknown"
    payload: Any = vars(part)["_payload"]  # get_payload() decodes by the label, and fails on some
    if isinstance(payload, list) and kind == "message/delivery-status":
        blocks: list[Any] = []
        for source in payload[:200]:
            block = Message()
            for name in _FIELDS:
                value = headers.get(source, name)
                if value:
                    block[name] = _plain(value, 500)
            block.set_payload("")
            blocks.append(block)
        copy.set_payload(blocks)
        return copy
    if isinstance(payload, list) and part.get_content_maintype() == "multipart":
        children: list[Any] = []
        for child in payload:
            left[0] -= 1
            if left[0] < 0:
                break
            children.append(_copy(child, aside, left))
        copy.set_payload(children)
        return copy
    if isinstance(payload, list) or kind.startswith(("image/", "application/", "audio/", "video/")):
        copy.set_payload("")
        return copy
    _, params = headers.parameters(headers.get(part, "content-type"))
    text = charsets.decode(transfer.content(part, aside)[: _LINE * _LINES], params.get("charset", ""))
    lines = [line[:_LINE] for line in text.split("\n")[:_LINES]]
    copy.set_payload(_plain("\n".join(lines), 0, keep_lines=True))
    return copy


def _plain(value: str, limit: int, keep_lines: bool = False) -> str:
    """ASCII with question marks for the rest: the library reads lines and bytes, and drops what is not ASCII."""
    text = value if keep_lines else headers.raw_text(value)[:limit]
    return text.encode("ascii", "replace").decode("ascii")
