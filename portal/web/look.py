"""What the layouts need beside the pages: addresses of static files that change with their content, and links to pages.

Refuses to guess: `link_if` gives None for an endpoint that is not registered, and the layout leaves that entry out.
"""

import hashlib
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import Flask, current_app, url_for


@lru_cache(maxsize=256)
def _mark(path: str, _modified: float) -> str:
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()[:10]


def asset(filename: str) -> str:
    """The address of a file in static/ with a mark of its content, so that a browser may keep it for a year."""
    path = Path(current_app.static_folder or "static") / filename
    mark = _mark(str(path), path.stat().st_mtime) if path.is_file() else None
    return url_for("static", filename=filename, v=mark)


def link_if(endpoint: str, **values: Any) -> str | None:
    """The address of an endpoint; None if this portal has no such page."""
    return url_for(endpoint, **values) if endpoint in current_app.view_functions else None


def marked(sentence: str) -> str:
    """A sentence in a table, marked for the translator; `_()` translates the one that is shown, and not the whole table."""
    return sentence


def init_app(app: Flask) -> None:
    app.jinja_env.globals.update(asset=asset, link_if=link_if, N_=marked)
