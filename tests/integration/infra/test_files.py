"""Bytes by their hash."""

import hashlib
import io

import pytest
from flask import Flask

from portal.infra import files

pytestmark = pytest.mark.databases("sqlite")


def test_what_is_put_is_read_again_under_its_hash(app: Flask) -> None:
    sha256, size = files.put(io.BytesIO(b"some bytes"), limit=100)
    assert (sha256, size) == (hashlib.sha256(b"some bytes").hexdigest(), 10)
    assert files.read(sha256) == b"some bytes"


def test_the_same_bytes_lie_once(app: Flask) -> None:
    first, _ = files.put(io.BytesIO(b"same"), limit=100)
    second, _ = files.put(io.BytesIO(b"same"), limit=100)
    assert first == second
    assert len([p for p in files.path_of(first).parents[2].rglob("*") if p.is_file()]) == 1


def test_past_the_limit_nothing_stays(app: Flask) -> None:
    with pytest.raises(files.TooLarge):
        files.put(io.BytesIO(b"x" * 101), limit=100)
    kept, _ = files.put(io.BytesIO(b"y"), limit=100)
    assert [p.name for p in files.path_of(kept).parents[2].rglob("*") if p.is_file()] == [kept]
