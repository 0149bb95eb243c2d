"""The client's list of requests."""

from tests.integration.tickets import opened
from tests.support.queries import counted


def numbers(answer) -> list[int]:
    import re

    return [int(n) for n in re.findall(r'class="request" href="/requests/(\d+)"', answer.text)]


def test_each_tab_shows_its_own(cast, as_user):
    fresh = opened.ticket(cast)
    waits = opened.ticket(cast)
    opened.wait(cast.agent, waits)
    solved = opened.ticket(cast)
    opened.resolve(cast.agent, solved)
    closed = opened.ticket(cast)
    opened.resolve(cast.agent, closed)
    opened.confirm(cast.owner, closed)
    browser = as_user(cast.owner)
    assert set(numbers(browser.get("/requests"))) == {fresh, waits, solved}
    assert numbers(browser.get("/requests?show=waiting")) == [waits]
    assert numbers(browser.get("/requests?show=resolved")) == [solved]
    assert numbers(browser.get("/requests?show=closed")) == [closed]
    assert set(numbers(browser.get("/requests?show=all"))) == {fresh, waits, solved, closed}


def test_a_manager_may_see_only_the_own_ones(cast, as_user):
    opened.ticket(cast)
    mine = opened.ticket(cast, by=cast.client_manager)
    browser = as_user(cast.client_manager)
    assert len(numbers(browser.get("/requests"))) == 2
    assert numbers(browser.get("/requests?whose=mine")) == [mine]


def test_search_finds_chinese_words_numbers_and_devices(cast, as_user):
    printer = opened.ticket(cast, subject="标签机不打印", words="上午开始打印不出标签。")
    other = opened.ticket(cast, subject="Slow website", device_id=cast.till.id)
    browser = as_user(cast.owner)
    assert numbers(browser.get("/requests", query_string={"q": "打印"})) == [printer]
    assert numbers(browser.get("/requests", query_string={"q": f"T-{other}"})) == [other]
    assert numbers(browser.get("/requests", query_string={"q": str(other)})) == [other]
    assert numbers(browser.get("/requests", query_string={"q": "SN-88412"})) == [other]


def test_search_finds_no_internal_note_and_nothing_of_others(cast, as_user):
    number = opened.ticket(cast, words="Screen is dark.")
    opened.note(cast.agent, number, "Probably forgetful")
    assert numbers(as_user(cast.owner).get("/requests?q=forgetful")) == []
    assert numbers(as_user(cast.colleague).get("/requests?q=dark")) == []
    assert numbers(as_user(cast.stranger).get(f"/requests?show=all&q={number}")) == []


def test_the_words_are_shown_in_their_sentence_and_nothing_internal_is(cast, as_user):
    number = opened.ticket(cast, subject="Scale", words="The <b>receipt</b> is blank.")
    opened.note(cast.agent, number, "receipt: he broke it himself")
    text = as_user(cast.owner).get("/requests?q=receipt").text
    assert "The &lt;b&gt;<mark>receipt</mark>&lt;/b&gt; is blank." in text
    assert "himself" not in text
    assert numbers(as_user(cast.owner).get("/requests?q=himself")) == []
    assert numbers(as_user(cast.owner).get("/requests?q=receipt+himself")) == []


def test_a_search_that_finds_nothing_says_so_and_keeps_the_words(cast, as_user):
    opened.ticket(cast, by=cast.client_manager)
    text = as_user(cast.client_manager).get("/requests?q=unicorn").text
    assert "Nothing found for “unicorn”" in text
    assert 'value="unicorn"' in text


def test_pages_follow_one_another_without_gap_or_repeat(cast, as_user):
    every = [opened.ticket(cast, subject=f"Request {n}") for n in range(27)]
    browser = as_user(cast.owner)
    first = browser.get("/requests")
    assert len(numbers(first)) == 25
    link = first.text.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    second = browser.get(link)
    assert numbers(first) + numbers(second) == every[::-1]
    assert 'rel="next"' not in second.text


def test_nonsense_in_the_address_is_taken_as_nothing(cast, as_user):
    opened.ticket(cast)
    browser = as_user(cast.owner)
    for query in (
        "after=zz-zz",
        "after=1",
        "show=everything",
        "organisation=abc",
        "q=%00%22%27*)",
        "after=fffffffffffffff-1",
    ):
        assert browser.get(f"/requests?{query}").status_code == 200, query


def test_another_organisation_in_the_address_shows_nothing(cast, as_user):
    opened.ticket(cast)
    assert numbers(as_user(cast.owner).get(f"/requests?organisation={cast.elm.id}")) == []


def test_htmx_gets_the_list_alone(cast, as_user):
    opened.ticket(cast)
    answer = as_user(cast.owner).htmx("GET", "/requests?show=all", target="ticket-listing")
    assert answer.text.lstrip().startswith('<div id="ticket-listing">')
    assert "<html" not in answer.text


def test_the_list_takes_the_same_statements_for_few_and_for_many(cast, as_user):
    browser = as_user(cast.client_manager)
    opened.ticket(cast, device_id=cast.till.id)
    with counted() as few:
        browser.get("/requests?q=till")
    for n in range(20):
        number = opened.ticket(
            cast, by=cast.client_manager if n % 2 else cast.owner, device_id=cast.website.id
        )
        opened.say(cast.agent, number, "We look into it.")
    with counted() as many:
        browser.get("/requests?q=till")
    assert len(few) == len(many) <= 6, str(many)
