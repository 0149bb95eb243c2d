"""The desk's pages of people of clients."""

import re

import pytest

from portal.infra.db import db
from portal.infra.outbox import OutboxEvent
from portal.infra.transaction import transaction
from portal.kernel.actor import ClientRole
from portal.people import queries
from portal.people.models import Contact, ContactEmail, Membership, OneTimeLink, User
from portal.people.service import contacts, users
from tests import cast as people


def person(**changed):
    return {
        "name": "Wang Fang", "phones-0-number": "021-5555 0199", "phones-0-label": "office", "emails-0": "Fang@Harbour.example",
        "emails-1": "", "role": "member", "title": "Accountant", "language": "zh_Hans", "time_zone": "Asia/Shanghai", "note": "",
    } | changed  # fmt: skip


def named(name):
    return db.session.scalar(db.select(Contact).where(Contact.name == name))


def version_in(answer):
    return re.search(r'name="version"[^>]* value="(\d+)"', answer.text)[1]


def add(cast, as_user, **changed):
    return as_user(cast.agent).post(
        f"/desk/organisations/{cast.harbour.id}/contacts/new", data=person(**changed)
    )


def test_an_agent_adds_a_person(cast, as_user):
    answer = add(cast, as_user)
    made = named("Wang Fang")
    assert answer.headers["Location"] == f"/desk/contacts/{made.id}"
    assert made.email == "fang@harbour.example"
    assert made.phones[0].digits == "862155550199"
    place = made.memberships[0]
    assert (place.organisation_id, place.role, place.title) == (
        cast.harbour.id,
        ClientRole.MEMBER,
        "Accountant",
    )
    assert made.user is None
    assert "Wang Fang" in as_user(cast.engineer).get(f"/desk/organisations/{cast.harbour.id}").text


def test_with_the_invitation_at_once(cast, as_user):
    add(cast, as_user, invite="y")
    user = named("Wang Fang").user
    assert (user.email, user.staff_role, user.password_hash) == ("fang@harbour.example", None, None)
    assert db.session.scalars(db.select(OutboxEvent.name)).all() == ["PersonInvited"]


def test_an_invitation_needs_an_address(cast, as_user):
    answer = add(cast, as_user, invite="y", **{"emails-0": ""})
    assert answer.status_code == 422
    assert "Enter an e-mail address first" in answer.text
    assert named("Wang Fang") is None


def test_an_address_belongs_to_one_person_only(cast, as_user):
    answer = add(cast, as_user, **{"emails-0": "OWNER@harbour.example"})
    assert answer.status_code == 422
    assert "owner@harbour.example belongs to 王小明 already." in answer.text
    assert "Accountant" in answer.text


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"name": " "}, "Enter the name."),
        ({"emails-0": "fang at harbour"}, "This is not an e-mail address."),
        ({"emails-0": "a@b.example\r\nBcc: x@y.example"}, "This is not an e-mail address."),
        ({"phones-0-number": "ask her"}, "Enter a phone number"),
        ({"role": "emperor"}, "Not a valid choice"),
        ({"title": "t" * 130}, "This is 10 characters too long; 120 fit."),
    ],
)
def test_a_wrong_form_comes_back_with_a_sentence(cast, as_user, changed, sentence):
    answer = add(cast, as_user, **changed)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert db.session.query(Contact).count() == 8


@pytest.mark.parametrize("who", ["owner", "client_manager", "stranger"])
def test_for_clients_none_of_these_pages_exist(cast, as_user, who):
    browser, contact_id = as_user(getattr(cast, who)), cast.owner.contact_id
    for path in (f"/desk/contacts/{contact_id}", f"/desk/contacts/{contact_id}/edit"):
        assert browser.get(path).status_code == 404
    for action in ("edit", "invite", "deactivate", "activate", "sign-out", "place", "leave"):
        assert browser.post(f"/desk/contacts/{contact_id}/{action}", data=person()).status_code == 404, action
    assert (
        browser.post(f"/desk/organisations/{cast.harbour.id}/contacts/new", data=person()).status_code == 404
    )


