"""The desk's search page: what it shows, keeps and never shows."""

import re

import pytest

from tests.integration.tickets import opened
from tests.support.queries import counted

pytestmark = pytest.mark.both


def numbers(answer):
    assert answer.status_code == 200
    return [int(n) for n in re.findall(r'class="request" href="/desk/tickets/(\d+)"', answer.text)]


@pytest.fixture
def desk(cast, as_user):
    browser = as_user(cast.agent)
    return lambda typed, **more: browser.get("/desk/search", query_string={"q": typed, **more})


def test_the_words_stand_in_their_sentence_and_are_no_html(cast, desk):
    number = opened.ticket(cast, subject="<i>打印机</i> jams", words='<script>alert("打印")</script>')
    opened.note(cast.agent, number, "打印 again & again")
    page = desk("打印")
    assert numbers(page) == [number]
    assert "&lt;i&gt;<mark>打印</mark>机&lt;/i&gt; jams" in page.text
    assert "<mark>打印</mark> again &amp; again" in page.text
    assert "Internal" in page.text
    assert "<script>alert" not in page.text


def test_the_number_of_a_ticket_leads_to_it(cast, desk):
    number = opened.ticket(cast)
    for typed in (f"T-{number}", f"t{number}", str(number)):
        assert desk(typed).headers["Location"].endswith(f"/desk/tickets/{number}")
    assert "Nothing found for “99999”" in desk("99999").text


def test_people_devices_contracts_and_organisations_stand_beside(cast, desk):
    for typed, name in {
        "小明": "王小明", "owner@harbour": "王小明", "13800138000": "王小明", "+8613800138000": "王小明",
        "SN-88412": "Till 2", "hl-0002": "Till 2", "海港": "海港物流 Harbour Logistics",
    }.items():  # fmt: skip
        assert f'<span class="search-name">{name}</span>' in desk(typed).text, typed
    assert "search-name" not in desk("Ada").text  # staff are no clients
    assert "search-name" not in desk("zebra").text


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("colour:red", "There is no field “colour:red”"),
        ("is:purple 打印", "“is:purple” says nothing that this field knows"),
        ("打印 " * 2000, "Only the first 400 characters were looked for."),
        ('"" ()*&|!', "These are only signs"),
        ("😀😀😀", "These are only signs"),
        ("'; DROP TABLE ticket; --", "Nothing found for"),
        ("NEAR(a b) AND NOT", "Nothing found for"),
        ("\x00", "What can be searched for"),
        ("", "What can be searched for"),
    ],
)
def test_bad_input_gets_a_sentence_and_what_was_typed_is_kept(cast, desk, typed, sentence):
    page = desk(typed)
    assert page.status_code == 200
    assert sentence in page.text
    kept = typed.strip().split(" ")[0].strip("\0").replace("'", "&#39;").replace('"', "&#34;")
    assert f'name="q" value="{kept}' in page.text


def test_pages_go_back_in_time(cast, desk):
    every = [opened.ticket(cast, subject=f"Scale {n}") for n in range(27)][::-1]
    first = desk("scale")
    key = re.search(r'rel="next" href="[^"]*before=(\d+)', first.text).group(1)
    second = desk("scale", before=key)
    assert numbers(first) + numbers(second) == every
    assert 'rel="next"' not in second.text
    for nonsense in ("x", "-1", "0", "9" * 40):
        assert desk("scale", before=nonsense).status_code == 200


@pytest.mark.databases("sqlite")
def test_every_example_and_shortcut_is_understood_in_both_languages(cast, app):
    from datetime import date

    from portal.tickets.rules.searching import understood
    from portal.tickets.views_staff import search
    from portal.web import languages

    for language in ("en", "zh_Hans"):
        with app.test_request_context(), languages.spoken(language, "Asia/Shanghai"):
            for example, _meaning in search._fields():
                asked = understood(example, date(2026, 3, 1))
                assert asked.misread == (), example
                assert asked.has_fields or asked.phrases, example
            for shortcut in search._shortcuts("打印 is:open"):
                assert shortcut["active"] is (shortcut["label"] in ("Open", "未结")), shortcut


def test_a_shortcut_adds_its_field_and_takes_it_out_again(cast, desk):
    page = desk("打印 is:open").text
    assert re.search(r'href="/desk/search\?q=%E6%89%93%E5%8D%B0" aria-current="true"', page)
    assert "q=%E6%89%93%E5%8D%B0+is:open+is:mine" in page.replace("%20", "+").replace("%3A", ":")


def test_the_page_takes_the_same_statements_for_few_and_for_many(cast, desk):
    opened.ticket(cast, subject="打印")
    with counted() as few:
        desk("打印")
    for _ in range(12):
        opened.note(cast.agent, opened.ticket(cast, subject="打印"), "打印")
    with counted() as many:
        desk("打印")
    assert len(many) == len(few) <= 7, str(many)


def test_clients_have_no_such_page(cast, as_user):
    opened.ticket(cast)
    for user in cast.clients.values():
        answer = as_user(user).get("/desk/search?q=till")
        assert answer.status_code in (302, 303, 403, 404)
        assert "Till" not in answer.text
