"""HTML of a stranger: nothing of it may act, call out, or look like a page of ours."""

import pytest

from portal.web import headers
from portal.web.mail_html import has_outside_pictures, safe_html


def clean(html: str) -> str:
    return safe_html(html, lambda content_id: "/files/1" if content_id == "p1@x" else None)


@pytest.mark.parametrize(
    "html",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<a href='javascript:alert(1)'>x</a>",
        "<a href=' java\tscript:alert(1)'>x</a>",
        "<svg><script>alert(1)</script></svg>",
        "<math><mtext><style><img src=x onerror=alert(1)></style></mtext></math>",
        "<iframe src='https://evil.example'></iframe>",
        "<object data='x'></object><embed src='x'>",
        "<form action='https://evil.example'><input name=p><button>go</button></form>",
        "<base href='https://evil.example/'>",
        "<meta http-equiv=refresh content='0;url=https://evil.example'>",
        "<link rel=stylesheet href='https://evil.example/x.css'>",
        "<style>@import 'https://evil.example'</style>",
        "<p style='background:url(https://evil.example/x)'>x</p>",
        "<table background='https://evil.example/x.png'><tr><td>x</td></tr></table>",
        "<img src='https://evil.example/pixel.gif'>",
        "<img srcset='https://evil.example/x 1x'>",
        "<img src='//evil.example/x'>",
        "<img src='data:image/svg+xml;base64,PHN2Zz4='>",
        "<video src='https://evil.example/x' poster='https://evil.example/y'></video>",
        "<!--[if mso]><script>alert(1)</script><![endif]-->",
        "<noscript><p title='</noscript><img src=x onerror=alert(1)>'></noscript>",
    ],
)
def test_nothing_acts_or_calls_out(html: str) -> None:
    shown = clean(html).lower()
    for part in (
        "script",
        "onerror",
        "evil.example",
        "svg",
        "style",
        "<form",
        "<input",
        'src="x"',
        "<iframe",
        "<base",
        "<meta",
    ):
        assert part not in shown


def test_pictures_of_the_mail_itself_are_shown() -> None:
    assert 'src="/files/1"' in clean('<img src="cid:p1@x" alt="screen">')
    assert 'src="/files/1"' in clean('<img src="CID:p1%40x">')
    assert "src" not in clean('<img src="cid:other">')


def test_links_open_elsewhere_without_a_trace() -> None:
    shown = clean('<a href="https://harbour.example/a">a</a> <a href="mailto:a@b.example">b</a>')
    assert 'href="https://harbour.example/a"' in shown
    assert 'rel="noopener noreferrer nofollow"' in shown


def test_what_people_write_stays() -> None:
    html = '<p>打印机 <b>坏了</b></p><table><tbody><tr><td colspan="2">x</td></tr></tbody></table>'
    assert clean(html) == html


REMOTE = '<p>x</p><img width="1" src="https://pixel.example/a.gif?id=1">'


def test_outside_pictures_are_shown_only_where_the_reader_asked() -> None:
    assert has_outside_pictures(REMOTE)
    assert "pixel.example" not in clean(REMOTE)
    asked = safe_html(
        REMOTE + "<img src='//other.example/x'><img src='javascript:x'>", lambda _id: None, outside=True
    )
    assert 'src="https://pixel.example/a.gif?id=1"' in asked
    assert "other.example" not in asked
    assert "javascript" not in asked


def test_a_mail_without_outside_pictures_offers_none() -> None:
    assert not has_outside_pictures(
        '<img src="cid:p1@x"> <a href="https://harbour.example/x.png">picture</a>'
    )


def test_the_frame_may_load_pictures_of_others_only_where_asked_and_nothing_else() -> None:
    closed, opened = headers.mail_frame(), headers.mail_frame(outside_pictures=True)
    assert "img-src 'self' data:;" in closed
    assert opened.replace(" https: http:", "") == closed
    assert "script" not in opened.replace("default-src 'none'", "")
