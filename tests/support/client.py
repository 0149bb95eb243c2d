"""A test client whose requests never share an application context with the test: each one starts as in a server."""

import contextvars
from typing import Any

from flask import has_app_context
from flask.testing import FlaskClient
from werkzeug.test import TestResponse


def apart(function: Any, *args: Any, **kwargs: Any) -> Any:
    """Call it in an empty context, as another process would; the test's own session reads anew afterwards."""
    let_go()
    try:
        return contextvars.Context().run(function, *args, **kwargs)
    finally:
        let_go()


def let_go() -> None:
    """End the read that the test's session has open, and forget what it loaded."""
    if has_app_context():
        from portal.infra.db import db

        db.session.rollback()
        db.session.expire_all()


class Client(FlaskClient):
    """`client.htmx(...)` sends a request as htmx would; forms need no CSRF token unless the app fixture says so."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        return apart(super().open, *args, **kwargs)

    def htmx(self, method: str, path: str, *, target: str | None = None, **kwargs: Any) -> TestResponse:
        headers = {
            "HX-Request": "true",
            "HX-Current-URL": f"http://portal.test{path}",
            **kwargs.pop("headers", {}),
        }
        if target:
            headers["HX-Target"] = target
        return self.open(path, method=method, headers=headers, **kwargs)
