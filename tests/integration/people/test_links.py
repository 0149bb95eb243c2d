"""Invitations and forgotten passwords: links that are used once."""

import re

import pytest
import time_machine

from portal.infra.db import db
from portal.infra.outbox import OutboxEvent
from portal.infra.transaction import transaction
from portal.kernel import clock
from portal.people.models import ContactEmail, OneTimeLink, User
from portal.people.rules.links import LinkPurpose
from portal.people.service import links, users

pytestmark = pytest.mark.both

NEW = {"password": "four short words here", "repeat": "four short words here"}


def invited(cast, who="colleague"):
    with transaction():
        return links.url_of(users.invite(db.session.get_one(User, getattr(cast, who).id)).id)


def asked(email):
    with transaction():
        users.ask_reset(email)
    link = db.session.scalars(db.select(OneTimeLink).order_by(OneTimeLink.id.desc())).first()
    return links.url_of(link.id)


def path(url):
    assert url.startswith("http://portal.test/")
    return url.removeprefix("http://portal.test")


def test_an_invitation_sets_the_password_and_signs_in(client, cast):
    url = path(invited(cast))
    page = client.get(url)
    assert page.status_code == 200
    assert "Welcome, Li Na" in page.text
    assert client.post(url, data=NEW).status_code == 303
    assert client.get("/profile").status_code == 200
    assert db.session.get_one(User, cast.colleague.id).password_hash.startswith("$argon2id$")


def test_the_address_counts_as_verified_from_then_on(client, cast):
    with transaction():
        db.session.scalar(
            db.select(ContactEmail).where(ContactEmail.address == "colleague@harbour.example")
        ).verified_at = None
    client.post(path(invited(cast)), data=NEW)
    address = db.session.scalar(
        db.select(ContactEmail).where(ContactEmail.address == "colleague@harbour.example")
    )
    assert address.verified_at is not None


def test_a_link_works_once(app, cast):
    url = path(invited(cast))
    assert app.test_client().post(url, data=NEW).status_code == 303
    again = app.test_client().post(url, data=NEW)
    assert again.status_code == 404
    assert "This link works no more" in again.text


def test_opening_a_link_does_not_use_it_up(client, cast):
    url = path(invited(cast))
    for _ in range(3):
        assert client.get(url).status_code == 200
    assert client.head(url).status_code == 200
    assert client.post(url, data=NEW).status_code == 303


@pytest.mark.parametrize(("purpose", "seconds"), [("invitation", 7 * 86400), ("reset", 2 * 3600)])
def test_a_link_expires(client, cast, purpose, seconds):
    url = path(invited(cast) if purpose == "invitation" else asked("colleague@harbour.example"))
    issued = db.session.scalars(db.select(OneTimeLink.created_at)).one().timestamp()
    with time_machine.travel(issued + seconds - 60):
        assert client.get(url).status_code == 200
    with time_machine.travel(issued + seconds + 1):
        assert client.get(url).status_code == 404
        assert client.post(url, data=NEW).status_code == 404


def test_a_newer_link_makes_the_older_useless(client, cast):
    old, new = path(invited(cast)), path(invited(cast))
    assert client.get(old).status_code == 404
    assert client.get(new).status_code == 200


def test_a_link_of_one_purpose_is_none_of_the_other(client, cast):
    token = path(invited(cast)).removeprefix("/welcome/")
    assert client.get(f"/reset/{token}").status_code == 404


@pytest.mark.parametrize("token", ["x", "../sign-in", "%00", "é", "a" * 5000])
def test_a_made_up_token_is_404(client, cast, token):
    assert client.get(f"/welcome/{token}").status_code == 404


def test_a_link_of_somebody_deactivated_works_no_more(client, cast):
    url = path(invited(cast))
    with transaction():
        users.deactivate(db.session.get_one(User, cast.colleague.id))
    assert client.get(url).status_code == 404
    with transaction():
        users.activate(db.session.get_one(User, cast.colleague.id))
    assert client.get(url).status_code == 404


