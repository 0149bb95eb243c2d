"""The provider's own people."""

import pytest

from portal.infra.db import db
from portal.infra.transaction import transaction
from portal.kernel.actor import StaffRole
from portal.people.models import Contact, OneTimeLink, Team, User
from portal.people.service import users
from tests.support.queries import counted


def colleague(**changed):
    return {
        "name": "Nora New", "emails-0": "nora@portal.example", "phones-0-number": "021 5555 0177", "phones-0-label": "",
        "staff_role": "agent", "team_id": "0", "language": "en", "time_zone": "Asia/Shanghai", "invite": "y",
    } | changed  # fmt: skip


def user_of(email):
    return db.session.scalar(db.select(User).where(User.email == email))


PAGES = ("/desk/team", "/desk/team/new", "/desk/provider", "/desk/teams/{team}", "/desk/team/{agent}")
ACTIONS = (
    "/desk/team/{agent}/invite", "/desk/team/{agent}/deactivate", "/desk/team/{agent}/activate", "/desk/teams",
    "/desk/provider/hours", "/desk/provider/closures", "/desk/provider/closures/remove",
)  # fmt: skip


@pytest.mark.parametrize(
    ("who", "code"),
    [
        ("owner", 404),
        ("client_manager", 404),
        ("stranger", 404),
        ("agent", 403),
        ("engineer", 403),
        ("manager", 403),
    ],
)
def test_only_administrators_come_in(cast, as_user, who, code):
    browser = as_user(getattr(cast, who))
    ids = {"team": cast.team.id, "agent": cast.agent.id}
    for path in (page.format(**ids) for page in PAGES):
        assert browser.get(path).status_code == code, path
    for path in (action.format(**ids) for action in ACTIONS):
        assert browser.post(path, data={"name": "x"}).status_code == code, path
    assert db.session.get_one(User, cast.agent.id).active


def test_others_see_no_link_to_it(cast, as_user):
    assert 'href="/desk/team"' in as_user(cast.administrator).get("/desk/organisations").text
    assert 'href="/desk/team"' not in as_user(cast.manager).get("/desk/organisations").text


def test_an_administrator_adds_a_colleague_who_is_invited(cast, as_user):
    answer = as_user(cast.administrator).post("/desk/team/new", data=colleague(team_id=str(cast.team.id)))
    assert answer.status_code == 303
    user = user_of("nora@portal.example")
    assert (user.staff_role, user.team_id, user.name) == (StaffRole.AGENT, cast.team.id, "Nora New")
    assert db.session.scalars(db.select(OneTimeLink.user_id)).all() == [user.id]
    assert "Nora New" in as_user(cast.administrator).get("/desk/team").text


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"emails-0": "agent@portal.example"}, "agent@portal.example belongs to Ada Agent already."),
        ({"emails-0": ""}, "Enter an e-mail address first"),
        ({"name": ""}, "Enter the name."),
        ({"team_id": "999"}, "Choose one of the list."),
    ],
)
def test_a_wrong_form_comes_back_with_a_sentence(cast, as_user, changed, sentence):
    answer = as_user(cast.administrator).post("/desk/team/new", data=colleague(**changed))
    assert answer.status_code == 422
    assert sentence in answer.text
    assert "021 5555 0177" in answer.text
    assert db.session.query(User).count() == 8


def edit(cast, who, **changed):
    contact = db.session.get_one(Contact, who.contact_id)
    return {
        "name": contact.name, "emails-0": contact.email, "phones-0-number": "", "phones-0-label": "", "language": "en",
        "time_zone": "UTC", "version": contact.version, "team_id": "0", "staff_role": who.staff_role.value,
    } | changed  # fmt: skip


def test_a_new_role_counts_at_once(cast, as_user):
    agent = as_user(cast.agent)
    assert agent.get("/desk/organisations/new").status_code == 403
    as_user(cast.administrator).post(
        f"/desk/team/{cast.agent.id}", data=edit(cast, cast.agent, staff_role="manager")
    )
    assert agent.get("/desk/organisations/new").status_code == 200


def test_the_last_administrator_stays_one(cast, as_user):
    browser = as_user(cast.administrator)
    answer = browser.post(
        f"/desk/team/{cast.administrator.id}", data=edit(cast, cast.administrator, staff_role="agent")
    )
    assert answer.status_code == 422
    assert "This is the only administrator." in answer.text
    browser.post(f"/desk/team/{cast.administrator.id}/deactivate")
    assert "This is the only administrator." in browser.get("/desk/team").text
    assert db.session.get_one(User, cast.administrator.id).active


def test_one_of_two_administrators_may_go(cast, as_user):
    with transaction():
        users.change_role(db.session.get_one(User, cast.manager.id), StaffRole.ADMINISTRATOR, None)
    as_user(cast.manager).post(f"/desk/team/{cast.administrator.id}/deactivate")
    assert not db.session.get_one(User, cast.administrator.id).active
    as_user(cast.manager).post(f"/desk/team/{cast.manager.id}/deactivate")
    assert db.session.get_one(User, cast.manager.id).active


def test_a_deactivated_administrator_does_not_count(cast):
    with transaction():
        users.change_role(db.session.get_one(User, cast.manager.id), StaffRole.ADMINISTRATOR, None)
        users.deactivate(db.session.get_one(User, cast.manager.id))
    from portal.kernel.errors import Refused

    with pytest.raises(Refused), transaction():
        users.deactivate(db.session.get_one(User, cast.administrator.id))


def test_deactivating_signs_out_at_once_and_can_be_undone(cast, as_user):
    session, browser = as_user(cast.agent), as_user(cast.administrator)
    assert session.get("/profile").status_code == 200
    browser.post(f"/desk/team/{cast.agent.id}/deactivate")
    assert session.get("/profile").status_code == 303
    browser.post(f"/desk/team/{cast.agent.id}/activate")
    assert db.session.get_one(User, cast.agent.id).active
    assert session.get("/profile").status_code == 303


def test_clients_users_are_no_team(cast, as_user):
    browser = as_user(cast.administrator)
    assert browser.get(f"/desk/team/{cast.owner.id}").status_code == 404
    for action in ("invite", "deactivate", "activate"):
        assert browser.post(f"/desk/team/{cast.owner.id}/{action}").status_code == 404


def test_teams_are_named_once(cast, as_user):
    browser = as_user(cast.administrator)
    assert browser.post("/desk/teams", data={"name": "Network"}).status_code == 303
    taken = browser.post("/desk/teams", data={"name": "first LINE"})
    assert (taken.status_code, "There is a team of this name already." in taken.text) == (422, True)
    assert browser.post(f"/desk/teams/{cast.team.id}", data={"name": "Front desk"}).status_code == 303
    assert db.session.scalars(db.select(Team.name).order_by(Team.name)).all() == ["Front desk", "Network"]


def test_the_page_costs_the_same_however_many_there_are(cast, as_user):
    browser = as_user(cast.administrator)
    for n in range(5):
        browser.post(
            "/desk/team/new", data=colleague(name=f"Person {n}", **{"emails-0": f"p{n}@portal.example"})
        )
    browser.get("/desk/team")
    with counted() as statements:
        assert "Person 4" in browser.get("/desk/team").text
    assert len(statements) == 7, (
        statements
    )  # 3 as everywhere; the staff, their addresses, their phones; the teams
