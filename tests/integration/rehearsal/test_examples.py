"""The worked examples of the contracts, each played from its scenario file against the real services."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from portal.rehearsal import doors
from portal.rehearsal.doors import Theatre

FOLDER = Path(__file__).resolve().parents[2] / "scenarios"
FILES = sorted(FOLDER.glob("*.toml"))


@pytest.fixture(scope="module")
def theatre() -> Iterator[Theatre]:
    with doors.scratch() as found:
        yield found


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_worked_example_holds(path: Path, theatre: Theatre) -> None:
    """One that is marked as not met yet must differ: when it holds, the mark has to go."""
    loaded = doors.load(path)
    found = theatre.play(loaded)
    assert found.id == path.stem
    if "not_yet" in loaded.scenario.head:
        assert not found.ok, "it holds now: take the mark away"
    else:
        assert found.differences == []
