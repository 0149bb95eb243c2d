"""Every endpoint × everybody: who may come in, who is sent to sign in, for whom it does not exist.

The stranger is a manager of another client organisation: no address with something of Harbour's in it exists for her.
"""

import pytest

from portal.kernel.actor import StaffRole
from portal.web import guards
from tests.architecture import routes, world
from tests.support.client import let_go

AUDIENCES = {"client", "staff", "member", "public"}
OWN_THINGS_ONLY = {
    "user_id",
    "staff_id",
    "team_id",
    "inbound_id",
    "delivery_id",
    "link_id",
    "job_id",
    "token",
    "code",
    "language",
    "filename",
    "name",
}
"""Placeholders that name nothing of one client organisation, or nothing that a client's door leads to."""


def rules(app):
    return sorted(app.url_map.iter_rules(), key=lambda rule: (rule.endpoint, rule.rule))


def test_every_endpoint_stands_behind_a_door(app):
    outside = [r.endpoint for r in rules(app) if guards.audience_of(app, r.endpoint) not in AUDIENCES]
    assert outside == []


def test_the_list_of_routes_is_the_one_that_was_agreed(app):
    """If this change was meant: `make routes`, and look at the difference."""
    assert routes.lines(app) == routes.FROZEN.read_text().splitlines()


def test_a_client_or_public_view_is_not_limited_to_staff_roles(app):
    assert [
        r.endpoint
        for r in rules(app)
        if routes.roles_of(app, r) and guards.audience_of(app, r.endpoint) != "staff"
    ] == []


@pytest.fixture
def settled(app):
    return world.make()


def allowed(app, rule, person) -> str:
    """What the guards promise: "in", "out" (404), "limited" (403) or "sign in"."""
    audience = guards.audience_of(app, rule.endpoint)
    if audience == "public":
        return "in"
    if person is None:
        return "sign in"
    is_staff = person.staff_role is not None
    if (audience == "staff" and not is_staff) or (audience == "client" and is_staff):
        return "out"
    if audience == "staff" and hasattr(app.view_functions[rule.endpoint], "needs_roles"):
        roles = {*routes.roles_of(app, rule), StaffRole.ADMINISTRATOR.value}
        return "in" if person.staff_role.value in roles else "limited"
    return "in"


def everybody(cast):
    return {"anonymous": None, **cast.clients, **cast.staff}


def browser_of(app, as_user, person):
    return app.test_client() if person is None else as_user(person)


def test_each_page_answers_everybody_as_its_audience_says(app, settled, as_user):
    """GET of every endpoint by everybody. Inside a door the answer is a page, a redirect, or 404 for what is not theirs."""
    wrong = []
    for name, person in everybody(settled.cast).items():
        for rule in rules(app):
            if "GET" not in rule.methods:
                continue
            answer = browser_of(app, as_user, person).get(
                settled.url(app, rule), headers={"Accept-Language": "en"}
            )
            promise, code = allowed(app, rule, person), answer.status_code
            location = answer.headers.get("Location", "")
            good = {
                "in": code < 400 or code in (404, 410),
                "out": code == 404,
                "limited": code == 403,
                "sign in": code == 303 and "next=" in location,
            }[promise]
            if (
                promise == "in"
                and name in ("owner", "administrator")
                and code >= 400
                and "token" not in rule.arguments
            ):
                good = False  # it is theirs
            if not good:
                wrong.append(f"{name} at {rule.endpoint}: {promise}, but {code} {location}")
            answer.close()
    let_go()
    assert wrong == []


def test_forms_cannot_be_sent_through_a_wrong_door(app, settled, as_user):
    wrong = []
    for name, person in everybody(settled.cast).items():
        for rule in rules(app):
            promise = allowed(app, rule, person)
            if "POST" not in rule.methods or promise == "in":
                continue
            answer = browser_of(app, as_user, person).post(settled.url(app, rule), data={})
            if answer.status_code != {"out": 404, "limited": 403, "sign in": 303}[promise]:
                wrong.append(f"{name} at {rule.endpoint}: {promise}, but {answer.status_code}")
            answer.close()
    assert wrong == []


def test_nothing_of_another_organisation_exists_for_a_stranger(app, settled, as_user):
    """Every method of every address behind the doors that a client may pass, with Harbour's things in it."""
    wrong = []
    for rule in rules(app):
        audience = guards.audience_of(app, rule.endpoint)
        if audience not in ("client", "member") or not (rule.arguments - OWN_THINGS_ONLY):
            continue
        for who in ("stranger", "colleague"):
            if who == "colleague" and rule.arguments & {
                "organisation_id",
                "site_id",
                "device_id",
                "contract_id",
            }:
                continue  # they share the organisation
            for method in sorted(rule.methods - {"HEAD", "OPTIONS"}):
                browser = as_user(getattr(settled.cast, who))
                answer = browser.open(
                    settled.url(app, rule), method=method, data={} if method != "GET" else None
                )
                if answer.status_code != 404:
                    wrong.append(f"{who}: {method} {rule.endpoint} answered {answer.status_code}")
                answer.close()
    assert wrong == []


def test_a_number_that_nobody_has_is_404_for_staff_too(app, settled, as_user):
    wrong = []
    for rule in rules(app):
        numbers = {
            name
            for name in rule.arguments
            if name in settled.values and isinstance(settled.value(rule, name), int)
        }
        if guards.audience_of(app, rule.endpoint) != "staff" or not numbers or "GET" not in rule.methods:
            continue
        answer = as_user(settled.cast.administrator).get(
            settled.url(app, rule, **dict.fromkeys(numbers, 999_999))
        )
        if answer.status_code != 404:
            wrong.append(f"{rule.endpoint} answered {answer.status_code}")
        answer.close()
    assert wrong == []
