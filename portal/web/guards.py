"""Doors: each blueprint belongs to one audience, and an endpoint outside any door does not answer at all.

client_door: signed-in people of client organisations. staff_door: the provider's people. public_door: everybody.
Whoever comes to the wrong door gets 404: the other side's pages do not exist for them.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar
from urllib.parse import urlsplit

from flask import Blueprint, Flask, abort, current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from portal.kernel.actor import Actor, StaffRole
from portal.web import htmx, languages

P = ParamSpec("P")
R = TypeVar("R")

AUDIENCES = ("client", "staff", "public", "member")


def actor() -> Actor:
    """The signed-in person as the queries and services know them; an empty Actor for a visitor."""
    person = languages.reader()
    return person.actor if person else Actor()


def _door(audience: str, name: str, import_name: str, url_prefix: str | None) -> Blueprint:
    blueprint = Blueprint(name, import_name, url_prefix=url_prefix)
    blueprint.audience = audience  # type: ignore[attr-defined]
    return blueprint


def client_door(name: str, import_name: str, *, url_prefix: str | None = None) -> Blueprint:
    """A blueprint for people of client organisations."""
    return _door("client", name, import_name, url_prefix)


def staff_door(name: str, import_name: str, *, url_prefix: str | None = "/desk") -> Blueprint:
    """A blueprint for the provider's people."""
    return _door("staff", name, import_name, url_prefix)


def member_door(name: str, import_name: str, *, url_prefix: str | None = None) -> Blueprint:
    """A blueprint for everybody who is signed in, of either side: their own profile."""
    return _door("member", name, import_name, url_prefix)


def public_door(name: str, import_name: str, *, url_prefix: str | None = None) -> Blueprint:
    """A blueprint for everybody, signed in or not. Each view in it asks itself what it may show."""
    return _door("public", name, import_name, url_prefix)


def audience_of(app: Flask, endpoint: str) -> str | None:
    """Whose door an endpoint stands behind; None for an endpoint outside of any."""
    if endpoint == "static":
        return "public"
    blueprint = app.blueprints.get(endpoint.rpartition(".")[0])
    return getattr(blueprint, "audience", None)


def needs(*roles: StaffRole) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Limit a staff view to some roles; others of the staff get 403 with a sentence. Administrators may do all."""

    def decorate(view: Callable[P, R]) -> Callable[P, R]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
            if actor().staff_role not in (*roles, StaffRole.ADMINISTRATOR):
                abort(403)
            return view(*args, **kwargs)

        guarded.needs_roles = roles  # type: ignore[attr-defined]
        return guarded

    return decorate


def redraws_stale_form(view: Callable[P, R]) -> Callable[P, R]:
    """Mark a view that may be called for a form with a stale token, to draw it again with what was typed.

    Such a view must write only after its `fields.Form` said that it is valid: a stale one never is.
    """
    view.redraws_stale_form = True  # type: ignore[attr-defined]
    return view


def check() -> ResponseReturnValue | None:
    """Before each request: is this person at the right door?"""
    if request.endpoint is None:
        return None  # routing has its own 404 and 405
    audience = audience_of(current_app, request.endpoint)
    if audience == "public":
        return None
    if audience not in AUDIENCES:
        abort(404)
    if not current_user.is_authenticated:
        return to_sign_in()
    who = actor()
    if (audience == "staff" and not who.is_staff) or (audience == "client" and who.is_staff):
        abort(404)
    return None


def to_sign_in() -> ResponseReturnValue:
    """Send a visitor to the sign-in page and back; htmx gets 401 with HX-Redirect, not a login form inside a table."""
    back = (
        request.full_path.rstrip("?")
        if request.method == "GET" and not htmx.is_htmx()
        else htmx.current_path()
    )
    target = url_for("people_public.sign_in", next=back or None)
    if htmx.is_htmx():
        return "", 401, {"HX-Redirect": target}
    return redirect(target, 303)


def safe_next(target: str | None) -> str | None:
    """A `next` that stays on this site: a path of ours, else None."""
    if not target or not target.startswith("/") or target.startswith(("//", "/\\")) or "\\" in target:
        return None
    parts: Any = urlsplit(target)
    return None if parts.scheme or parts.netloc or any(ord(c) < 32 for c in target) else target


def init_app(app: Flask) -> None:
    app.before_request(check)
