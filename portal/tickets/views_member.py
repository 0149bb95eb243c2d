"""Files of the conversation and the frame of an HTML mail, for both sides: who may see the line may open them.

Refuses to show in the page what could carry a script: only some kinds of pictures, the rest is downloaded.
"""

from flask import render_template, request, send_file
from flask.typing import ResponseReturnValue

from portal.infra import files
from portal.kernel.errors import NotFound
from portal.tickets.queries import scope
from portal.tickets.render import timeline as render
from portal.web import guards, headers, uploads

blueprint = guards.member_door("tickets_files", __name__)

NO_RIGHTS = "sandbox; default-src 'none'; img-src 'self' data:"


@blueprint.get("/files/<int:attachment_id>/<name>")
def file(attachment_id: int, name: str) -> ResponseReturnValue:
    """The bytes of a file. The name in the address is for people; the stored name counts."""
    found = scope.attachment_for(guards.actor(), attachment_id)
    path = files.path_of(found.sha256)
    if not path.is_file():
        raise NotFound
    inline = found.content_type in uploads.INLINE_TYPES
    response = send_file(
        path,
        mimetype=found.content_type if inline else "application/octet-stream",
        as_attachment=not inline,
        download_name=found.name,
        etag=found.sha256,
        conditional=True,
    )
    response.headers["Content-Security-Policy"] = NO_RIGHTS
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return response


@blueprint.get("/messages/<int:entry_id>/frame")
def frame(entry_id: int) -> ResponseReturnValue:
    """The inside of the sandboxed frame: the sender's HTML, sanitised at this moment. ?pictures=1: with those of other
    servers, for this reader and this time.
    """
    entry = scope.entry_for(guards.actor(), entry_id)
    if not entry.html:
        raise NotFound
    outside = request.args.get("pictures") == "1"
    body = render_template("tickets/mail_frame.html", html=render.safe_html(entry, outside=outside))
    return body, 200, {"Content-Security-Policy": headers.mail_frame(outside_pictures=outside)}
