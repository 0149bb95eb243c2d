"""A portal that runs, its people with passwords, and their windows: what every journey begins with."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from babel.messages.pofile import read_po
from playwright.sync_api import Page

from tests import cast as people
from tests.support import databases
from tests.support.browser import DESKTOP, Window

CATALOGUE = Path(__file__).resolve().parents[2] / "portal/web/translations/zh_Hans/LC_MESSAGES/messages.po"
BROWSERS_WISH = {"en": "en-GB", "zh_Hans": "zh-CN"}


@cache
def _chinese() -> dict[str, str]:
    with CATALOGUE.open("rb") as file:
        return {m.id: str(m.string) for m in read_po(file) if isinstance(m.id, str) and m.id}


def speaker(language: str) -> Callable[..., str]:
    """`say("Log call")` is what a button of that name says in this language: a page in the wrong one is not understood."""

    def say(words: str, /, **values: Any) -> str:
        spoken = _chinese()[words] if language == "zh_Hans" else words
        return spoken % values if values else spoken

    return say


@dataclass
class Stage:
    """A portal with the cast in it, all of whom read one language. `numbers` are the people's sign-ins."""

    portal: Any
    language: str
    open_window: Callable[..., Window]
    addresses: dict[str, str]
    complaints: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        return str(self.portal.url)

    @property
    def say(self) -> Callable[..., str]:
        return speaker(self.language)

    def window(self, **options: Any) -> Window:
        """Somebody's browser, nobody signed in. Errors in its console are complaints, answers of 422, 413 and 401 apart."""
        window = self.open_window(
            self.url, locale=BROWSERS_WISH[self.language], **{"size": DESKTOP, **options}
        )
        window.page.on("console", lambda m: self._listen(m.type, m.text))
        return window

    def sign_in(self, who: str, **options: Any) -> Window:
        """The window of one of the cast, who has come in by the sign-in page."""
        window = self.window(**options)
        window.page.goto("/sign-in")
        self.fill_sign_in(window.page, who)
        return window

    def fill_sign_in(self, page: Page, who: str) -> None:
        page.get_by_label(self.say("E-mail"), exact=True).fill(self.addresses[who])
        page.get_by_label(self.say("Password"), exact=True).fill(people.PASSWORD)
        page.get_by_role("main").get_by_role("button", name=self.say("Sign in"), exact=True).click()
        page.wait_for_url(lambda url: "/sign-in" not in url)

    def _listen(self, kind: str, text: str) -> None:
        if (
            kind == "error"
            and "status of 422" not in text
            and "status of 413" not in text
            and "status of 401" not in text
        ):
            self.complaints.append(text)


def _give_passwords(language: str) -> dict[str, str]:
    from portal.infra.transaction import transaction
    from portal.people.service import passwords

    cast = people.make()
    secret = passwords.hash_of(people.PASSWORD)
    with transaction():
        from portal.infra.db import db

        for made in [*cast.clients.values(), *cast.staff.values()]:
            user = db.session.merge(made)
            user.password_hash = secret
            user.contact.language = language
    return {name: user.email for name, user in {**cast.clients, **cast.staff}.items()}


@pytest.fixture
def stage(
    live_portal: Callable[..., Any], open_window: Callable[..., Window]
) -> Iterator[Callable[..., Stage]]:
    """`stage("sqlite", "zh_Hans", worker=False, **settings)` starts a portal over that database, for people of that language."""
    stages: list[Stage] = []

    def make(engine: str = "sqlite", language: str = "en", *, worker: bool = False, **settings: Any) -> Stage:
        portal = live_portal(engine, sign_in_tries="100 per 1 minute", **settings)
        application = portal.application()
        with application.app_context():
            addresses = _give_passwords(language)
        databases.dispose(application)
        portal.start_web()
        if worker:
            portal.start_worker()
        stages.append(Stage(portal, language, open_window, addresses))
        return stages[-1]

    yield make
    complaints = [complaint for made in stages for complaint in made.complaints]
    assert not complaints, "\n".join(complaints)
