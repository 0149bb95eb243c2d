"""Files of the conversation and the frame of an HTML mail: who sees the line may open them, and nothing in them acts."""

import io

import pytest

from portal.infra import files
from portal.infra.db import db
from portal.tickets.models.ticket import Attachment, TimelineEntry
from portal.tickets.service.record import Words
from portal.web import headers
from portal.web.uploads import StoredFile
from tests.integration.tickets import opened

PNG = b"\x89PNG\r\n\x1a\n" + bytes(40)


def stored(name="photo.png", content_type="image/png", data=PNG) -> StoredFile:
    sha256, size = files.put(io.BytesIO(data), 1_000_000)
    return StoredFile(name, content_type, size, sha256)


def address(name="photo.png") -> str:
    found = db.session.query(Attachment).filter_by(name=name).one()
    return f"/files/{found.id}/{name}"


@pytest.mark.parametrize(
    ("who", "code"),
    [
        ("owner", 200), ("client_manager", 200), ("agent", 200), ("engineer", 200), ("colleague", 404), ("stranger", 404),
    ],
)  # fmt: skip
def test_a_file_opens_for_those_who_see_its_line(cast, as_user, who, code):
    opened.ticket(cast, words=Words("Look.", [stored()]))
    assert as_user(getattr(cast, who)).get(address(), buffered=True).status_code == code


@pytest.mark.parametrize(("who", "code"), [("owner", 404), ("client_manager", 404), ("agent", 200)])
def test_a_file_of_an_internal_note_is_for_staff_alone(cast, as_user, who, code):
    number = opened.ticket(cast)
    opened.note(cast.agent, number, Words("Internal.", [stored("plan.png")]))
    assert as_user(getattr(cast, who)).get(address("plan.png"), buffered=True).status_code == code


def test_a_visitor_is_sent_to_sign_in(cast, client):
    opened.ticket(cast, words=Words("Look.", [stored()]))
    assert client.get(address(), buffered=True).status_code == 303


def test_a_picture_is_shown_and_nothing_in_it_acts(cast, as_user):
    opened.ticket(cast, words=Words("Look.", [stored()]))
    answer = as_user(cast.owner).get(address(), buffered=True)
    assert answer.data == PNG
    assert answer.mimetype == "image/png"
    assert "attachment" not in answer.headers.get("Content-Disposition", "")
    assert answer.headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    ("name", "content_type"),
    [("page.html", "text/html"), ("drawing.svg", "image/svg+xml"), ("日志 1.txt", "text/plain")],
)
def test_everything_else_is_downloaded_under_its_name(cast, as_user, name, content_type):
    opened.ticket(cast, words=Words("Look.", [stored(name, content_type, b"<script>alert(1)</script>")]))
    answer = as_user(cast.owner).get(address(name), buffered=True)
    assert answer.mimetype == "application/octet-stream"
    assert answer.headers["Content-Disposition"].startswith("attachment")


def test_a_file_that_the_disk_lost_is_not_found(cast, as_user):
    opened.ticket(cast, words=Words("Look.", [StoredFile("gone.png", "image/png", 4, "0" * 64)]))
    assert as_user(cast.owner).get(address("gone.png")).status_code == 404


HTML = (
    '<p onclick="x()">Hello <b>there</b></p><script>alert(1)</script><img src="https://spy.example/p.gif">'
    '<img src="cid:logo@x"><a href="javascript:alert(1)">no</a><form action="/x"><input name="a"></form><style>p{}</style>'
)


def mail(cast) -> str:
    words = Words("Hello there", [stored("logo.png")], html=HTML, content_ids=["logo@x"])
    number = opened.ticket(cast, words=words)
    entry = db.session.query(TimelineEntry).filter(TimelineEntry.html.is_not(None)).one()
    return f"/messages/{entry.id}/frame", number


def test_the_frame_shows_a_mail_without_anything_that_acts_or_calls_out(cast, as_user):
    frame, _number = mail(cast)
    answer = as_user(cast.owner).get(frame)
    assert answer.headers["Content-Security-Policy"] == headers.MAIL_FRAME
    assert "Hello <b>there</b>" in answer.text
    body = answer.text.split("<body")[1]
    for forbidden in ("script", "onclick", "javascript:", "spy.example", "<form", "<input", "<style"):
        assert forbidden not in body, forbidden
    assert "data:image/png;base64," in body


def test_pictures_of_other_servers_come_when_the_reader_asks_for_them(cast, as_user):
    frame, number = mail(cast)
    browser = as_user(cast.owner)
    assert f'href="{frame}?pictures=1" target="mail-' in browser.get(f"/requests/{number}").text
    answer = browser.get(f"{frame}?pictures=1")
    assert 'src="https://spy.example/p.gif"' in answer.text
    assert "img-src 'self' data: https: http:" in answer.headers["Content-Security-Policy"]
    assert "<script" not in answer.text.split("<body")[1]


@pytest.mark.parametrize(
    ("who", "code"), [("client_manager", 200), ("agent", 200), ("colleague", 404), ("stranger", 404)]
)
def test_the_frame_opens_for_those_who_see_the_line(cast, as_user, who, code):
    frame, _number = mail(cast)
    assert as_user(getattr(cast, who)).get(frame).status_code == code


def test_a_line_without_html_has_no_frame(cast, as_user):
    opened.ticket(cast)
    entry = db.session.query(TimelineEntry).one()
    assert as_user(cast.owner).get(f"/messages/{entry.id}/frame").status_code == 404


def test_the_page_shows_the_frame_sandboxed_and_not_the_html_itself(cast, as_user):
    frame, number = mail(cast)
    text = as_user(cast.client_manager).get(f"/requests/{number}").text
    assert f'src="{frame}"' in text
    assert 'sandbox="allow-popups allow-popups-to-escape-sandbox"' in text
    assert "spy.example" not in text


def test_a_large_picture_is_a_link_and_a_small_one_is_shown(cast, as_user):
    large = stored("large.png", data=PNG + bytes(300_000))
    number = opened.ticket(cast, words=Words("Look.", [stored("small.png"), large]))
    text = as_user(cast.owner).get(f"/requests/{number}").text
    assert f'<img src="{address("small.png")}"' in text
    assert f'<img src="{address("large.png")}"' not in text
    assert f'href="{address("large.png")}"' in text


def test_a_name_with_a_slash_still_opens(cast, as_user):
    number = opened.ticket(cast, words=Words("Look.", [stored("2026/11 plan.png")]))
    browser = as_user(cast.owner)
    href = browser.get(f"/requests/{number}").text.split('class="file-chip" href="')[1].split('"')[0]
    assert browser.get(href, buffered=True).status_code == 200
