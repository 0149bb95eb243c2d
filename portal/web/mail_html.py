"""HTML from a stranger's mail, made safe at the moment of showing: the stored original stays as it was sent.

Owns what may remain. Refuses scripts, forms, styles, frames and every picture from outside; the result belongs in a
sandboxed frame under headers.MAIL_FRAME, never in a page of ours.
"""

import re
from collections.abc import Callable
from urllib.parse import unquote

import nh3

TAGS = frozenset(
    [
        "a",
        "abbr",
        "address",
        "article",
        "aside",
        "b",
        "bdi",
        "bdo",
        "big",
        "blockquote",
        "br",
        "caption",
        "center",
        "cite",
        "code",
        "col",
        "colgroup",
        "dd",
        "del",
        "details",
        "dfn",
        "div",
        "dl",
        "dt",
        "em",
        "figcaption",
        "figure",
        "font",
        "footer",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "i",
        "img",
        "ins",
        "kbd",
        "li",
        "main",
        "mark",
        "ol",
        "p",
        "pre",
        "q",
        "s",
        "samp",
        "section",
        "small",
        "span",
        "strike",
        "strong",
        "sub",
        "summary",
        "sup",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "time",
        "tr",
        "tt",
        "u",
        "ul",
        "var",
        "wbr",
    ]
)
GONE_WITH_CONTENT = frozenset(
    [
        "script",
        "style",
        "title",
        "head",
        "noscript",
        "template",
        "iframe",
        "object",
        "embed",
        "svg",
        "math",
        "select",
        "textarea",
    ]
)
ATTRIBUTES: dict[str, set[str]] = {
    "*": {"dir", "lang", "title", "align", "valign"},
    "a": {"href", "name"},
    "img": {"src", "alt", "width", "height"},
    "td": {"colspan", "rowspan", "width", "height"},
    "th": {"colspan", "rowspan", "width", "height"},
    "table": {"width", "border", "cellpadding", "cellspacing"},
    "col": {"span", "width"},
    "ol": {"start", "type"},
    "li": {"value"},
    "font": {"color", "size"},
    "time": {"datetime"},
}
_PICTURE = re.compile(r"(?i)^data:image/(?:png|jpe?g|gif|webp);base64,[a-z0-9+/=\s]+$")


def safe_html(html: str, picture: Callable[[str], str | None]) -> str:
    """`html` without anything that acts or calls out. `picture` maps a content id (RFC 2392) to an address of ours, or None."""

    def filtered(tag: str, attribute: str, value: str) -> str | None:
        if tag == "img" and attribute == "src":
            source = value.strip()
            if source[:4].lower() == "cid:":
                return picture(unquote(source[4:]).strip("<> "))
            return source if _PICTURE.match(source) else None
        if tag == "a" and attribute == "href":
            return value if re.match(r"(?i)\s*(?:https?:|mailto:|tel:)", value) else None
        if attribute in ("width", "height") and not re.fullmatch(r"\d{1,4}%?", value.strip()):
            return None
        return value

    return nh3.clean(
        html.replace("\0", ""),
        tags=set(TAGS),
        clean_content_tags=set(GONE_WITH_CONTENT),
        attributes={tag: set(names) for tag, names in ATTRIBUTES.items()},
        attribute_filter=filtered,
        strip_comments=True,
        link_rel="noopener noreferrer nofollow",
        url_schemes={"http", "https", "mailto", "tel", "cid", "data"},
    )
