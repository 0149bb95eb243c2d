"""What the layouts need beside the pages: addresses of static files that change with their content, and links to pages.

Refuses to guess: `link_if` gives None for an endpoint that is not registered, and the layout leaves that entry out.
"""

import hashlib
from functools import lru_cache
from pathlib import Path

from flask import Flask, Response, current_app, request, url_for


@lru_cache(maxsize=256)
def _version(path: str, _modified: float) -> str:
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()[:10]


def asset(filename: str) -> str:
    """The address of a file in static/, with a mark of its content, so that a browser may keep it for a year."""
    path = Path(current_app.static_folder or "static") / filename
    if not path.is_file():
        return url_for("static", filename=filename)
    return url_for("static", filename=filename, v=_version(str(path), path.stat().st_mtime))


def link_if(endpoint: str, **values: str | int | None) -> str | None:
    """The address of an endpoint; None if there is no such page in this portal."""
    return url_for(endpoint, **values) if endpoint in current_app.view_functions else None  # type: ignore[arg-type]


def _keep(response: Response) -> Response:
    if request.endpoint == "static" and "v" in request.args and response.status_code == 200:
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response


def init_app(app: Flask) -> None:
    app.jinja_env.globals.update(asset=asset, link_if=link_if)
    app.after_request(_keep)