def test_staff_are_no_contacts_an_agent_cannot_change_the_administrators_address(cast, as_user):
    path = f"/desk/contacts/{cast.administrator.contact_id}"
    browser = as_user(cast.agent)
    assert browser.get(path).status_code == 404
    for action in ("edit", "invite", "deactivate", "sign-out", "place", "leave"):
        assert (
            browser.post(
                f"{path}/{action}", data=person(version=1, organisation_id=cast.harbour.id)
            ).status_code
            == 404
        )
    known = browser.post(
        f"/desk/organisations/{cast.harbour.id}/contacts/known",
        data={"email": "admin@portal.example", "role": "member"},
    )
    assert known.status_code == 422
    assert db.session.get_one(User, cast.administrator.id).email == "admin@portal.example"


def test_a_person_of_two_organisations(cast, as_user):
    browser = as_user(cast.agent)
    answer = browser.post(
        f"/desk/organisations/{cast.harbour.id}/contacts/known",
        data={"email": " Stranger@Elm.example", "role": "manager"},
    )
    assert answer.status_code == 303
    text = browser.get(f"/desk/contacts/{cast.stranger.contact_id}").text
    assert "Elm Dental" in text
    assert "海港物流" in text
    roles = {m.organisation_id: m.role for m in queries.places_of_contact(cast.stranger.contact_id)}
    assert roles == {cast.elm.id: ClientRole.MANAGER, cast.harbour.id: ClientRole.MANAGER}


def test_somebody_unknown_cannot_be_added_by_address(cast, as_user):
    answer = as_user(cast.agent).post(
        f"/desk/organisations/{cast.harbour.id}/contacts/known",
        data={"email": "who@ever.example", "role": "member"},
    )
    assert answer.status_code == 422
    assert "Nobody is known by this address" in answer.text
    assert "who@ever.example" in answer.text


def test_another_role_shows_at_once(cast, as_user):
    as_user(cast.agent).post(
        f"/desk/contacts/{cast.owner.contact_id}/place",
        data={"organisation_id": cast.harbour.id, "role": "manager", "title": "Boss"},
    )
    from portal.people.service import accounts

    assert accounts.identity(cast.owner.id).memberships == {cast.harbour.id: ClientRole.MANAGER}


def test_who_leaves_an_organisation_sees_nothing_of_it_and_can_come_back(cast, as_user):
    from portal.people.service import accounts

    path, data = (
        f"/desk/contacts/{cast.owner.contact_id}",
        {"organisation_id": cast.harbour.id, "role": "member", "title": ""},
    )
    browser = as_user(cast.agent)
    assert browser.post(f"{path}/leave", data=data).status_code == 303
    assert accounts.identity(cast.owner.id).memberships == {}
    assert "王小明" not in browser.get(f"/desk/organisations/{cast.harbour.id}").text
    browser.post(f"{path}/place", data=data)
    assert accounts.identity(cast.owner.id).memberships == {cast.harbour.id: ClientRole.MEMBER}
    assert db.session.query(Membership).filter_by(contact_id=cast.owner.contact_id).count() == 1


def test_editing_keeps_order_and_what_was_verified(cast, as_user):
    data = person(
        name="王小明",
        version=1,
        **{"emails-0": "owner@harbour.example", "emails-1": "second@harbour.example"},
    )
    assert (
        as_user(cast.agent).post(f"/desk/contacts/{cast.owner.contact_id}/edit", data=data).status_code == 303
    )
    contact = db.session.get_one(Contact, cast.owner.contact_id)
    assert [e.address for e in contact.emails] == ["owner@harbour.example", "second@harbour.example"]
    assert [e.verified_at is not None for e in contact.emails] == [True, False]
    swapped = data | {"version": 2, "emails-0": "second@harbour.example", "emails-1": "owner@harbour.example"}
    as_user(cast.agent).post(f"/desk/contacts/{cast.owner.contact_id}/edit", data=swapped)
    contact = db.session.get_one(Contact, cast.owner.contact_id)
    assert [(e.address, e.verified_at is not None) for e in contact.emails] == [
        ("second@harbour.example", False), ("owner@harbour.example", True),
    ]  # fmt: skip
    assert contact.user.email == "owner@harbour.example"


