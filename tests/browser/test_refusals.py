"""Bad input: each refusal is a clear sentence in the person's language, and what was typed stays."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.support.browser import DESKTOP, PHONE

LANGUAGES = [
    pytest.param("zh_Hans", PHONE, id="phone-chinese"),
    pytest.param("en", DESKTOP, id="desktop-english"),
]
TYPED = "The drawer opens by itself."


@pytest.fixture
def form(stage):
    """`form(language, size)` is (scene, page) on the form of a new request, with something typed in."""

    def open_form(language: str, size: tuple[int, int], **settings):
        scene = stage("sqlite", language, **settings)
        page = scene.sign_in("owner", size=size).page
        return scene, begin(scene, page)

    return open_form


def begin(scene, page):
    page.goto("/requests/new")
    page.get_by_label(scene.say("What happens?")).fill(TYPED)
    return page


def send(scene, page) -> None:
    page.get_by_role("button", name=scene.say("Send the request")).click()


def text_is_kept(scene, page) -> None:
    assert page.get_by_label(scene.say("What happens?")).input_value() == TYPED


@pytest.mark.parametrize(("language", "size"), LANGUAGES)
def test_what_is_too_long_of_the_wrong_kind_or_too_large_is_named_and_the_text_stays(
    form, tmp_path: Path, language, size
):
    scene, page = form(language, size, max_file_bytes=300_000)
    main = page.get_by_role("main")
    too_long(scene, page)

    (tmp_path / "setup.exe").write_bytes(b"MZ" + b"\0" * 100)
    begin(scene, page)
    page.set_input_files("input[type=file]", tmp_path / "setup.exe")
    expect(main).to_contain_text("setup.exe")
    text_is_kept(scene, page)

    plain = scene.sign_in("owner", size=size, java_script_enabled=False).page
    (tmp_path / "dump.bin").write_bytes(b"\0" * 300_001)
    (tmp_path / "note.txt").write_text("drawer 2")
    begin(scene, plain).set_input_files(
        "input[type=file]", [tmp_path / name for name in ("setup.exe", "dump.bin", "note.txt")]
    )
    send(scene, plain)
    for words, values in (
        (
            "%(name)s is a program, and programs are not accepted. Send a picture, a document or a zip.",
            {"name": "setup.exe"},
        ),
        (
            "%(name)s is larger than %(limit)s. Make it smaller or split it.",
            {"name": "dump.bin", "limit": "300 kB"},
        ),
    ):
        expect(plain.get_by_role("main")).to_contain_text(scene.say(words, **values))
    text_is_kept(scene, plain)
    send(scene, plain)
    expect(plain.get_by_role("link", name="note.txt")).to_be_visible()
    expect(plain.get_by_role("link", name="setup.exe")).to_have_count(0)


def too_long(scene, page) -> None:
    page.locator(
        "details > summary", has_text=scene.say("More, if you like: subject, kind, colleagues")
    ).click()
    subject = page.locator("input[name=subject]")
    subject.evaluate("field => field.removeAttribute('maxlength')")
    subject.fill("x" * 260)
    send(scene, page)
    expect(page.locator("#subject-error")).to_contain_text("60")
    assert page.locator("input[name=subject]").input_value() == "x" * 260
    text_is_kept(scene, page)


def test_a_form_that_was_open_for_too_long_is_sent_again_with_its_text(form):
    scene, page = form("en", DESKTOP)
    page.evaluate("document.querySelectorAll('[name=csrf_token]').forEach(field => field.value = 'stale')")
    page.evaluate("document.querySelector('meta[name=csrf-token]').content = 'stale'")
    page.get_by_role("button", name=scene.say("Send the request")).click()
    expect(page.get_by_role("main")).to_contain_text("What you typed is still here")
    assert page.get_by_label(scene.say("What happens?")).input_value() == TYPED
    page.get_by_role("button", name=scene.say("Send the request")).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(TYPED)


def test_a_wrong_password_keeps_the_address_and_says_what_to_do(stage):
    scene = stage("sqlite", "zh_Hans")
    page = scene.window(size=PHONE).page
    page.goto("/sign-in")
    page.get_by_label(scene.say("E-mail"), exact=True).fill(scene.addresses["owner"])
    page.get_by_label(scene.say("Password"), exact=True).fill("not my password")
    page.get_by_role("main").get_by_role("button", name=scene.say("Sign in")).click()
    sentence = scene.say(
        "The e-mail or the password is not right. Check both, or choose a new password below."
    )
    expect(page.get_by_role("main")).to_contain_text(sentence)
    assert page.get_by_label(scene.say("E-mail"), exact=True).input_value() == scene.addresses["owner"]
