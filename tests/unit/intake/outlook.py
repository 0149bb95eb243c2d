"""Writes a winmail.dat as Outlook does (MS-OXTNEF 2.1), for the tests of its reading."""

import struct


def winmail(*files: tuple[bytes, bytes], body: bytes = b"", codepage: int = 936) -> bytes:
    """A stream with these (name, bytes) and this text in the code page."""
    out = struct.pack("<IH", 0x223E9F78, 1)
    out += _object(1, 0x0006, 0x9007, struct.pack("<II", codepage, 0))
    if body:
        out += _object(1, 0x0002, 0x800C, body + b"\0")
    for name, data in files:
        out += _object(2, 0x0006, 0x9002, b"\0" * 14)
        out += _object(2, 0x0001, 0x8010, name + b"\0")
        out += _object(2, 0x0006, 0x800F, data)
    return out


def _object(level: int, kind: int, name: int, data: bytes) -> bytes:
    return struct.pack("<BHHI", level, name, kind, len(data)) + data + struct.pack("<H", sum(data) & 0xFFFF)
