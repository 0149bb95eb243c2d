"""What the layouts need beside the pages: addresses of static files that change with their content, and links to pages.

Refuses to guess: `link_if` gives None for an endpoint that is not registered, and the layout leaves that entry out.
"""

import hashlib
from pathlib import Path
from typing import Any

from flask import Flask, current_app, has_request_context, request, url_for

from portal.web.templating import drawn_once

_NUMBER = 9_876_543_210


def asset(filename: str) -> str:
    """The address of a file in static/ with a mark of its content, so that a browser may keep it for a year.

    Reckoned once a process, for a page asks for dozens; in development the file is looked at each time.
    """
    known: dict[str, str] = current_app.extensions["asset_addresses"]
    if filename in known and not current_app.config["TEMPLATES_AUTO_RELOAD"]:
        return known[filename]
    path = Path(current_app.static_folder or "static") / filename
    mark = hashlib.sha256(path.read_bytes()).hexdigest()[:10] if path.is_file() else None
    known[filename] = url_for("static", filename=filename, v=mark)
    return known[filename]


def address(endpoint: str, **values: Any) -> str:
    """url_for, for templates: the address of an endpoint without values, or with a ticket's number alone, is reckoned once
    for each place that the portal is mounted at; a page names dozens."""
    number = values.get("number")
    if not has_request_context() or (values and (len(values) > 1 or type(number) is not int or number < 0)):
        return url_for(endpoint, **values)
    known: dict[Any, str] = current_app.extensions["addresses"]
    key = (endpoint, bool(values), request.script_root)
    if key not in known:
        known[key] = url_for(endpoint, number=_NUMBER) if values else url_for(endpoint)
    return known[key].replace(str(_NUMBER), str(number)) if values else known[key]


def link_if(endpoint: str, **values: Any) -> str | None:
    """The address of an endpoint; None if this portal has no such page."""
    return address(endpoint, **values) if endpoint in current_app.view_functions else None


def marked(sentence: str) -> str:
    """A sentence in a table, marked for the translator; `_()` translates the one that is shown, and not the whole table."""
    return sentence


def init_app(app: Flask) -> None:
    app.extensions["asset_addresses"], app.extensions["addresses"] = {}, {}
    app.jinja_env.globals.update(
        asset=asset, link_if=link_if, url_for=address, N_=marked, drawn_once=drawn_once
    )
