"""The numbers beside the places of the desk's menu: what waits for somebody, on every page, in one statement.

Owns the list of counters, which capabilities fill. Refuses exact numbers: each count stops at MOST, so that it stays cheap; and
rows that depend on who asks or when, for the statement is built once.
"""

from collections.abc import Callable
from functools import cache
from typing import Any

from flask import Flask, current_app, g
from flask.sansio.app import App
from sqlalchemy import Select, func, select

from portal.infra.db import fetch

MOST = 100
Rows = Callable[[], Select[Any]]


def register(app: App, endpoint: str, rows: Rows) -> None:
    """Count `rows` beside the menu's link to `endpoint`. Staff alone see the menu, so the rows are scoped by that."""
    app.extensions.setdefault("portal_menu", {})[endpoint] = rows


@cache
def _statement(counters: tuple[Rows, ...]) -> Select[Any]:
    """Built once, for every page of the desk asks it."""
    return select(
        *(
            select(func.count()).select_from(rows().limit(MOST).subquery()).scalar_subquery()
            for rows in counters
        )
    )


def counts() -> dict[str, int]:
    """Endpoint → how many, at most MOST. Asked once a request, and only by pages that show the menu."""
    if "menu_counts" not in g:
        counters: dict[str, Rows] = current_app.extensions.get("portal_menu", {})
        found = fetch(_statement(tuple(counters.values())))[0] if counters else ()
        g.menu_counts = dict(zip(counters, found, strict=True))
    known: dict[str, int] = g.menu_counts
    return known


def shown() -> dict[str, str | None]:
    """As the menu writes them; None for nothing."""
    return {
        endpoint: (f"{MOST - 1}+" if n >= MOST else str(n)) if n else None for endpoint, n in counts().items()
    }


def init_app(app: Flask) -> None:
    app.jinja_env.globals["menu_counts"] = shown
