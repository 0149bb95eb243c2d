"""winmail.dat opened: the files and words that Outlook hides in application/ms-tnef (MS-OXTNEF).

Owns what is taken out of one. Refuses to fail: what cannot be opened is None, and the caller keeps it as it came.
"""

import struct
from dataclasses import dataclass
from typing import Any

from tnefparse import TNEF

from portal.intake.rules import charsets

KINDS = frozenset(("application/ms-tnef", "application/vnd.ms-tnef"))
_SIGNATURE = b"\x78\x9f\x3e\x22"
_COPIED = 1_000_000_000
"""Bytes that the library copies at most: it cuts the rest off anew for each object, which many small ones make quadratic."""
_DEEPEST = 5


@dataclass(frozen=True)
class Opened:
    """`files`: (name, bytes) in their order. `complete`: nothing is in it that is not in one of these fields."""

    text: str
    html: str
    files: tuple[tuple[str, bytes], ...]
    complete: bool


def opened(data: bytes) -> Opened | None:
    """What is inside, None where it is none or is damaged."""
    if not data.startswith(_SIGNATURE) or not _affordable(data):
        return None
    try:
        found = _read(TNEF(data, do_checksum=False), 0)
    except MemoryError:
        raise
    except Exception:  # a library that was written for honest files, on bytes of anybody
        return None
    return found if found.files or found.text or found.html else None


def _affordable(data: bytes) -> bool:
    at, copied = 6, 0
    while at + 12 < len(data):
        (length,) = struct.unpack_from("<I", data, at + 5)
        copied += len(data) - at
        at += length + 11
        if copied > _COPIED:
            return False
    return True


def _read(source: Any, depth: int) -> Opened:
    codec = str(source.codepage or "")
    files: list[tuple[str, bytes]] = []
    complete = not source.rtfbody or bool(source.body or source.htmlbody)
    for attachment in source.attachments:
        inner = getattr(attachment, "embed", None)
        if (
            inner is not None and depth < _DEEPEST
        ):  # a message inside: its words as a file, its files beside them
            nested = _read(inner, depth + 1)
            if nested.text:
                files.append((f"{_name(attachment, codec) or 'message'}.txt", nested.text.encode()))
            files.extend(nested.files)
            complete = complete and nested.complete
        elif attachment.data:
            files.append((_name(attachment, codec), bytes(attachment.data)))
    return Opened(_text(source.body, codec), _text(source.htmlbody, codec), tuple(files), complete)


def _name(attachment: Any, codec: str) -> str:
    long = [a.data for a in attachment.mapi_attrs if a.name == 0x3707]
    return charsets.file_name(_text(long[0] if long else vars(attachment)["_name"], codec).strip("\0 "))


def _text(value: Any, codec: str) -> str:
    if isinstance(value, list):
        value = value[0] if value else ""
    return (
        charsets.decode(value.rstrip(b"\0"), codec)
        if isinstance(value, bytes)
        else charsets.clean(value or "")
    )
