"""Drawing a document: its template in Chinese or in both languages, its pictures, the PDF, and what to say while it waits."""

import io
from collections.abc import Callable
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import current_app, send_file
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from markupsafe import Markup, escape

from portal.infra import files, papers, pdf
from portal.infra.papers import Paper
from portal.infra.transaction import transaction
from portal.kernel.errors import NotFound
from portal.web import languages

LIMIT = 50_000_000
WAITS = {
    "pango": _l(
        "The PDF waits: Pango is missing on this machine. On Debian: apt-get install libpango-1.0-0 libpangoft2-1.0-0"
        " libharfbuzz-subset0. It is made by itself once that is there."
    ),
    "fonts": _l(
        "The PDF waits: no Chinese font is installed on this machine. On Debian: apt-get install fonts-noto-cjk."
        " It is made by itself once that is there."
    ),
}
SOON = _l("The PDF is being made.")


def state_sentence(paper: Paper | None) -> Any:
    """Why there is no PDF yet, for the staff; "" where there is one or none was asked for."""
    if paper is None or paper.made_at is not None:
        return ""
    return WAITS.get(paper.lacking or "", SOON)


def print_paper(payload: dict[str, Any]) -> Callable[[], None] | None:
    """Draw one document. Not atomic, and may run twice after a kill: the same facts give the same bytes, which are kept by their
    hash, and only the first result counts."""
    with transaction():
        paper = papers.by_id(payload["paper_id"])
        made, facts, template, language, ref = (
            paper.made_at,
            paper.facts,
            paper.template,
            paper.language,
            paper.ref,
        )
    if made is not None:
        return None
    html, pictures = _drawn(template, language, facts)
    try:
        content = pdf.pdf_of(html, pictures, ref)
    except pdf.Lacking as lacking:
        what = lacking.what
        return lambda: papers.note_lacking(payload["paper_id"], what)
    sha256, size = files.put(io.BytesIO(content), LIMIT)
    return lambda: papers.settle(payload["paper_id"], sha256, size)


def print_waiting(_payload: dict[str, Any]) -> None:
    papers.order_waiting()


def _drawn(template: str, language: str, facts: dict[str, Any]) -> tuple[str, dict[str, bytes]]:
    """The HTML, and the pictures that it names."""
    pictures: dict[str, bytes] = {}
    zone = ZoneInfo(facts.get("time_zone") or languages.DEFAULT_ZONE)

    def picture(sha256: str) -> str:
        pictures[sha256] = files.read(sha256)
        return f"{pdf.PICTURES}{sha256}"

    def when(value: str | None) -> str:
        return f"{datetime.fromisoformat(value).astimezone(zone):%Y-%m-%d %H:%M}" if value else ""

    def day(value: str | None) -> str:
        return date.fromisoformat(value[:10]).isoformat() if value else ""

    with languages.spoken("zh_Hans", zone.key):
        html = current_app.jinja_env.get_template(f"paper/{template}.html").render(
            facts=facts, both=language == "both", say=_saying(language), picture=picture, when=when, day=day
        )
    return html, pictures


def _saying(language: str) -> Callable[..., Markup]:
    """A word of the document: Chinese, with the English below where both are wanted."""
    chinese = languages.catalogue("zh_Hans")

    def say(words: str, **values: Any) -> Markup:
        first = escape(chinese.gettext(words) % values if values else chinese.gettext(words))
        if language != "both":
            return first
        second = escape(words % values if values else words)
        return Markup('{} <span class="en" lang="en">{}</span>').format(first, second)

    return say


def as_download(paper: Paper | None, name: str) -> ResponseReturnValue:
    """The PDF, shown in the browser's own viewer; raises NotFound while there is none. The caller has seen to the right."""
    if paper is None or paper.sha256 is None:
        raise NotFound
    path = files.path_of(paper.sha256)
    if not path.is_file():
        raise NotFound
    return send_file(path, mimetype="application/pdf", as_attachment=True, download_name=name)
