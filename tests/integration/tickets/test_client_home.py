"""The client's first page."""

from tests.integration.tickets import opened
from tests.support.queries import counted


def test_home_teaches_a_newcomer_how_to_raise_a_request(cast, as_user):
    answer = as_user(cast.client_manager).get("/home")
    assert answer.status_code == 200
    assert "No request yet" in answer.text
    assert 'href="/requests/new"' in answer.text


def test_home_shows_what_waits_for_the_client_before_what_is_open(cast, as_user):
    waiting = opened.ticket(cast, by=cast.client_manager, subject="Printer asks for a code")
    opened.wait(cast.agent, waiting, "Which code does it show?")
    opened.ticket(cast, by=cast.client_manager, subject="Slow website")
    text = as_user(cast.client_manager).get("/home").text
    assert text.index("Waits for you") < text.index("Printer asks for a code")
    assert text.index("Which code does it show?") < text.index("Open with us") < text.index("Slow website")


def test_home_tells_who_said_the_last_word(cast, as_user):
    mine = opened.ticket(cast, by=cast.client_manager, subject="Slow website", words="Since noon.")
    browser = as_user(cast.client_manager)
    assert "You: Since noon." in browser.get("/home").text
    opened.say(cast.agent, mine, "We look into it.")
    assert "Ada Agent: We look into it." in browser.get("/home").text
    opened.note(cast.agent, mine, "Their own fault, I think.")
    assert "Their own fault" not in browser.get("/home").text


def test_a_solved_request_waits_for_the_clients_word(cast, as_user):
    number = opened.ticket(cast, by=cast.client_manager)
    opened.resolve(cast.agent, number)
    text = as_user(cast.client_manager).get("/home").text
    assert text.index("Waits for you") < text.index("Till 2 prints nothing")


def test_home_says_when_all_is_done(cast, as_user):
    number = opened.ticket(cast, by=cast.client_manager)
    opened.resolve(cast.agent, number)
    opened.confirm(cast.client_manager, number)
    assert "Nothing is open" in as_user(cast.client_manager).get("/home").text


def test_home_shows_the_number_to_call(cast, as_user):
    assert 'href="tel:+862155550100"' in as_user(cast.owner).get("/home").text


def test_a_member_sees_no_request_of_a_colleague_and_a_manager_sees_all(cast, as_user):
    opened.ticket(cast, subject="Only the owner's")
    assert "Only the owner&#39;s" not in as_user(cast.colleague).get("/home").text
    assert "Only the owner&#39;s" in as_user(cast.client_manager).get("/home").text
    assert "Only the owner&#39;s" not in as_user(cast.stranger).get("/home").text


def test_home_takes_eight_statements_at_most_however_many_requests_there_are(cast, as_user):
    browser = as_user(cast.client_manager)
    for count in range(14):
        number = opened.ticket(cast, by=cast.client_manager, subject=f"Request {count}")
        if count % 2:
            opened.wait(cast.agent, number)
    with counted() as few:
        assert browser.get("/home").status_code == 200
    for count in range(14):
        opened.ticket(cast, by=cast.owner, subject=f"Request {count + 14}")
    with counted() as many:
        text = browser.get("/home").text
    assert len(many) == len(few) <= 8, str(many)
    assert "See all open requests" in text


def test_staff_have_no_client_home(cast, as_user):
    assert as_user(cast.agent).get("/home").status_code == 404


def test_a_visitor_is_sent_to_sign_in(cast, client):
    answer = client.get("/home")
    assert answer.status_code == 303
    assert "next=/home" in answer.headers["Location"].replace("%2F", "/")
