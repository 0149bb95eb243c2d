"""Pages, fragments and mails keep to their form."""

import re
from html.parser import HTMLParser

import pytest

from tests.architecture import source

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
EVENT_ATTRIBUTE = re.compile(r"\son[a-z]+\s*=", re.IGNORECASE)
JINJA = re.compile(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
MAILS = source.TEMPLATES / "notify" / "email"
PAGES = [p for p in source.templates() if MAILS not in p.parents]
FRAGMENTS = [
    p
    for p in PAGES
    if p.name.startswith("_") and p.relative_to(source.TEMPLATES).parts[0] not in ("layouts", "ui", "errors")
]
MACRO = re.compile(r"\{%-?\s*macro\b.*?\{%-?\s*endmacro\s*-?%\}", re.DOTALL)
SETTING = re.compile(r"\{%-?\s*set\b[^=%]*%\}.*?\{%-?\s*endset\s*-?%\}", re.DOTALL)


class Roots(HTMLParser):
    """Elements at the top of a fragment, and text beside them."""

    def __init__(self):
        super().__init__()
        self.depth, self.roots, self.loose = 0, [], []

    def handle_starttag(self, tag, attrs):
        if self.depth == 0:
            self.roots.append((tag, dict(attrs)))
        if tag not in VOID:
            self.depth += 1

    def handle_startendtag(self, tag, attrs):
        if self.depth == 0:
            self.roots.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        if tag not in VOID:
            self.depth -= 1

    def handle_data(self, data):
        if self.depth == 0 and data.strip():
            self.loose.append(data.strip())


@pytest.mark.parametrize("path", FRAGMENTS, ids=source.name_of)
def test_a_fragment_is_one_element_with_an_id(path):
    """What stands in branches of {% if %} counts once for each branch that opens an element with the same id."""
    text = SETTING.sub("", MACRO.sub("", path.read_text()))
    parser = Roots()
    parser.feed(
        JINJA.sub(
            lambda m: "x" if m.group().startswith("{{") and "id=" not in m.group() else "", _quote_safe(text)
        )
    )
    loose = [t for t in parser.loose if t.strip("x \n")]
    ids = {attrs.get("id") for _, attrs in parser.roots}
    assert len(parser.roots) >= 1, "no element at all"
    assert len(ids) == 1, f"several roots: {parser.roots}"
    assert None not in ids, f"the root has no id: {parser.roots}"
    assert loose == []


def _quote_safe(text):
    """Jinja expressions hold quotes and angle brackets that an HTML parser would take for its own."""
    return re.sub(
        r"\{([{%#])(.*?)([}%#])\}",
        lambda m: "{" + m[1] + re.sub(r"[\"'<>]", " ", m[2]) + m[3] + "}",
        text,
        flags=re.DOTALL,
    )


@pytest.mark.parametrize("path", PAGES, ids=source.name_of)
def test_pages_carry_no_script_and_no_style_of_their_own(path):
    """The Content-Security-Policy would drop them in silence; so would hx-on."""
    text = re.sub(r"\{#.*?#\}", "", path.read_text(), flags=re.DOTALL)
    assert not re.search(r"<style\b", text)
    assert not re.search(r"<script\b(?![^>]*\bsrc\s*=)", text)
    assert not re.search(r"\sstyle\s*=", text)
    assert not re.search(r"\shx-on\b|\shx-on:|\shx-vals\s*=\s*[\"']js:|javascript:", text)
    assert not EVENT_ATTRIBUTE.search(JINJA.sub("", _quote_safe(text)))


@pytest.mark.parametrize("path", PAGES, ids=source.name_of)
def test_forms_that_change_something_carry_their_token(path):
    text = path.read_text()
    for form in re.findall(
        r"<form\b[^>]*method\s*=\s*[\"']post[\"'].*?</form>", text, re.DOTALL | re.IGNORECASE
    ):
        assert re.search(r"csrf|hidden_tag", form), form[:200]


def test_there_are_mails_to_check():
    assert [p for p in MAILS.iterdir() if p.is_dir()] != []


@pytest.mark.parametrize("folder", sorted(p for p in MAILS.glob("*") if p.is_dir()), ids=lambda p: p.name)
def test_a_mail_has_a_subject_and_a_body_in_both_forms(folder):
    assert {p.name for p in folder.iterdir()} == {"subject.txt", "body.txt", "body.html"}
    for path in folder.iterdir():
        assert path.read_text().strip(), f"{path.name} is empty"


@pytest.mark.parametrize("path", source.templates("*.html"), ids=source.name_of)
def test_nothing_is_marked_safe_in_a_template(path):
    """Escaping is switched off in Python only, beside the reason for it."""
    assert not re.search(r"\|\s*safe\b|autoescape\s+false", path.read_text())
