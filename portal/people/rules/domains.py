"""What staff type as an organisation's mail domain.

Owns its shape: a public domain in ASCII (RFC 5891), lower case. Refuses to ask the name servers.
"""

import re

_LABEL = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)")


def domain_of(typed: str) -> str | None:
    """The domain in "harbour.example", "@harbour.example", "info@harbour.example" or "https://harbour.example/"; None if
    there is none, or only a top level."""
    text = re.sub(r"^[a-z]+://", "", typed.strip().lower()).partition("/")[0]
    name = text.rpartition("@")[2].removeprefix("www.").rstrip(".")
    try:
        name = name.encode("idna").decode() if name and not name.isascii() else name
    except UnicodeError:
        return None
    labels = name.split(".")
    if len(labels) < 2 or len(name) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        return None
    return None if labels[-1].isdecimal() else name
