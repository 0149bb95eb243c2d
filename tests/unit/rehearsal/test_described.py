"""docs/scenarios.md names every verb, look and key that a file may have."""

from pathlib import Path

import pytest

from portal.rehearsal.rules import reading, vocabulary

TEXT = (Path(__file__).resolve().parents[3] / "docs" / "scenarios.md").read_text()
LOOKS = {verb: {**where, **found} for verb, (where, found) in vocabulary.EXPECT.items()}


def row_of(section: str, verb: str) -> str:
    return next(
        (line for line in section.splitlines() if line.startswith("|") and f"`{verb}`" in line.split("|")[1]),
        "",
    )


@pytest.mark.parametrize("verb", vocabulary.DO)
def test_what_happens_is_described_with_its_keys(verb: str) -> None:
    row = row_of(TEXT.split("## `do`")[1].split("## `expect`")[0], verb)
    assert [key for key in vocabulary.DO[verb] if f"`{key}`" not in row] == []


@pytest.mark.parametrize("verb", LOOKS)
def test_what_is_found_is_described_with_its_keys(verb: str) -> None:
    row = row_of(TEXT.split("## `expect`")[1], verb)
    assert [key for key in LOOKS[verb] if f"`{key}`" not in row] == []


@pytest.mark.parametrize("table", [vocabulary.HEAD, vocabulary.CONTRACT, vocabulary.DEVICE])
def test_the_head_and_the_tables_are_described(table: dict[str, object]) -> None:
    assert [key for key in table if f"`{key}`" not in TEXT] == []


def test_the_example_can_be_read() -> None:
    example = TEXT.split("```toml\n")[1].split("```")[0]
    assert reading.read(example).id == "A1"