def test_when_the_sign_in_address_goes_the_next_one_takes_its_place(cast, as_user):
    with transaction():
        users.invite(db.session.get_one(User, cast.owner.id))
    data = person(name="王小明", version=1, **{"emails-0": "new@harbour.example"})
    as_user(cast.agent).post(f"/desk/contacts/{cast.owner.contact_id}/edit", data=data)
    assert db.session.get_one(User, cast.owner.id).email == "new@harbour.example"
    assert db.session.scalars(db.select(OneTimeLink.used_at)).one() is not None
    left = db.session.scalars(
        db.select(ContactEmail.address).where(ContactEmail.contact_id == cast.owner.contact_id)
    ).all()
    assert left == ["new@harbour.example"]


def test_who_signs_in_keeps_an_address(cast, as_user):
    answer = as_user(cast.agent).post(
        f"/desk/contacts/{cast.owner.contact_id}/edit", data=person(version=1, **{"emails-0": ""})
    )
    assert answer.status_code == 422
    assert "one address is needed" in answer.text
    assert db.session.get_one(Contact, cast.owner.contact_id).email == "owner@harbour.example"


def test_the_second_of_two_edits_is_told(cast, as_user):
    path = f"/desk/contacts/{cast.owner.contact_id}/edit"
    data = person(version=1, **{"emails-0": "owner@harbour.example"})
    assert as_user(cast.agent).post(path, data=data | {"name": "First"}).status_code == 303
    told = as_user(cast.engineer).post(path, data=data | {"name": "Second"})
    assert told.status_code == 422
    assert "Somebody else changed this while your form was open" in told.text
    assert 'value="Second"' in told.text
    again = as_user(cast.engineer).post(path, data=data | {"name": "Second", "version": version_in(told)})
    assert again.status_code == 303
    assert named("Second") is not None


def test_deactivating_a_person_ends_everything(cast, as_user):
    session = as_user(cast.owner)
    assert session.get("/profile").status_code == 200
    browser = as_user(cast.agent)
    assert browser.post(f"/desk/contacts/{cast.owner.contact_id}/deactivate").status_code == 303
    assert session.get("/profile").status_code == 303
    assert queries.contact_by_email("owner@harbour.example") is None
    assert [c.name for c in queries.names_of(cast.harbour.id)] == ["Chen Bo", "Li Na"]
    assert [c.name for c in queries.contacts_of(cast.harbour.id, 1)] == ["Chen Bo"]
    assert "Deactivated" in browser.get(f"/desk/contacts/{cast.owner.contact_id}").text
    browser.post(f"/desk/contacts/{cast.owner.contact_id}/activate")
    assert queries.contact_by_email("owner@harbour.example") is not None
    assert session.get("/profile").status_code == 303


def test_a_lost_phone_is_signed_out(cast, as_user):
    session = as_user(cast.owner)
    as_user(cast.agent).post(f"/desk/contacts/{cast.owner.contact_id}/sign-out")
    assert session.get("/profile").status_code == 303


def test_a_new_invitation_replaces_the_old(cast, as_user):
    browser = as_user(cast.agent)
    for _ in range(2):
        assert browser.post(f"/desk/contacts/{cast.colleague.contact_id}/invite").status_code == 303
    rows = db.session.scalars(db.select(OneTimeLink).order_by(OneTimeLink.id)).all()
    assert [r.used_at is None for r in rows] == [False, True]


@pytest.mark.parametrize("words", ["李", "139 0013", "0139 0013 9000", "colleague@", "li n"])
def test_an_organisation_is_found_by_any_part_of_its_people(cast, words):
    with transaction():
        contacts.change_contact(
            cast.colleague.contact_id,
            None,
            name="李娜 Li Na",
            language="en",
            time_zone="UTC",
            phones=["139 0013 9000"],
        )
    found = queries.organisations_page(people.actor(cast.agent), words, None, inactive=False, size=9)
    assert [o.id for o in found] == [cast.harbour.id]


@pytest.mark.parametrize("words", ["Ada Agent", "nobody at all", "%", "_"])
def test_no_organisation_is_found_by_the_staff_or_by_signs(cast, words):
    assert queries.organisations_page(people.actor(cast.agent), words, None, inactive=False, size=9) == []


def test_a_name_inside_a_refusal_is_never_markup(cast, as_user):
    add(cast, as_user, name="<img src=x>")
    answer = add(cast, as_user, name="Another")
    assert "belongs to &lt;img src=x&gt; already." in answer.text
    assert "<img src=x>" not in answer.text
    assert "<img src=x>" not in as_user(cast.agent).get(f"/desk/organisations/{cast.harbour.id}").text
