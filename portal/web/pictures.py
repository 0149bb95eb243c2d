"""Pictures that people take or draw: read, bounded, turned upright, written anew without what a camera hides in them.

Refuses what is no picture, what is too large to open safely, and an empty signature, each with a sentence.
"""

import base64
import binascii
import io
from typing import IO

from flask_babel import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError

from portal.infra import files
from portal.kernel.errors import Refused
from portal.web.uploads import StoredFile, clean_name

MOST_MEGAPIXELS = 32
LONGEST_SIDE = 2000
"""Pixels of a kept photo; enough to read a label on a device."""
MOST_BYTES = 25_000_000
FORMATS = ("JPEG", "PNG", "WEBP")
SIGNATURE_SIDE = 1200
FEWEST_INK = 40
"""Pixels that a signature covers at least; less is a touch by mistake."""
_INLINE = "data:image/png;base64,"


def photo(stream: IO[bytes], name: str | None) -> StoredFile:
    """Store a photo as an upright JPEG of at most LONGEST_SIDE pixels; raises Refused naming it. Call before transaction()."""
    shown = clean_name(name)
    picture = _opened(stream.read(MOST_BYTES + 1), shown)
    picture.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
    try:
        upright = ImageOps.exif_transpose(picture)
        upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
        plain = upright.convert("RGB")
    except (OSError, ValueError, SyntaxError) as broken:
        raise _unreadable(shown) from broken
    out = io.BytesIO()
    plain.save(out, "JPEG", quality=82, optimize=True)
    return _kept(out, f"{shown.rpartition('.')[0] or shown}.jpg", "image/jpeg")


def signature(drawn: str, uploaded: IO[bytes] | None, name: str) -> StoredFile | None:
    """Store a signature as PNG, from the glass (a data address) or from a photo of it; None when there is neither.

    Raises Refused for one without a stroke and for what is no picture.
    """
    if drawn:
        if not drawn.startswith(_INLINE):
            raise _unreadable(name)
        try:
            data = base64.b64decode(drawn[len(_INLINE) :], validate=True)
        except (binascii.Error, ValueError) as broken:
            raise _unreadable(name) from broken
    elif uploaded is not None:
        data = uploaded.read(MOST_BYTES + 1)
    else:
        return None
    picture = _opened(data, name)
    try:
        upright = ImageOps.exif_transpose(picture)
        upright.thumbnail((SIGNATURE_SIDE, SIGNATURE_SIDE))
        layers = upright.convert("RGBA")
    except (OSError, ValueError, SyntaxError) as broken:
        raise _unreadable(name) from broken
    paper = Image.new("RGBA", layers.size, "white")
    paper.alpha_composite(layers)
    plain = paper.convert("L")
    darkest, lightest = plain.getextrema()
    middle = (int(darkest) + int(lightest)) // 2  # type: ignore[arg-type]
    ink = sum(plain.histogram()[: middle + 1])
    if lightest == darkest or ink < FEWEST_INK:
        raise Refused(_("The signature is empty. Sign on the glass, please."), field="signature")
    out = io.BytesIO()
    plain.save(out, "PNG", optimize=True)
    return _kept(out, f"{name}.png", "image/png")


def _opened(data: bytes, name: str) -> Image.Image:
    if len(data) > MOST_BYTES:
        raise Refused(
            _("%(name)s is too large. Take it again with a smaller size.", name=name), field="photos"
        )
    try:
        picture = Image.open(io.BytesIO(data), formats=FORMATS)
    except Image.DecompressionBombError as bomb:
        raise Refused(
            _("%(name)s is too large. Take it again with a smaller size.", name=name), field="photos"
        ) from bomb
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError) as broken:
        raise _unreadable(name) from broken
    millions = picture.width * picture.height / 1_000_000
    if millions > MOST_MEGAPIXELS:
        sentence = _(
            "%(name)s has %(n)s megapixels; at most %(most)s can be taken. Take it again with a smaller size.",
            name=name,
            n=round(millions),
            most=MOST_MEGAPIXELS,
        )
        raise Refused(sentence, field="photos")
    return picture


def _unreadable(name: str) -> Refused:
    return Refused(
        _("%(name)s cannot be read as a picture. Send a JPEG, PNG or WebP.", name=name), field="photos"
    )


def _kept(out: io.BytesIO, name: str, content_type: str) -> StoredFile:
    size = out.tell()
    out.seek(0)
    sha256, _size = files.put(out, MOST_BYTES)
    return StoredFile(name, content_type, size, sha256)
