"""HTML into a PDF by WeasyPrint: from our own bytes alone, the same bytes each time.

Refuses every address but those of the pictures it was given. Raises Lacking where Pango or a Chinese font is not installed.
"""

import contextlib
import hashlib
import io
import logging
import subprocess
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

PICTURES = "paper:"
STYLE = Path(__file__).resolve().parents[2] / "static" / "css" / "paper.css"


class Lacking(Exception):
    """The machine cannot draw it; `what` is "pango" or "fonts"."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


def pdf_of(html: str, pictures: Mapping[str, bytes], identifier: str) -> bytes:
    """The PDF of a page of HTML. `pictures`: bytes by their name, used as `paper:NAME`. `identifier` takes the place of the
    random one, so that the same facts give the same bytes."""
    if not _chinese_fonts():  # before the library is loaded, which complains of a machine without any
        raise Lacking("fonts")
    weasyprint = _library()
    logging.getLogger("fontTools").setLevel(logging.ERROR)

    fetcher_of_the_library: Any = weasyprint.urls.URLFetcher

    class OwnBytes(fetcher_of_the_library):
        def fetch(self, url: str, headers: Any = None) -> Any:
            name = url.removeprefix(PICTURES)
            if name == url or name not in pictures:
                raise ValueError(f"not one of our own: {url}")
            return weasyprint.urls.URLFetcherResponse(url, pictures[name], {"Content-Type": "image/png"})

    fetcher = OwnBytes(allowed_protocols=())
    style = weasyprint.CSS(string=STYLE.read_text(), url_fetcher=fetcher)
    document = weasyprint.HTML(string=html, base_url="paper:", url_fetcher=fetcher)
    mark = hashlib.sha256(identifier.encode()).hexdigest()[:32].encode()
    made: bytes = document.write_pdf(stylesheets=[style], pdf_identifier=mark)
    return made


@cache
def _library() -> Any:
    """Loaded when the first document is drawn: it takes a second, and only the worker needs it."""
    try:
        with contextlib.redirect_stdout(io.StringIO()):  # it prints a page of advice about itself
            import weasyprint
            import weasyprint.urls
    except OSError as missing:  # the C libraries are looked for at import
        raise Lacking("pango") from missing
    return weasyprint


def _chinese_fonts() -> bool:
    try:
        found = subprocess.run(
            ["fc-list", ":lang=zh-cn", "family"],  # noqa: S607 - fontconfig's own, wherever the system keeps it
            capture_output=True, text=True, check=False, timeout=20,
        )  # fmt: skip
    except FileNotFoundError:
        return False
    return bool(found.stdout.strip())
