"""Templates are compiled for each language: the words are right, values in them are escaped, addresses follow the mount."""

import pytest
from flask import render_template, url_for
from flask_babel import force_locale, lazy_gettext
from jinja2 import ChoiceLoader, FileSystemLoader, UndefinedError

pytestmark = pytest.mark.databases("sqlite")


@pytest.fixture
def templates(app, tmp_path, monkeypatch):
    loader = ChoiceLoader([FileSystemLoader(tmp_path), app.jinja_env.loader])
    monkeypatch.setattr(app.jinja_env, "loader", loader)
    monkeypatch.setitem(vars(app.jinja_env), "languages", {})

    def write(name, text):
        (tmp_path / name).write_text(text)
        return name

    return write


def in_both(app, name, **values):
    with app.test_request_context():
        found = []
        for language in ("en", "zh_Hans", "en"):
            with force_locale(language):
                found.append(render_template(name, **values))
    assert found[0] == found[2]
    return found[:2]


def test_one_application_speaks_each_language_in_turn(app, templates):
    name = templates("words.html", '{{ _("Queue") }}|{{ [N_("Closed")] | join }}')
    assert in_both(app, name) == ["Queue|Closed", "队列|Closed"]


def test_values_in_a_sentence_are_escaped_and_percent_signs_are_signs(app, templates):
    name = templates(
        "values.html",
        '{{ _("%(name)s has it", name=who) }} {{ _("Sending files: %(percent)s %%", percent=7) }}',
    )
    assert in_both(app, name, who="<b>50 %</b>")[0] == "&lt;b&gt;50 %&lt;/b&gt; has it Sending files: 7 %"


def test_in_a_mail_of_plain_text_nothing_is_escaped(app, templates):
    name = templates("mail.txt", '{{ _("%(name)s has it", name=who) }}')
    assert in_both(app, name, who="A & B")[0] == "A & B has it"


def test_a_word_that_is_drawn_once_is_drawn_once_for_each_language(app, templates):
    name = templates(
        "badge.html", '{% import "ui/kit.html" as ui %}{{ ui.status("closed") }}{{ ui.status("closed") }}'
    )
    english, chinese = in_both(app, name)
    assert english.count("Closed") == 2
    assert "Closed" not in chinese
    assert chinese.count("已关闭") == 2


def test_a_kept_address_follows_the_place_the_portal_is_mounted_at(app, templates):
    name = templates(
        "address.html", '{{ url_for("tickets_staff.queue") }} {{ url_for("tickets_staff.ticket", number=n) }}'
    )
    for mount, number in (("", 1001), ("/support", 1001), ("", 1002)):
        with app.test_request_context(environ_overrides={"SCRIPT_NAME": mount}):
            wanted = f"{url_for('tickets_staff.queue')} {url_for('tickets_staff.ticket', number=number)}"
            assert render_template(name, n=number) == wanted
            assert wanted.startswith(f"{mount}/desk/")


MACROS = """{% macro box(word, tone="plain") %}[{{ tone }}: {{ word }}{% if caller %} {{ caller() }}{% endif %}]{% endmacro %}
{%- macro given() %}{{ kwargs.name }}{{ varargs | join }}{% endmacro %}"""


def test_a_macro_takes_its_values_by_place_by_name_and_with_what_it_frames(app, templates):
    name = templates(
        "macros.html",
        MACROS
        + '{{ box("a") }}{{ box("<b>", "loud") }}{{ box(tone="x", word=who) }}'
        + '{% call box("in") %}{{ who }}{% endcall %}{{ given(1, name="n") }}{{ box(*["r", "s"]) }}',
    )
    said = in_both(app, name, who="<i>")[0]
    assert said.strip() == ("[plain: a][loud: &lt;b&gt;][x: &lt;i&gt;][plain: in &lt;i&gt;]n1[s: r]")


@pytest.mark.parametrize("call", ["box(1, 2, 3)", "box(1, color=2)", "nothing()", "box(1).nothing()"])
def test_a_call_that_does_not_fit_is_an_error(app, templates, call):
    name = templates("wrong.html", MACROS + "{{ " + call + " }}")
    with app.test_request_context(), pytest.raises((TypeError, UndefinedError)):
        render_template(name)


def test_a_sentence_takes_its_values_where_each_language_wants_them(app, templates):
    name = templates(
        "order.html",
        '{{ _("%(name)s, %(when)s: %(after)s instead of %(before)s, because: %(reason)s",'
        ' name=who, when=1, after=none, before=lazy, reason="<i>"|safe) }}',
    )
    english, chinese = in_both(app, name, who="<b>", lazy=lazy_gettext("Queue"))
    assert english == "&lt;b&gt;, 1: None instead of Queue, because: <i>"
    assert all(part in chinese for part in ("&lt;b&gt;", "1", "None", "队列", "<i>"))
    assert "%" not in chinese
