"""What must not be in the project's files, and papers that must agree with the code."""

import re
from dataclasses import MISSING, fields

import pytest

from portal.config import Settings
from tests.architecture import source

TEXT = {
    ".py",
    ".html",
    ".txt",
    ".md",
    ".toml",
    ".in",
    ".cfg",
    ".ini",
    ".css",
    ".js",
    ".po",
    ".sh",
    ".mako",
    "",
    ".yml",
    ".json",
}
# Written in pieces, so that this file does not find itself.
FORBIDDEN = [
    r"/(?:simple|packages)/" + r"[a-z0-9]", r"files\.python" + r"hosted", r"pypi\." + r"org", r"registry\." + r"npmjs",
    r"--(?:extra-)?index" + r"-url\b", r"--find" + r"-links\b", r"--trusted" + r"-host\b",
    "/wo" + "rk/", "/ro" + "ot/", "file" + ":///opt",
]  # fmt: skip


@pytest.mark.parametrize("pattern", FORBIDDEN)
def test_no_file_names_a_registry_or_a_place_on_somebodys_machine(pattern):
    found = [
        f"{source.name_of(path)}: {match.group()}"
        for path in source.tracked()
        if path.suffix in TEXT and "static/vendor" not in source.name_of(path)
        for line in path.read_text(errors="replace").splitlines()
        for match in [re.search(pattern, line)]
        if match and "--no-emit" not in line
    ]
    assert found == []


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_every_requirement_is_pinned_with_hashes(name):
    text = (source.ROOT / name).read_text().replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    assert lines
    assert [line[:60] for line in lines if not re.match(r"[a-z0-9._-]+==\S+\s+--hash=sha256:", line)] == []


def rows() -> dict[str, tuple[str, str]]:
    """The table of settings in docs/operations.md: name → (default, meaning)."""
    text = (source.ROOT / "docs" / "operations.md").read_text()
    found = re.findall(r"^\| `([A-Z_]+)` \| (.*?) \| (.*?) \|$", text, re.MULTILINE)
    return {name: (default, meaning) for name, default, meaning in found}


def test_every_setting_is_in_the_table_and_nothing_else():
    assert list(rows()) == [f.name.upper() for f in fields(Settings)]


def test_the_table_tells_the_real_defaults():
    told = {name: default.strip("`") for name, (default, _) in rows().items()}
    real = {}
    for f in fields(Settings):
        assert f.default is not MISSING
        plain = str(f.default).lower() if isinstance(f.default, bool) else str(f.default)
        real[f.name.upper()] = plain.replace(str(source.ROOT / "var"), "var")
    assert told == real


def test_every_setting_has_its_meaning():
    assert [name for name, (_, meaning) in rows().items() if len(meaning) < 10] == []


def test_the_ways_to_run_it_are_executable():
    assert (source.ROOT / ".ci" / "run").stat().st_mode & 0o111
