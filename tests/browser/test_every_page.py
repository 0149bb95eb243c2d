"""Each page of the demo, as a client on a phone in Chinese and as staff at a desk in English: readable, fitting, light.

Light: all that a page needs beside the vendored files that a browser keeps is under 60 KB compressed.
"""

import gzip

import pytest
from playwright.sync_api import Error as PlaywrightError

from tests.support import databases
from tests.support.browser import DESKTOP, PHONE

LIMIT = 60_000
PASSWORD = "red-lantern-7"

CLIENT = [
    "/home", "/requests", "/requests?q=发票", "/requests/new", "/requests/1008", "/requests/1018", "/requests/1037",
    "/requests/1014", "/contracts", "/contracts/1", "/contracts/cost", "/profile",
]  # fmt: skip
DESK = [
    "/desk/queue", "/desk/queue?view=waiting", "/desk/search?q=打印", "/desk/search", "/desk/tickets/1010", "/desk/tickets/1025",
    "/desk/tickets/1022", "/desk/tickets/1028/call", "/desk/tickets/1028/remote", "/desk/tickets/1028/reply",
    "/desk/tickets/1028/resolve", "/desk/tickets/new", "/desk/organisations", "/desk/organisations/2",
    "/desk/organisations/3/devices", "/desk/contacts/7", "/desk/mail", "/desk/outgoing", "/desk/team", "/desk/provider",
    "/desk/contracts", "/desk/contracts/3", "/desk/contracts/new", "/desk/calendars",
]  # fmt: skip


_SETTLED = """() => !document.querySelector('[hx-trigger="load"], .htmx-request')
    && [...document.images].every(image => image.complete || image.loading === "lazy")"""
"""The parts that a page loads by itself are there, and so are its pictures."""


@pytest.fixture
def demo(live_portal):
    """A portal with the demo in it."""
    portal = live_portal("sqlite", sign_in_tries="100 per 1 minute")
    application = portal.application()
    loaded = application.test_cli_runner().invoke(args=["demo", "load"], catch_exceptions=False)
    assert "The demo is loaded" in loaded.output
    databases.dispose(application)
    return portal.start_web()


@pytest.mark.parametrize(
    ("address", "language", "size", "theme", "pages"),
    [
        pytest.param(
            "zhou.min@hengxin.example", "zh-CN", PHONE, "dark", CLIENT, id="client-phone-chinese-dark"
        ),
        pytest.param(
            "admin@mingli.example", "en-GB", DESKTOP, "light", DESK, id="staff-desktop-english-light"
        ),
    ],
)
def test_each_page_is_accessible_fits_and_is_light(demo, open_window, address, language, size, theme, pages):
    window = open_window(demo.url, size=size, locale=language, color_scheme=theme)
    page = window.page
    weights: dict[str, int] = {}
    page.on("response", lambda r: weights.__setitem__(r.url, _weight(r)))
    page.goto("/sign-in")
    page.locator("[name=email]").fill(address)
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("#sign-in button[type=submit]").click()
    page.wait_for_url(lambda url: "/sign-in" not in url)
    faults = []
    for path in pages:
        weights.clear()
        answer = page.goto(path)
        page.wait_for_function(_SETTLED)
        if answer is None or answer.status != 200:
            faults.append(f"{path}: {answer and answer.status}")
            continue
        for look in (window.fits, window.axe):
            try:
                look()
            except AssertionError as fault:
                faults.append(f"{path}: {fault}")
        weight = sum(w for url, w in weights.items() if "/static/vendor/" not in url and "/files/" not in url)
        if weight > LIMIT:
            faults.append(f"{path}: {weight} bytes")
    assert not faults, "\n\n".join(faults)


def _weight(response) -> int:
    try:
        return len(gzip.compress(response.body(), 6))
    except PlaywrightError:  # a redirect has no body
        return 0