def test_the_database_does_not_hold_the_token(cast):
    url = invited(cast)
    link = db.session.scalars(db.select(OneTimeLink)).one()
    token = url.rsplit("/", 1)[1]
    assert len(token) >= 43
    assert token not in (link.salt, link.token_hash)
    events = db.session.scalars(db.select(OutboxEvent)).all()
    assert [(e.name, e.payload) for e in events] == [("PersonInvited", {"link_id": link.id})]


def test_a_weak_password_is_refused_with_a_sentence(client, cast):
    url = path(invited(cast))
    short = client.post(url, data={"password": "short", "repeat": "short"})
    assert (short.status_code, "at least 10 characters" in short.text) == (422, True)
    own = client.post(
        url, data={"password": "colleague@harbour.example", "repeat": "colleague@harbour.example"}
    )
    assert (own.status_code, "guess your name or address" in own.text) == (422, True)
    different = client.post(url, data=NEW | {"repeat": "four short words there"})
    assert (different.status_code, "not the same as the password above" in different.text) == (422, True)
    assert client.post(url, data=NEW).status_code == 303


def test_asking_for_a_new_password_answers_the_same_to_everybody(client, cast):
    known = client.post("/forgot", data={"email": "owner@harbour.example"})
    unknown = client.post("/forgot", data={"email": "nobody@harbour.example"})
    assert (known.status_code, unknown.status_code) == (200, 200)
    plain = re.compile(r'csrf-token" content="[^"]+"|csrf_token" value="[^"]+"')
    assert plain.sub("", known.text) == plain.sub("", unknown.text).replace("nobody@", "owner@")
    assert db.session.scalars(db.select(OneTimeLink.user_id)).all() == [cast.owner.id]
    assert db.session.scalars(db.select(OutboxEvent.name)).all() == ["PasswordResetAsked"]


def test_asking_too_often_is_refused(client, cast):
    for _ in range(10):
        assert client.post("/forgot", data={"email": "owner@harbour.example"}).status_code == 200
    refused = client.post("/forgot", data={"email": "owner@harbour.example"})
    assert refused.status_code == 429
    assert 'value="owner@harbour.example"' in refused.text


def test_a_reset_signs_out_everywhere(app, cast, as_user):
    before = as_user(cast.owner)
    url = path(asked("owner@harbour.example"))
    browser = app.test_client()
    assert browser.post(url, data=NEW).status_code == 303
    assert before.get("/profile").status_code == 303
    assert browser.get("/profile").status_code == 200


def test_a_reset_makes_an_open_invitation_useless(client, cast):
    invitation, reset = path(invited(cast)), path(asked("colleague@harbour.example"))
    client.post(reset, data=NEW)
    client.post("/sign-out")
    assert client.get(invitation).status_code == 404


def test_the_host_of_a_request_does_not_change_the_links(app, client, cast):
    client.post(
        "/forgot",
        data={"email": "owner@harbour.example"},
        headers={"Host": "evil.example", "X-Forwarded-Host": "evil.example"},
    )
    link = db.session.scalars(db.select(OneTimeLink)).one()
    with app.test_request_context(base_url="http://evil.example"):
        assert links.url_of(link.id).startswith("http://portal.test/reset/")


def test_the_addresses_of_links_are_those_of_the_pages(app):
    with app.test_request_context():
        for purpose, endpoint in (
            (LinkPurpose.INVITATION, "people_public.invitation"),
            (LinkPurpose.RESET, "people_public.reset"),
        ):
            assert app.url_for(endpoint, token="x") == f"{links.PATHS[purpose]}x"


def test_old_links_and_counters_are_forgotten(client, cast):
    from portal.people import jobs
    from portal.people.models import RateCounter

    invited(cast)
    client.post("/forgot", data={"email": "owner@harbour.example"})
    with transaction():
        jobs.prune({})
    assert db.session.query(OneTimeLink).count() == 2
    with time_machine.travel(clock.now().timestamp() + 40 * 86400), transaction():
        jobs.prune({})
    assert db.session.query(OneTimeLink).count() == 0
    assert db.session.query(RateCounter).count() == 0


def test_the_pages_of_links_tell_nothing_to_other_sites(client, cast):
    answer = client.get(path(invited(cast)))
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert not re.search(r'(?:src|href)="https?://', answer.text)
