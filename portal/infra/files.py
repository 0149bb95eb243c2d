"""Bytes by their content hash on the local disk: written once, flushed before anybody refers to them, never changed."""

import hashlib
import os
from pathlib import Path
from typing import IO

from flask import current_app

CHUNK = 1 << 20


class TooLarge(Exception):
    """The stream goes past the limit; nothing of it was kept."""


def _folder() -> Path:
    return Path(current_app.extensions["portal_settings"].var_dir) / "files"


def path_of(sha256: str) -> Path:
    """Where a stored content lies; it may be missing if the disk lost it."""
    return _folder() / sha256[:2] / sha256[2:4] / sha256


def put(stream: IO[bytes], limit: int) -> tuple[str, int]:
    """Keep a stream; returns (sha256, size in bytes). On disk before it returns: fsync of the file and its folder.

    Raises TooLarge past `limit` bytes, OSError when the disk is full; both leave nothing behind.
    """
    incoming = _folder() / "incoming"
    incoming.mkdir(parents=True, exist_ok=True)
    draft = incoming / os.urandom(16).hex()
    digest, size = hashlib.sha256(), 0
    try:
        with draft.open("xb") as file:
            while chunk := stream.read(CHUNK):
                size += len(chunk)
                if size > limit:
                    raise TooLarge
                digest.update(chunk)
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
        place = path_of(digest.hexdigest())
        place.parent.mkdir(parents=True, exist_ok=True)
        draft.rename(place)
        _flush_folder(place.parent)
    finally:
        draft.unlink(missing_ok=True)
    return digest.hexdigest(), size


def read(sha256: str) -> bytes:
    """The stored bytes; raises FileNotFoundError."""
    return path_of(sha256).read_bytes()


def _flush_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
