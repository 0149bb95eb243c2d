"""Where things stand and how they are called."""

import ast

import pytest

from tests.architecture import source

FILE_NAMES = {
    "__init__", "views_client", "views_staff", "views_public", "views_member", "jobs", "cli", "handlers", "doors", "forms",
    "render", "service", "queries", "models", "events", "rules", "identity", "data",
}  # fmt: skip
SAY_NOTHING = {"utils", "util", "helpers", "helper", "common", "misc", "shared", "base", "tools"}


@pytest.mark.parametrize("path", [p for p in source.modules() if p.name == "__init__.py"], ids=source.name_of)
def test_a_package_begins_with_its_docstring_and_nothing_else(path):
    body = source.tree(path).body
    assert ast.get_docstring(source.tree(path)), "no docstring"
    assert len(body) == 1, "code in __init__.py is loaded by everybody below it, unseen"


@pytest.mark.parametrize("path", source.modules(), ids=source.name_of)
def test_a_module_says_what_it_owns(path):
    assert ast.get_docstring(source.tree(path)), "no docstring"


@pytest.mark.parametrize("folder", source.capabilities(), ids=source.name_of)
def test_a_capability_has_only_files_whose_names_say_their_layer(folder):
    names = {
        p.stem for p in folder.iterdir() if p.suffix == ".py" or (p.is_dir() and p.name != "__pycache__")
    }
    assert names <= FILE_NAMES


def test_no_file_has_a_name_that_says_nothing():
    assert [
        source.name_of(p) for p in source.tracked() if p.stem in SAY_NOTHING and p.suffix != ".html"
    ] == []


@pytest.mark.parametrize("path", source.modules(), ids=source.name_of)
def test_no_file_grows_past_400_lines(path):
    assert len(path.read_text().splitlines()) <= 400


def test_only_the_settings_read_the_environment():
    """supervise.py hands the environment to its children."""
    allowed = {"portal/config.py", "portal/supervise.py"}
    readers = {
        source.name_of(path)
        for path in source.modules()
        for node in ast.walk(source.tree(path))
        if isinstance(node, ast.Attribute | ast.Name) and getattr(node, "attr", getattr(node, "id", "")) in ("environ", "getenv")
    }  # fmt: skip
    assert readers <= allowed
