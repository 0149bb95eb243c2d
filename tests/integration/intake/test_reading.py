"""The child process that reads: limited, watched, replaced when it dies."""

import time
from collections.abc import Iterator

import pytest

from portal.infra.child import Child, ChildFailed

MODULE = "tests.integration.intake.bad_manners"


@pytest.fixture
def child() -> Iterator[Child]:
    made = Child(f"{MODULE}:answer", seconds=1.0, megabytes=200)
    yield made
    made.close()


def test_it_answers_with_values_and_bytes(child: Child) -> None:
    assert child.call(b"hello") == ({"size": 5, "text": "你好"}, [b"hello", b""])


@pytest.mark.parametrize(
    ("behaviour", "code"),
    [
        (b"sleep", "starved"),
        (b"eat", "memory"),
        (b"die", "crashed"),
        (b"raise", "crashed"),
        (b"recurse", "crashed"),
    ],
)
def test_a_bad_message_costs_seconds_and_the_next_one_is_read(
    child: Child, behaviour: bytes, code: str
) -> None:
    child.call(b"warm")
    began = time.monotonic()
    with pytest.raises(ChildFailed) as failed:
        child.call(behaviour)
    assert failed.value.code == code
    assert time.monotonic() - began < 10
    assert child.call(b"next")[0]["size"] == 4


def test_it_can_write_no_file(child: Child) -> None:
    with pytest.raises(ChildFailed):
        child.call(b"write")


def test_words_on_its_standard_output_do_not_disturb_the_answer(child: Child) -> None:
    assert child.call(b"print")[0]["size"] == 5
