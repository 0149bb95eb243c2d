"""Mail domains of an organisation, and an address that staff say works again."""

import pytest
from sqlalchemy import select

from portal.infra.db import db
from portal.infra.transaction import transaction
from portal.kernel import clock
from portal.people.models import ContactEmail, OrganisationDomain
from portal.people.service import bouncing
from tests.support.client import let_go


def domains() -> list[tuple[int, str]]:
    let_go()
    return [(d.organisation_id, d.domain) for d in db.session.scalars(select(OrganisationDomain))]


def test_a_manager_adds_and_removes_a_domain(cast, as_user):
    browser = as_user(cast.manager)
    page = f"/desk/organisations/{cast.harbour.id}"
    assert browser.post(f"{page}/domains", data={"domain": "@Harbour.example"}).status_code == 303
    assert domains() == [(cast.harbour.id, "harbour.example")]
    assert "harbour.example" in as_user(cast.agent).get(page).text
    row = db.session.scalars(select(OrganisationDomain)).one()
    assert row.verified_by_id == cast.manager.id
    row_id = row.id
    let_go()
    other = f"/desk/organisations/{cast.elm.id}/domains/remove"
    browser.post(other, data={"domain_id": row_id})
    assert domains() != []
    browser.post(f"{page}/domains/remove", data={"domain_id": row_id})
    assert domains() == []


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "Write a domain such as example.com."),
        ("no domain", "Write a domain such as example.com."),
        ("wang@vip.qq.com", "Anybody can get an address at vip.qq.com"),
        ("elm.example", "elm.example belongs to Elm Dental already."),
    ],
)
def test_what_cannot_be_theirs_is_refused_and_kept(cast, as_user, typed, sentence):
    with transaction():
        db.session.add(
            OrganisationDomain(organisation_id=cast.elm.id, domain="elm.example", verified_at=clock.now())
        )
    answer = as_user(cast.manager).htmx(
        "POST", f"/desk/organisations/{cast.harbour.id}/domains", data={"domain": typed}
    )
    assert answer.status_code == 422
    assert sentence in answer.text
    assert answer.text.lstrip().startswith('<section class="stack" id="organisation-domains"')
    assert f'value="{typed}"' in answer.text
    assert len(domains()) == 1


def test_an_agent_and_a_client_add_none(cast, as_user):
    for who in (cast.agent, cast.client_manager):
        answer = as_user(who).post(
            f"/desk/organisations/{cast.harbour.id}/domains", data={"domain": "harbour.example"}
        )
        assert answer.status_code in (403, 404)
    assert domains() == []


def test_staff_say_that_an_address_works_again(cast, as_user):
    with transaction():
        bouncing.mark("owner@harbour.example", "5.1.1", clock.now())
    browser = as_user(cast.agent)
    page = f"/desk/contacts/{cast.owner.contact_id}"
    assert "5.1.1" in browser.get(page).text
    assert browser.post(f"{page}/works", data={"address": "manager@harbour.example"}).status_code == 404
    assert browser.post(f"{page}/works", data={"address": "owner@harbour.example"}).status_code == 303
    let_go()
    row = db.session.scalars(
        select(ContactEmail).where(ContactEmail.address == "owner@harbour.example")
    ).one()
    assert row.bounced_at is None


def test_editing_a_person_keeps_what_is_known_of_their_addresses(cast, as_user):
    from portal.people.service import contacts

    with transaction():
        bouncing.mark("owner@harbour.example", "5.1.1", clock.now())
        contacts.change_contact(
            cast.owner.contact_id, None, name="王小明", language="en", time_zone="Asia/Shanghai", phones=[],
            emails=["new@harbour.example", "owner@harbour.example"],
        )  # fmt: skip
    let_go()
    rows = db.session.scalars(select(ContactEmail).where(ContactEmail.contact_id == cast.owner.contact_id))
    assert {r.address: r.bounce_status for r in rows} == {
        "new@harbour.example": None,
        "owner@harbour.example": "5.1.1",
    }
