"""Signing in and out."""

import re

import pytest
import time_machine
from argon2 import PasswordHasher

from portal.infra.db import db
from portal.infra.transaction import transaction
from portal.kernel import clock
from portal.people.models import RateCounter, User
from portal.people.service import passwords, users
from tests.cast import PASSWORD

pytestmark = pytest.mark.both

HASH = passwords.hash_of(PASSWORD)


@pytest.fixture
def owner(cast):
    with transaction():
        db.session.get_one(User, cast.owner.id).password_hash = HASH
    return cast.owner


def send(client, email, password=PASSWORD, **more):
    return client.post("/sign-in", data={"email": email, "password": password, **more})


def plain(answer):
    """The page without its token, which is another one each time."""
    return re.sub(r'(csrf-token" content|csrf_token" value)="[^"]+"', "", answer.text)


def test_the_right_password_opens_the_portal(client, owner):
    answer = send(client, " Owner@Harbour.example ")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    assert client.get("/profile").status_code == 200
    assert db.session.get_one(User, owner.id).last_sign_in_at is not None


def test_a_wrong_password_gets_a_sentence_and_the_typed_address_stays(client, owner):
    answer = send(client, "owner@harbour.example", "not this one")
    assert answer.status_code == 422
    assert "The e-mail or the password is not right" in answer.text
    assert 'value="owner@harbour.example"' in answer.text
    assert "not this one" not in answer.text
    assert client.get("/profile").status_code == 303


def test_an_account_that_does_not_exist_gets_the_same_answer(client, owner):
    known = send(client, "owner@harbour.example", "not this one")
    unknown = send(client, "nobody@harbour.example", "not this one")
    assert unknown.status_code == known.status_code
    assert plain(unknown) == plain(known).replace("owner@harbour.example", "nobody@harbour.example").replace(
        "owner%40", "nobody%40"
    )


def test_somebody_who_has_not_set_a_password_cannot_sign_in(client, cast):
    assert send(client, "colleague@harbour.example", "").status_code == 422
    assert send(client, "colleague@harbour.example", "nobody has this password").status_code == 422


def test_a_deactivated_user_cannot_sign_in(client, owner):
    with transaction():
        users.deactivate(db.session.get_one(User, owner.id))
    assert send(client, "owner@harbour.example").status_code == 422


def test_an_empty_form_says_what_is_missing(client, cast):
    answer = send(client, "", "")
    assert answer.status_code == 422
    assert "Enter your e-mail address." in answer.text
    assert "Enter your password." in answer.text


def test_a_password_of_a_megabyte_is_refused_before_it_is_hashed(client, owner):
    answer = send(client, "owner@harbour.example", "x" * 1_000_000)
    assert answer.status_code == 422
    assert "too long" in answer.text


def test_after_too_many_tries_the_answer_says_how_long_to_wait(client, owner):
    for _ in range(10):
        assert send(client, "owner@harbour.example", "wrong one").status_code == 422
    refused = send(client, "owner@harbour.example")
    assert refused.status_code == 429
    assert "You can try again in 15 min" in refused.text
    assert 'value="owner@harbour.example"' in refused.text
    assert 0 < int(refused.headers["Retry-After"]) <= 901


def test_tries_count_for_the_account_whatever_the_address(app, owner):
    for n in range(10):
        app.test_client().post(
            "/sign-in",
            data={"email": "owner@harbour.example", "password": "x"},
            environ_base={"REMOTE_ADDR": f"192.0.2.{n}"},
        )
    answer = app.test_client().post(
        "/sign-in",
        data={"email": "owner@harbour.example", "password": PASSWORD},
        environ_base={"REMOTE_ADDR": "192.0.2.200"},
    )
    assert answer.status_code == 429


def test_tries_count_for_the_address_whatever_the_account(client, owner):
    for n in range(10):
        send(client, f"person{n}@elsewhere.example", "x")
    assert send(client, "owner@harbour.example").status_code == 429


def test_the_window_ends(client, owner):
    for _ in range(11):
        send(client, "owner@harbour.example", "x")
    with time_machine.travel(clock.now().timestamp() + 15 * 60 + 1):
        assert send(client, "owner@harbour.example").status_code == 303


