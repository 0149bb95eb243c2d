"""What went wrong, as a page or a fragment in the person's language. A fault never shows its insides."""

import structlog
from flask import Flask, current_app, g, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from portal.kernel.errors import NotFound, Refused
from portal.web import guards, htmx

log = structlog.get_logger()


def sentence_of(code: int) -> str:
    """What a status code means to a person, and what to do next."""
    sentences = {
        400: _("Something in this request could not be read. Go back and try again."),
        401: _("Please sign in first."),
        403: _("Your role does not allow this. Ask a manager or an administrator."),
        404: _("There is nothing here, or it is not for you to see."),
        405: _("This page cannot be used in that way."),
        413: _("That is too large to send. Choose smaller files, or send them one by one."),
        422: _("This could not be done."),
        429: _("Too many tries. Wait a few minutes, then try again."),
        500: _("Something broke on our side. Nothing that you saved is lost; try again in a minute."),
        503: _("The portal is busy. Try again in a moment."),
    }
    return sentences.get(code, sentences[500])


def page(code: int, sentence: str | None = None) -> tuple[str, int]:
    """An error as the fragment that htmx can announce, or as a whole page."""
    sentence = sentence or sentence_of(code)
    template = "errors/_error.html" if htmx.is_htmx() else "errors/error.html"
    return render_template(template, code=code, sentence=sentence), code


def _http(error: HTTPException) -> ResponseReturnValue:
    if error.code is not None and error.code < 400:
        return error
    body, code = page(error.code or 500)
    return body, code, {k: v for k, v in error.get_headers() if k.lower() in ("allow", "retry-after")}


def _not_found(_error: NotFound) -> ResponseReturnValue:
    return page(404)


def _refused(error: Refused) -> ResponseReturnValue:
    return page(422, str(error.sentence))


def _stale_form(_error: CSRFError) -> ResponseReturnValue:
    """The form's own view draws it again with what was typed, where it says that it can; else a page says what to do."""
    elsewhere = guards.check()
    if elsewhere is not None:
        return elsewhere
    view = current_app.view_functions.get(request.endpoint or "")
    if view is not None and getattr(view, "redraws_stale_form", False):
        g.stale_form = True
        try:
            return current_app.ensure_sync(view)(**(request.view_args or {}))
        except NotFound:
            return page(404)
    sentence = _(
        "This page was open for too long. Go back, reload it and send it again; what you typed is still there."
    )
    return page(400, sentence)


def _fault(error: Exception) -> ResponseReturnValue:
    log.exception("request.failed", path=request.path, endpoint=request.endpoint, error=repr(error))
    try:
        return page(500)
    except Exception:  # the page asks the database who is looking, and the database may be what broke
        return current_app.jinja_env.get_template("errors/simple.html").render(), 503


def init_app(app: Flask) -> None:
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(CSRFError, _stale_form)
    app.register_error_handler(NotFound, _not_found)
    app.register_error_handler(Refused, _refused)
    if not app.config.get("PROPAGATE_EXCEPTIONS"):
        app.register_error_handler(Exception, _fault)
