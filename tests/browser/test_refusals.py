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
        page.goto("/requests/new")
        page.get_by_label(scene.say("What happens?")).fill(TYPED)
        return scene, page

    return open_form


@pytest.mark.parametrize(("language", "size"), LANGUAGES)
def test_a_subject_that_is_too_long_is_named_beside_its_field_and_all_text_stays(form, language, size):
    scene, page = form(language, size)
    page.locator(
        "details > summary", has_text=scene.say("More, if you like: subject, kind, colleagues")
    ).click()
    subject = page.locator("input[name=subject]")
    subject.evaluate("field => field.removeAttribute('maxlength')")
    subject.fill("x" * 260)
    page.get_by_role("button", name=scene.say("Send the request")).click()
    expect(page.locator("#subject-error")).to_contain_text("60")
    assert page.locator("input[name=subject]").input_value() == "x" * 260
    assert page.get_by_label(scene.say("What happens?")).input_value() == TYPED


@pytest.mark.parametrize(("language", "size"), LANGUAGES)
def test_a_program_is_refused_by_name_by_the_page_and_by_the_server(form, tmp_path: Path, language, size):
    scene, page = form(language, size)
    program = tmp_path / "setup.exe"
    program.write_bytes(b"MZ" + b"\0" * 100)
    page.set_input_files("input[type=file]", program)
    expect(page.get_by_role("main")).to_contain_text("setup.exe")
    plain = scene.sign_in("owner", size=size, java_script_enabled=False).page
    plain.goto("/requests/new")
    plain.get_by_label(scene.say("What happens?")).fill(TYPED)
    plain.set_input_files("input[type=file]", program)
    plain.get_by_role("button", name=scene.say("Send the request")).click()
    sentence = scene.say(
        "%(name)s is a program, and programs are not accepted. Send a picture, a document or a zip.",
        name="setup.exe",
    )
    expect(plain.get_by_role("main")).to_contain_text(sentence)
    assert plain.get_by_label(scene.say("What happens?")).input_value() == TYPED


@pytest.mark.parametrize(("language", "size"), LANGUAGES)
def test_a_file_that_is_too_large_is_named_with_the_limit_and_the_other_one_is_kept(
    form, tmp_path, language, size
):
    scene, _page = form(language, size, max_file_bytes=300_000)
    page = scene.sign_in("owner", size=size, java_script_enabled=False).page
    page.goto("/requests/new")
    page.get_by_label(scene.say("What happens?")).fill(TYPED)
    (tmp_path / "dump.bin").write_bytes(b"\0" * 300_001)
    (tmp_path / "note.txt").write_text("drawer 2")
    page.set_input_files("input[type=file]", [tmp_path / "dump.bin", tmp_path / "note.txt"])
    page.get_by_role("button", name=scene.say("Send the request")).click()
    sentence = scene.say(
        "%(name)s is larger than %(limit)s. Make it smaller or split it.", name="dump.bin", limit="300 kB"
    )
    expect(page.get_by_role("main")).to_contain_text(sentence)
    assert page.get_by_label(scene.say("What happens?")).input_value() == TYPED
    page.get_by_role("button", name=scene.say("Send the request")).click()
    expect(page.get_by_role("link", name="note.txt")).to_be_visible()
    expect(page.get_by_role("link", name="dump.bin")).to_have_count(0)


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
