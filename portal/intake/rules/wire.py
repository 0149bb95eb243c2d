"""A parsed mail as plain values and back, to cross from the child process to the worker.

Owns the two directions. Refuses pickle: nothing that comes out of the child is executed.
"""

from dataclasses import astuple
from datetime import datetime
from typing import Any

from portal.intake.rules.mail import (
    Address,
    Attachment,
    Flags,
    Forwarded,
    Invitation,
    ParsedMail,
    Unreadable,
    Verdict,
)
from portal.intake.rules.parse import parse


def answer(raw: bytes) -> tuple[dict[str, Any], list[bytes]]:
    """What the child is asked: read these bytes."""
    try:
        return pack(parse(raw))
    except Unreadable as error:
        return {"unreadable": error.code, "detail": error.detail}, []


def pack(mail: ParsedMail) -> tuple[dict[str, Any], list[bytes]]:
    """Plain values for JSON, and the attachments' bytes beside them."""
    values = {name: getattr(mail, name) for name in _PLAIN}
    values["date"] = mail.date.isoformat() if mail.date else None
    for name in ("sender", "author"):
        values[name] = list(astuple(getattr(mail, name)))
    for name in _ADDRESSES:
        values[name] = [[a.email, a.name] for a in getattr(mail, name)]
    values["forwarded"] = list(astuple(mail.forwarded)) if mail.forwarded else None
    values["invitations"] = [astuple(i) for i in mail.invitations]
    values["flags"] = vars(mail.flags) | {"verdicts": [list(astuple(v)) for v in mail.flags.verdicts]}
    values["attachments"] = [[a.name, a.type, a.content_id, a.role] for a in mail.attachments]
    return values, [a.data for a in mail.attachments]


def unpack(values: dict[str, Any], blobs: list[bytes]) -> ParsedMail:
    """The mail again. Raises Unreadable where the child refused it."""
    if "unreadable" in values:
        raise Unreadable(values["unreadable"], values.get("detail", ""))
    flags: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in values["flags"].items()}
    flags["verdicts"] = tuple(Verdict(*v) for v in flags["verdicts"])
    fields: dict[str, Any] = {name: tuple(Address(*a) for a in values[name]) for name in _ADDRESSES}
    fields |= {
        name: tuple(values[name]) if isinstance(values[name], list) else values[name] for name in _PLAIN
    }
    fields["invitations"] = tuple(_invitation(*one) for one in values["invitations"])
    fields["headers"] = {k: tuple(v) for k, v in values["headers"].items()}
    fields["attachments"] = tuple(
        Attachment(name, kind, data, content_id, role)
        for (name, kind, content_id, role), data in zip(values["attachments"], blobs, strict=True)
    )
    return ParsedMail(
        sender=Address(*values["sender"]),
        author=Address(*values["author"]),
        forwarded=Forwarded(Address(*values["forwarded"][0]), *values["forwarded"][1:])
        if values["forwarded"]
        else None,
        date=datetime.fromisoformat(values["date"]) if values["date"] else None,
        flags=Flags(**flags),
        **fields,
    )


def _invitation(*values: Any) -> Invitation:
    shaped: list[Any] = [tuple(v) if isinstance(v, list) else v for v in values]
    return Invitation(*shaped)


_ADDRESSES = ("to", "cc", "reply_to")
_PLAIN = (
    "subject",
    "delivered_to",
    "message_id",
    "in_reply_to",
    "references",
    "body_text",
    "reply_text",
    "quoted_text",
    "body_html",
    "author_by",
    "headers",
    "notes",
)
