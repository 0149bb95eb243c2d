"""Delivery reports with fields (RFC 3464, RFC 6533), also where the writer broke them.

Owns the fields of each recipient. Refuses to look into a forwarded message: a person who sends us a bounce is no bounce.
"""

import base64
import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from typing import Any

from portal.intake.rules import charsets, headers
from portal.intake.rules.bounces import status

_KINDS = ("message/delivery-status", "message/global-delivery-status")
_FIELD = re.compile(r"^([A-Za-z][A-Za-z0-9-]{1,40})[ \t]{0,5}:[ \t]{0,20}(.*)$")
_ADDRESS = re.compile(r"[^\s<>()\[\]\",;:\\@]{1,200}@[^\s<>()\[\]\",;:\\@]{1,250}")
_QUOTED_LOCAL = re.compile(r"\"[^\"\n]{1,100}\"@[\w.-]{1,250}")
_XTEXT = re.compile(r"\+(2B|3D)")
_LARGEST = 200_000
_MOST = 500


@dataclass(frozen=True)
class Recipient:
    """One recipient's block. `action`: failed, delayed, delivered, relayed, expanded; never empty. `status` may be."""

    address: str
    action: str
    status: str
    words: str


def parts(message: Message, deep: bool = False) -> Iterator[Message]:
    """The message's own parts, depth first, and with `deep` those of messages inside it; at most some hundred."""
    stack, count = [message], 0
    while stack and count < _MOST:
        part = stack.pop()
        count += 1
        yield part
        payload: Any = vars(part)["_payload"]  # get_payload() decodes by the label, and fails on some
        kind = part.get_content_type()
        if isinstance(payload, list) and (
            kind.startswith("multipart/") or (deep and kind == "message/rfc822")
        ):
            stack.extend(reversed(payload))


def recipients(message: Message, deep: bool = False) -> tuple[bool, list[Recipient]]:
    """Whether there is a report at all, and its recipients in their order. `deep`: a gateway may have wrapped the notice."""
    found: list[Recipient] = []
    any_report = False
    for part in parts(message, deep):
        if part.get_content_type() in _KINDS:
            any_report = True
            found += in_text(_source(part))
    return any_report, found


def in_text(text: str) -> list[Recipient]:
    """The recipients of a report's text: blocks of fields, which some servers write without the blank line between."""
    found: list[Recipient] = []
    block: dict[str, str] = {}

    def close() -> None:
        recipient = _recipient(block)
        if recipient is not None and recipient not in found:
            found.append(recipient)
        block.clear()

    last = ""
    for line in text[:_LARGEST].replace("\r", "").split("\n")[:5000]:
        if line[:1] in (" ", "\t") and last and line.strip():
            block[last] = f"{block.get(last, '')} {line.strip()}"[:2000]
            continue
        match = _FIELD.match(line)
        if match is None:
            last = ""
            if not line.strip():
                close()
            continue
        last = match.group(1).lower()
        if last in block and last in ("final-recipient", "action"):
            close()
        if last not in block:
            block[last] = match.group(2).strip()[:2000]
    close()
    return found


def _recipient(block: dict[str, str]) -> Recipient | None:
    if not any(name in block for name in ("final-recipient", "original-recipient", "x-actual-recipient")):
        return None
    address = next(
        (
            a
            for name in ("original-recipient", "final-recipient", "x-actual-recipient")
            if (a := address_of(block.get(name, "")))
        ),
        "",
    )
    words = " ".join(block.get(name, "") for name in ("diagnostic-code", "x-diagnostic", "status"))
    code = status.written(f"status {block.get('status', '')}") or (
        "2.0.0" if block.get("status", "").strip().startswith("2") else ""
    )
    action = re.split(r"[\s(;]", block.get("action", "").strip().lower(), maxsplit=1)[0]
    if action.startswith(("fail", "error", "undeliver", "bounce")):
        action = "failed"
    elif action.startswith("delay"):
        action = "delayed"
    elif not action.startswith(("deliver", "relay", "expand")):
        action = {"2": "delivered", "4": "delayed"}.get(code[:1], "failed")
    if not code and action in ("failed", "delayed"):
        code = status.written(words)
    return Recipient(address, action, code, words)


def address_of(value: str) -> str:
    """The address of `rfc822; somebody@example.com`, in lower case; empty where there is none (X.400, a local name)."""
    value = headers.text(value)
    kind, semicolon, rest = value.partition(";")
    if not semicolon or "@" in kind:
        rest = value
    elif kind.strip().lower() in ("x400", "x-400", "unknown-x400"):
        return ""
    rest = re.sub(r"(?i)^(?:smtp:|mailto:)", "", rest.strip(" \t<>'"))
    quoted = _QUOTED_LOCAL.search(rest)
    found = quoted or _ADDRESS.search(rest)
    if found is None:
        return ""
    # RFC 3461 4: xtext hides + and =; a server should have undone it.
    address = _XTEXT.sub(lambda m: {"2B": "+", "3D": "="}[m.group(1)], found.group(0))
    return address.strip(".'").lower()


def _source(part: Message) -> str:
    """The text of a report part. The standard library has read it as headers, block by block; an encoded one it cannot."""
    payload: Any = vars(part)["_payload"]  # get_payload() decodes by the label, and fails on some
    if not isinstance(payload, list):
        text = str(payload or "")
    else:
        blocks = []
        for block in payload:
            lines = [f"{name}: {headers.raw_text(str(value))}" for name, value in block.raw_items()]
            body = vars(block)["_payload"]
            inner = (
                body
                if isinstance(body, str)
                else "\n\n".join(
                    "\n".join(f"{k}: {headers.raw_text(str(v))}" for k, v in b.raw_items())
                    for b in body or ()
                )
            )
            blocks.append("\n".join(lines) + ("\n\n" + inner if inner else ""))
        text = "\n\n".join(blocks)
    encoding = headers.get(part, "content-transfer-encoding").strip().lower()
    if encoding == "base64":
        try:
            data = base64.b64decode(re.sub(r"[^A-Za-z0-9+/=]", "", text[:_LARGEST]) + "==")
            return data.decode("utf-8", "replace")
        except (binascii.Error, ValueError):
            pass
    return text if text.isascii() else charsets.guess(text.encode("utf-8", "surrogateescape"))
