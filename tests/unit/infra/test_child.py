"""The reading process: whatever it is given, the parent has an answer or a reason in time, and the next call works."""

import os
import time
from collections.abc import Iterator
from typing import Any

import pytest

from portal.infra.child import Child, ChildFailed

SECONDS = 1.0


@pytest.fixture(scope="module")
def child() -> Iterator[Child]:
    one = Child("tests.unit.infra.hostile:answer", seconds=SECONDS, megabytes=100)
    yield one
    one.close()


def said(child: Child, word: bytes = b"say hello") -> Any:
    values, _blobs = child.call(word)
    return values


def test_it_answers_and_stays(child: Child) -> None:
    values, blobs = child.call(b"say hello")
    assert (values["said"], blobs) == ("hello", [b"hello"])
    assert said(child)["pid"] == values["pid"]
    assert set(values["environment"]) <= {"PATH", "LANG", "PYTHONDONTWRITEBYTECODE", "LC_CTYPE"}


@pytest.mark.parametrize(
    ("word", "codes"),
    [
        (
            b"loop ",
            {"timeout", "starved"},
        ),  # starved: on a machine so busy that even a loop gets little of it
        (b"sleep ", {"starved"}),
        (b"eat ", {"memory"}),
        (b"die ", {"crashed"}),
        (b"raise ", {"crashed"}),
        (b"write ", {"crashed"}),
        (b"much ", {"crashed", "timeout", "starved"}),  # an answer beyond its room, as far as it came
    ],
)
def test_whatever_happens_there_is_a_reason_in_time_and_a_new_child(
    child: Child, word: bytes, codes: set[str]
) -> None:
    before = said(child)["pid"]
    began = time.monotonic()
    with pytest.raises(ChildFailed) as failed:
        child.call(word)
    assert time.monotonic() - began < SECONDS + 1
    assert failed.value.code in codes
    after = said(child)
    assert (after["said"], after["pid"] == before) == ("hello", False)
    with pytest.raises(ProcessLookupError):
        os.kill(before, 0)


def test_what_a_library_prints_does_not_spoil_the_answer(child: Child) -> None:
    assert said(child, b"print it")["said"] == "it"


def test_a_large_message_passes_the_pipe(child: Child) -> None:
    data = os.urandom(1024) * 8_000
    assert child.call(b"x " + b"y" * len(data))[1] == [b"y" * len(data)]


def test_a_child_that_has_grown_full_is_replaced_before_a_message_is_blamed() -> None:
    child = Child("tests.unit.infra.hostile:answer", seconds=SECONDS, megabytes=100)
    try:
        assert [child.call(b"hoard 30000000")[0] for _ in range(4)] != [1, 2, 3, 4]
    finally:
        child.close()


def test_it_is_replaced_after_its_number_of_calls() -> None:
    child = Child("tests.unit.infra.hostile:answer", seconds=SECONDS, megabytes=100, calls=2)
    try:
        assert len({said(child)["pid"] for _ in range(4)}) == 2
    finally:
        child.close()


def test_a_fork_of_the_parent_gets_a_child_of_its_own(child: Child) -> None:
    before = said(child)["pid"]
    owner, child._owner = child._owner, -1
    assert owner == os.getpid()
    old = child._process
    try:
        assert said(child)["pid"] != before
    finally:
        assert old is not None
        assert old.stdin is not None
        assert old.stdout is not None
        old.stdin.close()
        old.stdout.close()
        old.wait(5)
