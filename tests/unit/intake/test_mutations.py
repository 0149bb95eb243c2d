"""Broken mail: every mutation gives a mail or a reason, in time, and nothing that a database cannot hold."""

import json
import sys
import time
from collections import Counter
from dataclasses import asdict
from typing import Any

import pytest

from portal.infra.child import Child, ChildFailed
from portal.intake.rules import wire
from portal.intake.rules.mail import ParsedMail, Unreadable
from portal.intake.rules.parse import parse
from tests.conftest import SHARED_MAIL
from tests.unit.intake.build import raw
from tests.unit.intake.mutations import mutated, originals, shared

FEW, MANY = 300, 10_000
SECONDS, MEGABYTES = 5.0, 300
CODES = {
    "empty", "too_large", "header_block_too_large", "header_too_long", "too_many_headers", "too_many_lines", "too_many_parts",
    "too_deep",
}  # fmt: skip


def assert_storable(mail: ParsedMail) -> None:
    """No NUL and no lone surrogate in any text, at any depth, and no line end in what stands in a list or a header."""

    def texts(value: Any) -> list[str]:
        if isinstance(value, str):
            return [value]
        if isinstance(value, dict):
            return [t for k, v in value.items() for t in (*texts(k), *texts(v))]
        return [t for v in value for t in texts(v)] if isinstance(value, list | tuple) else []

    for text in texts(asdict(mail)):
        text.encode("utf-8")
        assert "\0" not in text
    for line in (
        mail.subject,
        mail.sender.email,
        mail.sender.name,
        mail.message_id,
        *(a.name for a in mail.attachments),
    ):
        assert "\n" not in line
        assert "\r" not in line


def test_every_original_is_read() -> None:
    for original in originals():
        assert parse(original).body_text.strip()


@pytest.mark.parametrize("part", range(3))
def test_a_broken_mail_is_read_or_refused_for_a_known_reason(part: int) -> None:
    sources = originals()
    refused: set[str] = set()
    for seed in range(part, FEW, 3):
        try:
            mail = parse(mutated(sources, seed))
        except Unreadable as error:
            refused.add(error.code)
        else:
            assert_storable(mail)
    assert refused <= CODES


def test_a_part_that_the_library_cannot_write_again_is_kept() -> None:
    inner = b"Content-Type: multipart/mixed; boundary=in; x=\xe4\r\n\r\n\xe4\r\n--in\r\n\r\n\xe4\xff\r\n--in--\r\n"
    for kind in ("message/rfc822", "message/delivery-status", "message/external-body", "message/partial"):
        for label in ("utf-8", "idna", "x-none", "a\0b"):
            data = inner.replace(b"boundary=in", b"boundary=in; charset=" + label.encode())
            assert_storable(parse(raw(data, kind=kind + "; charset=" + label)))


@pytest.mark.soak
def test_ten_thousand_broken_mails_leave_the_reading_process_alive() -> None:
    """As the worker does it: in the child, under its limits. The numbers are printed (-s)."""
    sources = [*originals(), *shared(SHARED_MAIL)]
    child = Child("portal.intake.rules.wire:answer", seconds=SECONDS, megabytes=MEGABYTES)
    codes: Counter[str] = Counter()
    times: list[tuple[float, int]] = []
    try:
        for seed in range(MANY):
            data = mutated(sources, seed)
            began = time.monotonic()
            try:
                assert_storable(wire.unpack(*child.call(data)))
                codes["read"] += 1
            except Unreadable as error:
                codes[error.code] += 1
            except ChildFailed as error:
                codes[f"child: {error.code}"] += 1
            times.append((time.monotonic() - began, seed))
    finally:
        child.close()
    times.sort()
    told = {
        "median_ms": round(times[len(times) // 2][0] * 1000, 2), "p95_ms": round(times[len(times) * 95 // 100][0] * 1000, 2),
        "slowest": [(round(t, 2), seed) for t, seed in times[-5:]], "codes": dict(codes),
    }  # fmt: skip
    print(json.dumps(told), file=sys.stderr)
    assert sum(codes.values()) == MANY
    assert codes["child: crashed"] == 0, told
    assert codes["child: timeout"] == 0, told
    assert codes["child: memory"] == 0, told
