"""Files that people send: checked, stored before the transaction, and kept through a refused form.

A form that is refused for another reason gives back signed tokens of the files it already holds, so nobody
uploads twice.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import PurePath

import filetype
from flask import Response, current_app, send_file
from flask_babel import gettext as _
from itsdangerous import BadSignature, URLSafeTimedSerializer
from werkzeug.datastructures import FileStorage

from portal.infra import files
from portal.kernel.errors import NotFound, Refused
from portal.web.filters import file_size

REFUSED_ENDINGS = frozenset(
    (
        "ade app bat chm cmd com cpl dll exe hta ins isp jar jse lib lnk msc msi msp mst pif ps1 reg scr sct"
        " sh shb sys vb vbe vbs vxd wsc wsf wsh"
    ).split()
)
INLINE_TYPES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
"""Shown in the page; everything else downloads. SVG and HTML can carry scripts, so they download too."""
TOKEN_HOURS = 24
MAX_FILES = 20


@dataclass(frozen=True)
class StoredFile:
    """A file whose bytes are safe on disk, not yet part of anything. `size` in bytes."""

    name: str
    content_type: str
    size: int
    sha256: str


def clean_name(name: str | None) -> str:
    """The last part of a file's name without control and direction-changing characters, at most 150 characters."""
    last = PurePath((name or "").replace("\\", "/")).name
    kept = "".join(
        c
        for c in last
        if c.isprintable() and c not in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069/"
    )
    stem, dot, ending = kept.strip().rpartition(".")
    short = f"{stem[:140]}{dot}{ending[:9]}" if dot else kept.strip()[:150]
    return short or "file"


def real_type(sha256: str, declared: str | None) -> str:
    """The type read from the bytes; what the sender declared only where the bytes say nothing and it is harmless."""
    guess = filetype.guess_mime(str(files.path_of(sha256)))
    if guess:
        return str(guess)
    return "text/plain" if (declared or "").split(";")[0] == "text/plain" else "application/octet-stream"


def receive(
    sent: Iterable[FileStorage], kept_tokens: Iterable[str] = ()
) -> tuple[list[StoredFile], list[Refused]]:
    """Store what was sent and recall what was kept; refusals name the file and say what to do. Call before transaction()."""
    good, bad = [file for token in kept_tokens if (file := recall(token))], []
    limit = current_app.extensions["portal_settings"].max_file_bytes
    for upload in sent:
        if not upload.filename:
            continue
        name = clean_name(upload.filename)
        if len(good) >= MAX_FILES:
            bad.append(
                Refused(
                    _("%(name)s: at most %(n)s files can be sent at once.", name=name, n=MAX_FILES),
                    field="files",
                )
            )
            continue
        if name.rpartition(".")[2].lower() in REFUSED_ENDINGS:
            sentence = _(
                "%(name)s is a program, and programs are not accepted. Send a picture, a document or a zip.",
                name=name,
            )
            bad.append(Refused(sentence, field="files"))
            continue
        try:
            sha256, size = files.put(upload.stream, limit)
        except files.TooLarge:
            sentence = _(
                "%(name)s is larger than %(limit)s. Make it smaller or split it.",
                name=name,
                limit=file_size(limit),
            )
            bad.append(Refused(sentence, field="files"))
            continue
        good.append(StoredFile(name, real_type(sha256, upload.mimetype), size, sha256))
    return good, bad


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt="kept-file")


def token(file: StoredFile) -> str:
    """What a refused form carries in a hidden field for a file that is already here."""
    return _signer().dumps(asdict(file))


def recall(signed: str) -> StoredFile | None:
    """The file of a token of ours, not older than a day; None for anything else."""
    try:
        return StoredFile(**_signer().loads(signed, max_age=TOKEN_HOURS * 3600))
    except (BadSignature, TypeError):
        return None


def as_download(sha256: str | None, name: str) -> Response:
    """A stored content as a download, never shown in place; raises NotFound when there is none or the disk lost it."""
    path = files.path_of(sha256 or "")
    if not path.is_file():
        raise NotFound
    return send_file(path, mimetype="application/octet-stream", as_attachment=True, download_name=name)
