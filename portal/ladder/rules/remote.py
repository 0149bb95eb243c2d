"""Which address opens a remote session: a template with the device's marks, of a scheme that starts a known program."""

import string
from collections.abc import Mapping
from enum import StrEnum
from urllib.parse import quote, urlsplit

SCHEMES = (
    "https",
    "anydesk",
    "rustdesk",
    "teamviewer10",
    "teamviewerapi",
    "sunlogin",
    "todesk",
    "msteams",
    "zoommtg",
    "rdp",
    "vnc",
    "ssh",
)
"""https, and the registered schemes of programs. Never javascript, data, file or plain http."""
MARKS = ("id", "tag", "serial", "host", "ticket")


class Fault(StrEnum):
    SCHEME = "scheme"
    MARK = "mark"
    NO_MARK = "no_mark"
    SHAPE = "shape"


def fault_of(template: str) -> Fault | None:
    """What is wrong with a template; None for a good one. A mark may not stand in the host: it could lead anywhere."""
    if any(c.isspace() or ord(c) < 33 for c in template):
        return Fault.SHAPE
    scheme = template.partition(":")[0].lower()
    if ":" not in template or scheme not in SCHEMES:
        return Fault.SCHEME
    try:
        names = [
            (name, spec, conv)
            for _t, name, spec, conv in string.Formatter().parse(template)
            if name is not None
        ]
        host = urlsplit(template.replace("{", "").replace("}", "")).netloc if scheme == "https" else "host"
    except ValueError:
        return Fault.SHAPE
    if any(name not in MARKS or spec or conv for name, spec, conv in names):
        return Fault.MARK
    if not names:
        return Fault.NO_MARK
    if scheme == "https" and (
        not host or "{" in template.split("://", 1)[-1].split("/", 1)[0].split("?", 1)[0]
    ):
        return Fault.SHAPE
    return None


def address(template: str, marks: Mapping[str, str | None]) -> str | None:
    """The whole address, each mark escaped; None when the device lacks a mark that the template wants, or for a bad template."""
    if fault_of(template) is not None:
        return None
    wanted = {name for _t, name, _s, _c in string.Formatter().parse(template) if name}
    given = {name: marks.get(name) for name in wanted}
    if not all(given.values()):
        return None
    return template.format(**{name: quote(str(value), safe="") for name, value in given.items()})
