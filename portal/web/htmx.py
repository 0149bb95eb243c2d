"""The one file that touches htmx-flask: whether a request came from htmx, and answers for it.

htmx-flask sets no Vary and leaves header values percent-encoded; both are mended here.
"""

from urllib.parse import quote, unquote, urlsplit

from flask import Flask, Response, redirect, request
from flask.typing import ResponseReturnValue
from htmx_flask import Htmx
from htmx_flask import request as htmx_request

_htmx = Htmx()


def is_htmx() -> bool:
    """Whether htmx asks for a fragment (a boosted link or a history restore wants the whole page)."""
    headers = request.headers
    return (
        headers.get("HX-Request") == "true"
        and headers.get("HX-Boosted") != "true"
        and headers.get("HX-History-Restore-Request") != "true"
    )


def target() -> str | None:
    """The DOM id that the answer goes into."""
    return unquote(htmx_request.htmx.target) if is_htmx() and htmx_request.htmx.target else None


def current_path() -> str | None:
    """Path and query of the page from which htmx asked."""
    url = request.headers.get("HX-Current-URL")
    if not url:
        return None
    parts = urlsplit(unquote(url))
    return parts.path + (f"?{parts.query}" if parts.query else "")


def go(location: str) -> ResponseReturnValue:
    """After a write: 303 for a plain form, HX-Redirect for htmx."""
    if is_htmx():
        return "", 204, {"HX-Redirect": quote(location, safe="/?&=#%:+,;~-_.")}
    return redirect(location, 303)


def _vary(response: Response) -> Response:
    response.vary.add("HX-Request")
    return response


def init_app(app: Flask) -> None:
    _htmx.init_app(app)
    app.after_request(_vary)
