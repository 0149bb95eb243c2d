"""What the journeys of visits share: a contract with a weekly visit, a portal in whose house it is always a given time, its
worker at that time, a finger on the glass, and what the database holds after all."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from flask import Flask
from sqlalchemy import select
from werkzeug.serving import make_server

from portal import worker
from portal.assets.models import DeviceKind
from portal.contracts.models import ContractRecord
from portal.contracts.rules import notices
from portal.contracts.service import calendars, entering
from portal.contracts.service.entering import NewContract
from portal.infra.db import db
from portal.infra.transaction import transaction
from portal.kernel import clock
from portal.people.models import Organisation, User
from tests.integration.contracts.conftest import DATA, at, form_text
from tests.integration.dispatch.test_visits import PC
from tests.integration.tickets import opened
from tests.support import databases
from tests.support.client import apart, let_go


@dataclass
class House:
    """The portal in the test's own process. `now`: what its clock says, in Shanghai; turned by hand."""

    application: Flask
    now: str

    def work(self) -> None:
        """Whatever is due by that clock is done, as by the worker."""

        def drain() -> None:
            with clock.told(at(self.now)), self.application.app_context():
                while worker.drain():
                    pass

        apart(drain)


@contextmanager
def served_at(scene: Any, text: str) -> Iterator[House]:
    """The same portal, in this process, where it is that time in Shanghai."""
    application = scene.portal.application()
    house, inner = House(application, text), application.wsgi_app

    def answer(environ: Any, start_response: Any) -> Any:
        with clock.told(at(house.now)):
            return inner(environ, start_response)

    application.wsgi_app = answer
    server = make_server("127.0.0.1", 0, application, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    before, scene.portal.url = scene.portal.url, f"http://127.0.0.1:{server.port}"
    try:
        yield house
    finally:
        scene.portal.url = before
        server.shutdown()
        thread.join(10)
        databases.dispose(application)


@contextmanager
def inside(scene: Any) -> Iterator[Callable[[str], User]]:
    """The portal's database, for preparing and for looking; gives `user("agent")`."""
    application = scene.portal.application()
    with application.app_context():

        def user(who: str) -> User:
            found = db.session.scalar(select(User).where(User.email == scene.addresses[who]))
            assert found
            return found

        yield user
        let_go()
    databases.dispose(application)


def weekly_contract(agent: User) -> ContractRecord:
    """The harbour's PC-1 for 2026 with a visit each Wednesday, signed by both, and the days off of that year."""
    harbour = db.session.scalar(select(Organisation).where(Organisation.name.like("%Harbour%")))
    assert harbour
    with clock.told(at("2025-10-20 10:00")), transaction():
        calendars.take("CN", notices.parse((DATA / "calendars" / "CN-2026.csv").read_text()))
        new = NewContract("C-1", harbour.id, form_text("pc_fleet"), PC, device_classes=(DeviceKind.TERMINAL,))
        record, _ = entering.enter(opened.actor(agent), new)
        for side, name in (("client", "王敏"), ("provider", "李强")):
            entering.sign(record.versions[0], side, name, clock.now())
    return record


def crew(user: Callable[[str], User]) -> SimpleNamespace:
    """Those of the cast who have to do with a visit."""
    return SimpleNamespace(agent=user("agent"), engineer=user("engineer"), owner=user("owner"))


def told_of(scene: Any, *queries: Any) -> list[Any]:
    """What the database holds after all: the rows of each query."""
    with inside(scene):
        answers = [db.session.scalars(query).all() for query in queries]
        db.session.expunge_all()
    return answers


def write_a_name(page: Any, side: str) -> None:
    """A stroke on the glass of "engineer" or "client"."""
    pad = page.locator(f"[data-signature={side}] canvas")
    pad.evaluate("pad => pad.scrollIntoView({block: 'center'})")
    box = pad.bounding_box()
    page.mouse.move(box["x"] + 30, box["y"] + 100)
    page.mouse.down()
    for x, y in ((80, 40), (130, 120), (180, 50), (260, 110)):
        page.mouse.move(box["x"] + x, box["y"] + y, steps=4)
    page.mouse.up()
