"""Every sentence of the code has its Chinese, complete and with the same placeholders."""

import re
import subprocess
import sys

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from tests.architecture import source

CATALOGUES = sorted(source.TRANSLATIONS.glob("*/LC_MESSAGES/messages.po"))
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]|%%")


@pytest.fixture(scope="module")
def spoken(tmp_path_factory) -> Catalog:
    """What the code and the templates say now."""
    pot = tmp_path_factory.mktemp("pot") / "messages.pot"
    subprocess.run(
        [sys.executable, "-m", "babel.messages.frontend", "--quiet", "extract", "-F", "portal/web/babel.cfg",
         "-k", "_l", "-k", "lazy_gettext", "-k", "N_", "-o", str(pot), "."],
        cwd=source.ROOT, check=True,
    )  # fmt: skip
    with pot.open("rb") as file:
        return read_po(file)


def load(path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale=path.parts[-3])


def forms(text) -> list[str]:
    return list(text) if isinstance(text, list | tuple) else [text]


def test_there_is_a_catalogue_of_simplified_chinese():
    assert "zh_Hans" in {path.parts[-3] for path in CATALOGUES}


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda p: p.parts[-3])
def test_no_sentence_lacks_its_translation(path, spoken):
    catalogue = load(path)
    missing = []
    for message in spoken:
        if message.id:
            found = catalogue.get(message.id, message.context)
            if found is None or not all(forms(found.string)) or found.fuzzy:
                missing.append(forms(message.id)[0])
    assert missing == []


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda p: p.parts[-3])
def test_no_translation_is_a_guess_or_left_over(path, spoken):
    said = {forms(message.id)[0] for message in spoken if message.id}
    catalogue = load(path)
    assert [forms(m.id)[0] for m in catalogue if m.id and m.fuzzy] == []
    assert [forms(m.id)[0] for m in catalogue if m.id and forms(m.id)[0] not in said] == []


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda p: p.parts[-3])
def test_placeholders_are_the_same_on_both_sides(path):
    """A plural form may leave out the number, nothing else."""
    wrong = []
    for message in load(path):
        if not message.id:
            continue
        asked = {p for text in forms(message.id) for p in PLACEHOLDER.findall(text)}
        for text in forms(message.string):
            given = set(PLACEHOLDER.findall(text))
            optional = {"num"} if message.pluralizable else set()
            if text and not (asked - optional <= given <= asked):
                wrong.append((forms(message.id)[0], text))
    assert wrong == []


def test_chinese_sentences_have_chinese_punctuation():
    """Half-width marks after a Chinese character look like a slip. A search field keeps its colon (状态:等待)."""
    (path,) = (p for p in CATALOGUES if p.parts[-3] == "zh_Hans")
    slip = re.compile(r"[\u4e00-\u9fff”）](?:[,;?!]|:(?=\s|%|$))")
    texts = (text for message in load(path) for text in forms(message.string))
    assert [text for text in texts if text and slip.search(text)] == []
