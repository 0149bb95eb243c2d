"""HTML from a stranger's mail, made safe at the moment of showing: the stored original stays as it was sent.

Owns what may remain. Refuses scripts, forms, styles and frames, and pictures from outside until the reader asks for
them; the result belongs in a sandboxed frame under headers.mail_frame(), never in a page of ours.
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


_OUTSIDE = re.compile(r"(?i)<img\b[^>]{0,2000}?\bsrc\s{0,9}=\s{0,9}[\"']?\s{0,9}https?://")
_LOOKED_AT = 200_000


def has_outside_pictures(html: str) -> bool:
    """Whether pictures are left out that the reader may ask for. Looks at the beginning of a very long text only."""
    return bool(_OUTSIDE.search(html, 0, _LOOKED_AT))


def safe_html(html: str, picture: Callable[[str], str | None], *, outside: bool = False) -> str:
    """`html` without anything that acts or calls out. `picture` maps a content id (RFC 2392) to an address of ours, or None.

    `outside`: the reader asked for the pictures that lie on other servers, which tells those that the mail was read.
    """

    def filtered(tag: str, attribute: str, value: str) -> str | None:
        if tag == "img" and attribute == "src":
            source = value.strip()
            if source[:4].lower() == "cid:":
                return picture(unquote(source[4:]).strip("<> "))
            if outside and source[:8].lower().startswith(("http://", "https://")):
                return source
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
