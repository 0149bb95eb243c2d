"""One's own profile, of both sides."""

import pytest

from portal.infra.db import db
from portal.infra.transaction import transaction
from portal.people.models import Contact, User
from portal.people.service import contacts, passwords
from tests.cast import PASSWORD
from tests.support.queries import counted

HASH = passwords.hash_of(PASSWORD)


def form(contact, **changed):
    return {
        "name": contact.name, "language": "en", "time_zone": "Asia/Shanghai", "version": contact.version,
        "phones-0-number": "138 0013 8000", "phones-0-label": "mobile", "phones-1-number": "", "phones-1-label": "",
    } | changed  # fmt: skip


@pytest.mark.parametrize("who", ["owner", "agent"])
def test_both_sides_see_and_change_their_own(cast, as_user, who):
    user = getattr(cast, who)
    browser = as_user(user)
    assert user.name in browser.get("/profile").text
    answer = browser.post("/profile", data=form(user.contact, name="New Name", time_zone="Europe/Berlin"))
    assert answer.status_code == 303
    contact = db.session.get_one(Contact, user.contact_id)
    assert (contact.name, contact.time_zone) == ("New Name", "Europe/Berlin")
    assert [(p.number, p.digits, p.label) for p in contact.phones] == [
        ("138 0013 8000", "8613800138000", "mobile")
    ]
    assert contact.email == user.email


def test_a_visitor_is_sent_to_sign_in(client, cast):
    assert client.get("/profile").status_code == 303
    for path in ("/profile", "/profile/password", "/profile/sign-out-everywhere"):
        assert client.post(path).status_code == 303


def test_nobody_changes_somebody_elses(cast, as_user):
    as_user(cast.stranger).post(
        "/profile",
        data=form(cast.stranger.contact, name="Mine", contact_id=cast.owner.contact_id, id=cast.owner.id),
    )
    assert db.session.get_one(Contact, cast.owner.contact_id).name == "王小明"


@pytest.mark.parametrize(
    ("typed", "digits"),
    [
        ("138-0013-8000", "8613800138000"), ("+86 (138) 00138000", "8613800138000"), ("021 5555 0133", "862155550133"),
        ("+44 20 7946 0991", "442079460991"), ("400-820-8820", "864008208820"), ("008613800138000", "8613800138000"),
    ],
)  # fmt: skip
def test_a_phone_number_may_be_written_in_any_way(cast, as_user, typed, digits):
    as_user(cast.owner).post("/profile", data=form(cast.owner.contact, **{"phones-0-number": typed}))
    phone = db.session.get_one(Contact, cast.owner.contact_id).phones[0]
    assert (phone.number, phone.digits) == (typed, digits)


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"name": ""}, "Enter the name."),
        ({"name": "n" * 125}, "This is 5 characters too long; 120 fit."),
        ({"phones-0-number": "call me"}, "Enter a phone number, such as 138 0013 8000"),
        ({"time_zone": "Mars/Base"}, "Choose one of the list."),
        ({"language": "tlh"}, "Choose one of the list."),
    ],
)
def test_a_wrong_form_comes_back_with_a_sentence_and_what_was_typed(cast, as_user, changed, sentence):
    data = form(cast.agent.contact, **{"phones-1-number": "+44 20 7946 0991"} | changed)
    answer = as_user(cast.agent).post("/profile", data=data)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert "+44 20 7946 0991" in answer.text


def test_for_htmx_the_form_comes_back_alone(cast, as_user):
    answer = as_user(cast.agent).htmx("POST", "/profile", data=form(cast.agent.contact, name=""))
    assert answer.status_code == 422
    assert answer.text.strip().startswith("<section")
    assert 'id="member-profile"' in answer.text


def test_a_stale_form_is_told_and_keeps_its_text(cast, as_user):
    stale = form(cast.agent.contact, name="Mine")
    with transaction():
        contacts.set_language(cast.agent.contact_id, "en")
    browser = as_user(cast.agent)
    answer = browser.post("/profile", data=stale)
    assert answer.status_code == 422
    assert "Somebody else changed this" in answer.text
    assert 'value="Mine"' in answer.text
    assert browser.post("/profile", data=stale | {"version": cast.agent.contact.version}).status_code == 303


def test_the_language_is_kept_with_the_person_and_in_the_browser(cast, as_user):
    browser = as_user(cast.agent)
    answer = browser.post("/language", data={"language": "zh_Hans", "next": "/profile"})
    assert answer.headers["Location"] == "/profile"
    assert 'lang="zh-Hans"' in browser.get("/profile").text
    assert db.session.get_one(Contact, cast.agent.contact_id).language == "zh_Hans"
    assert "language=zh_Hans" in answer.headers["Set-Cookie"]


def test_a_visitor_chooses_a_language_too_and_stays_on_this_site(client, cast):
    answer = client.post("/language", data={"language": "zh_Hans", "next": "https://evil.example"})
    assert answer.headers["Location"] == "/"
    assert 'lang="zh-Hans"' in client.get("/sign-in").text


def password(**changed):
    return {
        "present": PASSWORD,
        "password": "four short words here",
        "repeat": "four short words here",
    } | changed


@pytest.fixture
def agent(cast):
    with transaction():
        db.session.get_one(User, cast.agent.id).password_hash = HASH
    return cast.agent


def test_a_new_password_wants_the_present_one_and_ends_all_other_sessions(agent, as_user):
    here, elsewhere = as_user(agent), as_user(agent)
    assert here.post("/profile/password", data=password()).status_code == 303
    assert here.get("/profile").status_code == 200
    assert elsewhere.get("/profile").status_code == 303
    stored = db.session.get_one(User, agent.id).password_hash
    assert passwords.matches(stored, "four short words here")


def test_a_wrong_present_password_changes_nothing(agent, as_user):
    answer = as_user(agent).post("/profile/password", data=password(present="a guess"))
    assert answer.status_code == 422
    assert "This is not your present password." in answer.text
    assert db.session.get_one(User, agent.id).password_hash == HASH


def test_guessing_the_present_password_is_limited(agent, as_user):
    browser = as_user(agent)
    for _ in range(10):
        browser.post("/profile/password", data=password(present="a guess"))
    answer = browser.post("/profile/password", data=password())
    assert "Too many tries" in answer.text
    assert db.session.get_one(User, agent.id).password_hash == HASH


def test_a_weak_new_password_is_refused(agent, as_user):
    answer = as_user(agent).post(
        "/profile/password", data=password(password="Password123", repeat="Password123")
    )
    assert answer.status_code == 422
    assert "everybody tries first" in answer.text


def test_signing_out_everywhere_ends_every_session(agent, as_user):
    here, elsewhere = as_user(agent), as_user(agent)
    assert here.post("/profile/sign-out-everywhere").status_code == 303
    assert here.get("/profile").status_code == 303
    assert elsewhere.get("/profile").status_code == 303


def test_a_page_of_the_desk_asks_who_is_there_who_we_are_and_what_waits(cast, as_user):
    browser = as_user(cast.agent)
    with counted() as statements:
        browser.get("/profile")
    assert len(statements) == 5, statements  # the person, the provider, what waits; the contact, its phones
