"""`flask people …`."""

import re

from portal.infra.db import db
from portal.kernel.actor import StaffRole
from portal.people.models import User
from tests.support.client import apart


def run(app, *words, **options):
    return apart(app.test_cli_runner().invoke, args=["people", *words], **options)


def test_setting_up_prints_a_link_that_opens_the_portal(app, client):
    done = run(
        app,
        "setup",
        "--provider",
        "Lantern",
        "--phone",
        "021 5555 0100",
        "--name",
        "Ann",
        "--email",
        "Ann@lantern.example",
    )
    assert done.exit_code == 0, done.output
    link = re.search(r"http://portal\.test(/welcome/\S+)", done.output)[1]
    password = "four short words here"
    assert client.post(link, data={"password": password, "repeat": password}).status_code == 303
    assert client.get("/desk/team").status_code == 200
    user = db.session.scalars(db.select(User)).one()
    assert (user.email, user.staff_role) == ("ann@lantern.example", StaffRole.ADMINISTRATOR)


def test_what_is_not_given_is_asked_for(app):
    done = run(app, "setup", input="Lantern\n\nAnn\nann@lantern.example\n")
    assert done.exit_code == 0, done.output
    assert db.session.scalars(db.select(User.email)).all() == ["ann@lantern.example"]


def test_there_is_one_provider_only(app, cast):
    done = run(
        app, "setup", "--provider", "Second", "--phone", "", "--name", "Eve", "--email", "eve@evil.example"
    )
    assert done.exit_code == 1
    assert "The provider is set up already." in done.output
    assert db.session.scalar(db.select(User).where(User.email == "eve@evil.example")) is None


def test_a_zone_that_does_not_exist_is_named(app):
    done = run(
        app,
        "setup",
        "--provider",
        "L",
        "--phone",
        "",
        "--name",
        "A",
        "--email",
        "a@b.example",
        "--time-zone",
        "Mars",
    )
    assert done.exit_code == 2
    assert "--time-zone" in done.output


def test_inviting_again_from_the_server(app, cast, client):
    done = run(app, "invite", "AGENT@portal.example")
    assert client.get(done.output.strip().removeprefix("http://portal.test")).status_code == 200
    assert run(app, "invite", "nobody@portal.example").exit_code == 1
