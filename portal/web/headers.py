"""What every answer says to the browser about safety and caching."""

from flask import Flask, Response, request

POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "frame-src": "'self'",
    "manifest-src": "'self'",
    "worker-src": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}


_POLICY = "; ".join(f"{k} {v}" for k, v in POLICY.items())


def mail_frame(*, outside_pictures: bool = False) -> str:
    """The policy of a frame that shows a stranger's HTML: no script, no form; pictures of other servers where asked for."""
    pictures = "'self' data:" + (" https: http:" if outside_pictures else "")
    return (
        f"sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; img-src {pictures}; "
        "style-src 'self'; frame-ancestors 'self'; base-uri 'none'; form-action 'none'"
    )


MAIL_FRAME = mail_frame()


def _protect(response: Response) -> Response:
    headers = response.headers
    headers.setdefault("Content-Security-Policy", _POLICY)
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "same-origin")
    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
    if request.is_secure:
        headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    if request.endpoint != "static":
        headers.setdefault("Cache-Control", "private, no-cache")
    return response


def init_app(app: Flask) -> None:
    app.after_request(_protect)
