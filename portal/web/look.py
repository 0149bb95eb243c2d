"""What the layouts need beside the pages: addresses of static files that change with their content, and links to pages.

Refuses to guess: `link_if` gives None for an endpoint that is not registered, and the layout leaves that entry out.
"""

import hashlib
from pathlib import Path
from typing import Any

from flask import Flask, current_app, g, has_request_context, request, url_for
from flask_wtf.csrf import generate_csrf

from portal.web.templating import NUMBER, drawn_for, drawn_once


def asset(filename: str) -> str:
    """The address of a file in static/ with a mark of its content, so that a browser may keep it for a year.

    Reckoned once a process, for a page asks for dozens; in development the file is looked at each time.
    """
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    known: dict[str, str] = app.extensions["asset_addresses"]
    if filename in known and not app.config["TEMPLATES_AUTO_RELOAD"]:
        return known[filename]
    path = Path(current_app.static_folder or "static") / filename
    mark = hashlib.sha256(path.read_bytes()).hexdigest()[:10] if path.is_file() else None
    known[filename] = url_for("static", filename=filename, v=mark)
    return known[filename]


def _kept() -> dict[tuple[str, ...], str] | None:
    """The addresses that are known for the place that the portal is mounted at; None outside a request."""
    if not has_request_context():
        return None
    # Past the proxy, which takes longer than all the rest.
    here: dict[str, Any] = request._get_current_object().__dict__  # type: ignore[attr-defined]
    kept: dict[tuple[str, ...], str] | None = here.get("portal.addresses")
    if kept is None:
        known: dict[str, dict[tuple[str, ...], str]] = current_app.extensions["addresses"]
        kept = here["portal.addresses"] = known.setdefault(request.script_root, {})
    return kept


def address(endpoint: str, **values: Any) -> str:
    """url_for, for templates: an address without values, or with whole numbers alone, is reckoned once for each place that
    the portal is mounted at, and then only filled in; a page names dozens."""
    kept = _kept()
    if kept is None:
        return url_for(endpoint, **values)
    for value in values.values():
        if type(value) is not int or value < 0:
            return url_for(endpoint, **values)
    key = (endpoint, *values)
    form = kept.get(key)
    if form is None:
        marks: dict[str, Any] = {name: NUMBER + n for n, name in enumerate(values)}
        form = url_for(endpoint, **marks)
        for name, mark in marks.items():
            form = form.replace(str(mark), f"{{{name}}}")
        kept[key] = form
    return form.format(**values) if values else form


def link_if(endpoint: str, **values: Any) -> str | None:
    """The address of an endpoint; None if this portal has no such page."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    return address(endpoint, **values) if endpoint in app.view_functions else None


def csrf_token() -> str:
    """Flask-WTF's, which looks for its settings at each of a page's forms."""
    return g._get_current_object().get("csrf_token") or generate_csrf()


def marked(sentence: str) -> str:
    """A sentence in a table, marked for the translator; `_()` translates the one that is shown, and not the whole table."""
    return sentence


def init_app(app: Flask) -> None:
    app.extensions["asset_addresses"], app.extensions["addresses"], app.extensions["drawn"] = {}, {}, {}
    app.jinja_env.globals.update(
        csrf_token=csrf_token,
        asset=asset,
        link_if=link_if,
        url_for=address,
        N_=marked,
        drawn_once=drawn_once,
        drawn_for=drawn_for,
    )  # fmt: skip
