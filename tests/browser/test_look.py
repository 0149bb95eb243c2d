"""The style guide in Chromium: every component readable by all, and what app.js adds to plain pages."""

import pytest

from tests.support import databases
from tests.support.browser import DESKTOP, PHONE
from tests.support.live import Portal


@pytest.fixture(scope="module")
def portal(tmp_path_factory, worker_name):
    """One for all: nothing of what is done here is kept."""
    url = databases.fresh("sqlite", f"look_{worker_name}")
    portal = Portal(tmp_path_factory.mktemp("look"), url, {"DEVELOPMENT": "1"})
    yield portal.start_web()
    portal.stop()


@pytest.fixture
def guide(portal, open_window):
    """`guide(layout=…, size=…, …)` is a window on the style guide."""

    def look(layout="client", language="en", size=DESKTOP, theme="light"):
        window = open_window(portal.url, size=size, color_scheme=theme)
        window.page.goto(f"/styleguide/?layout={layout}&language={language}")
        return window

    return look


def test_every_component_is_accessible_and_fits(guide):
    """Layout, language, width and theme are paired, not multiplied."""
    for layout, language, size, theme in (
        ("client", "en", DESKTOP, "light"),
        ("client", "zh_Hans", PHONE, "dark"),
        ("staff", "zh_Hans", DESKTOP, "dark"),
        ("staff", "en", PHONE, "light"),
    ):
        window = guide(layout, language, size, theme)
        window.fits()
        window.axe(f"{layout} {language} {size} {theme}")


def test_unsent_text_comes_back_after_the_page_was_left(guide):
    page = guide().page
    page.on("dialog", lambda dialog: dialog.accept())
    page.locator("#sample-form textarea").press_sequentially("The lamp blinks red")
    page.reload()
    assert page.locator("#sample-form textarea").input_value() == "The lamp blinks red"
    page.get_by_role("button", name="Discard it").click()
    page.reload()
    assert page.locator("#sample-form textarea").input_value() == ""


def test_a_destructive_button_asks_first_and_going_back_sends_nothing(guide):
    page = guide().page
    sent = []
    page.on("request", lambda request: sent.append(request) if request.method == "POST" else None)
    page.get_by_role("button", name="Remove device").click()
    question = page.get_by_role("dialog", name="Remove till 2?")
    question.wait_for()
    question.get_by_role("button", name="No, go back").click()
    question.wait_for(state="detached")
    assert sent == []


def test_chosen_files_are_named_and_the_wrong_ones_refused_with_a_sentence(guide):
    page = guide().page
    page.set_input_files(
        "#sample-form input[type=file]",
        [
            {"name": "photo.jpg", "mimeType": "image/jpeg", "buffer": b"x" * 2000},
            {"name": "setup.exe", "mimeType": "application/octet-stream", "buffer": b"MZ"},
        ],
    )
    chosen = page.locator("#sample-form .files").first.inner_text()
    assert "photo.jpg" in chosen
    assert "setup.exe is a kind of file that we cannot take" in chosen
    assert page.evaluate("document.querySelector('#sample-form input[type=file]').files.length") == 1


def test_keys_open_pages_of_the_desk_but_not_while_somebody_types(guide):
    page = guide("staff").page
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "quick-search"
    page.keyboard.type("?")
    assert page.locator("#keys").is_hidden()
    page.locator("#quick-search").blur()
    page.keyboard.press("?")
    assert page.locator("#keys").is_visible()


def test_without_scripts_every_file_can_be_chosen_and_every_menu_opens(portal, open_window):
    page = open_window(portal.url, size=PHONE, java_script_enabled=False).page
    page.goto("/styleguide/?layout=client")
    assert page.locator("#sample-form input[type=file]").is_visible()
    page.locator("summary", has_text="More").click()
    assert page.get_by_role("link", name="Print", exact=True).is_visible()