def test_signing_in_uses_up_no_tries(app, owner):
    for _ in range(15):
        assert send(app.test_client(), "owner@harbour.example").status_code == 303
    assert db.session.scalars(db.select(RateCounter.count)).all() == [0]


def test_other_processes_share_the_count(make_app):
    from tests import cast as people

    first, second = make_app(), make_app()
    with first.app_context():
        people.make()
    for app in (first, second):
        app.config["WTF_CSRF_ENABLED"] = False
    codes = [send(app.test_client(), "owner@harbour.example", "x").status_code for app in [first, second] * 6]
    assert codes == [422] * 10 + [429] * 2


def test_it_goes_on_to_the_page_that_was_asked_for(client, owner):
    sent = client.get("/profile?x=1")
    assert sent.status_code == 303
    assert "next=/profile" in sent.headers["Location"].replace("%2F", "/")
    assert send(client, "owner@harbour.example", next="/profile?x=1").headers["Location"] == "/profile?x=1"


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "/\t/evil.example",
        "evil.example",
    ],
)
def test_it_never_goes_on_to_another_site(client, owner, elsewhere):
    assert send(client, "owner@harbour.example", next=elsewhere).headers["Location"] == "/"
    assert elsewhere not in client.get("/sign-in", query_string={"next": elsewhere}).headers.get(
        "Location", ""
    )


def test_the_session_is_a_new_one_after_signing_in(client, owner):
    with client.session_transaction() as session:
        session["csrf_token"] = "known to somebody else"
        session["left"] = "by somebody else"
    send(client, "owner@harbour.example")
    with client.session_transaction() as session:
        assert "left" not in session
        assert session.get("csrf_token") != "known to somebody else"
        assert session["_user_id"].startswith(f"{owner.id}:")
        assert session.permanent


def test_the_session_cookie_is_kept_from_scripts_and_other_sites(client, owner):
    cookie = send(client, "owner@harbour.example").headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_the_session_goes_on_when_a_phone_changes_its_network(client, owner):
    send(client, "owner@harbour.example")
    for address in ("192.0.2.1", "198.51.100.7"):
        assert client.get("/profile", environ_base={"REMOTE_ADDR": address}).status_code == 200


def test_signing_out_ends_the_session_of_this_browser(app, client, owner, as_user):
    elsewhere = as_user(owner)
    send(client, "owner@harbour.example")
    assert client.post("/sign-out").status_code == 303
    assert client.get("/profile").status_code == 303
    assert elsewhere.get("/profile").status_code == 200


def test_nobody_is_signed_out_by_a_link(client, owner):
    send(client, "owner@harbour.example")
    assert client.get("/sign-out").status_code == 405
    assert client.get("/profile").status_code == 200


def test_a_session_of_somebody_deactivated_ends_at_once(as_user, owner):
    browser = as_user(owner)
    assert browser.get("/profile").status_code == 200
    with transaction():
        users.deactivate(db.session.get_one(User, owner.id))
    assert browser.get("/profile").status_code == 303


@pytest.mark.parametrize("forged", ["1:", "1:wrong", "x:y", "", "1", ":", "99999999:token"])
def test_a_session_with_another_token_is_nobodys(client, cast, forged):
    with client.session_transaction() as session:
        session["_user_id"] = forged
    assert client.get("/profile").status_code == 303


def test_a_hash_of_older_parameters_is_renewed(client, owner):
    old = PasswordHasher(time_cost=1, memory_cost=8 * 1024, parallelism=1).hash(PASSWORD)
    with transaction():
        db.session.get_one(User, owner.id).password_hash = old
    assert send(client, "owner@harbour.example").status_code == 303
    renewed = db.session.get_one(User, owner.id).password_hash
    assert renewed != old
    assert "m=19456,t=2,p=1" in renewed
    assert send(client, "owner@harbour.example").status_code == 303


def test_who_is_signed_in_does_not_see_the_form(as_user, owner):
    assert as_user(owner).get("/sign-in").headers["Location"] == "/"


def test_htmx_is_told_to_go_to_the_sign_in_page(client, cast):
    answer = client.htmx("GET", "/profile")
    assert answer.status_code == 401
    assert answer.headers["HX-Redirect"].startswith("/sign-in")


def test_a_form_without_its_token_is_refused(make_app):
    assert send(make_app().test_client(), "owner@harbour.example").status_code == 400
