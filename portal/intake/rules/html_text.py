"""HTML to the text that a person would read, with marks where a mail program begins the history.

Owns the walk over the tree, without recursion. Refuses to judge what is quoted: rules/quotes does that from the marks.
"""

import re
import unicodedata
from collections.abc import Callable
from html import unescape

from selectolax.lexbor import LexborHTMLParser, LexborNode

QUOTE_MARK = "\ue000"  # a line of its own: what follows is the message that was answered
QUOTE_END = "\ue001"  # the container of the history ends here
REST_MARK = "\ue002"  # a program's own header block: from here on all is history, whatever its language
ATTRIBUTION_MARK = "\ue003"  # a program's own "On …, … wrote:", whatever its language
MARKS = (QUOTE_MARK, QUOTE_END, REST_MARK, ATTRIBUTION_MARK)

_BLOCKS = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "center",
        "dd",
        "details",
        "dialog",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "html",
        "li",
        "main",
        "nav",
        "ol",
        "p",
        "pre",
        "section",
        "table",
        "tbody",
        "tfoot",
        "thead",
        "tr",
        "ul",
    ]
)
_SPACED = frozenset(["p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "blockquote", "pre", "table", "dl"])
_SKIPPED = frozenset(
    [
        "head",
        "script",
        "style",
        "title",
        "template",
        "noscript",
        "object",
        "iframe",
        "select",
        "meta",
        "link",
        "svg",
        "math",
        "o:p",
    ]
) - {"o:p"}
# Containers that mail programs put around the answered message, by class and by id.
_HISTORY = re.compile(
    r"(?i)(?:^|\s)(?:x_){0,3}(?:gmail_quote|gmail_quote_container|gmail_extra|yahoo_quoted|"
    r"protonmail_quote|zmail_extra|"
    r"tutanota_quote|freebirdformatnewquotes|wordsection1_quote|ntes-quote|netease_mail_quote|qmquote|"
    r"mailquote|outlookmessageheader|"
    r"mail-quote|foxmail_quote|reply-quote|ntes-mailmaster-quote|referencequote|history-quote-wrapper|xmail_quote|"
    r"alimail-quote|missive_quote|front-blockquote|sh-quoted-content|ms-outlook-mobile-reference-message)(?:\s|$)"
)
_HISTORY_IDS = frozenset(
    (
        "isreplycontent",
        "mail-editor-reference-message-container",
        "olk_src_body_section",
        "yahoo_quoted",
        "replysplit",
        "isforwardcontent",
        "orig-mail-container",
    )
)
_REST_IDS = re.compile(r"(?i)(?:x_){0,3}(?:divrplyfwdmsg|appendonsend)$")
_ATTRIBUTIONS = re.compile(r"(?i)(?:^|\s)(?:x_){0,3}(?:gmail_attr|moz-cite-prefix)(?:\s|$)")
_SPACE = re.compile(r"[ \t\r\n\f]+")
_HIDDEN = re.compile(r"(?i)display\s*:\s*none|mso-hide\s*:\s*all")


DEEPEST = 1000
"""Elements inside each other. HTML parsers take quadratic time on deep nesting; no person writes a tenth of this."""
MOST = 100_000
"""Tags in one text: ten times the longest thread seen, and what can be walked within a second or two."""
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
_CLOSED_BY_THEMSELVES = frozenset(
    (
        *(
            "area",
            "base",
            "br",
            "col",
            "embed",
            "hr",
            "img",
            "input",
            "link",
            "meta",
            "param",
            "source",
            "track",
            "wbr",
        ),
        *("p", "li", "td", "th", "tr", "dt", "dd", "option", "tbody", "thead"),
    )
)


def too_deep(html: str) -> bool:
    """Whether there are more elements, or deeper ones, than a parser should be given. Linear in the length."""
    depth = 0
    for piece in html.split(">") if len(html) > 20_000 else ():
        start = piece.find("<")
        if start >= 0 and len(piece) - start > 20_000 and len(piece[start:].split()) > 2_000:
            return True  # one tag of thousands of attributes
    if html.count("<") <= DEEPEST:
        return False
    for number, match in enumerate(_TAG.finditer(html)):
        if number > MOST:
            return True
        if match.group(2).lower() not in _CLOSED_BY_THEMSELVES:
            depth = max(0, depth + (-1 if match.group(1) else 1))
            if depth > DEEPEST:
                return True
    return False


def _stripped(html: str) -> str:
    """The words alone, for HTML that no parser should be given."""
    lines = unescape(re.sub(r"<[^<>]*>", "\n", html)).split("\n")
    return "\n".join(line for line in map(str.strip, lines) if line)


def to_text(html: str, limit: int = 2 * 1024 * 1024) -> str:
    """The readable text of `html`, at most `limit` characters. Quoted blocks keep a `>` before each line."""
    html = html.replace("\0", "")
    if too_deep(html):
        return _stripped(html)[:limit]
    tree = LexborHTMLParser(html)
    root = tree.root
    if root is None:
        return ""
    lines: list[str] = []
    current: list[str] = []
    state = {"size": 0, "quote": 0, "pre": 0}

    def flush(blank: bool = False) -> None:
        text = "".join(current)
        current.clear()
        if not state["pre"]:
            text = text.strip(" ")
        prefix = "> " * min(state["quote"], 5)
        if text:
            lines.append(prefix + text)
            state["size"] += len(text)
        if blank and lines and lines[-1].strip("> "):
            lines.append(prefix.rstrip())

    # An explicit stack, as deep as the tree and no wider: the node, whether it is being left, its mark of history.
    stack: list[tuple[LexborNode, bool, str]] = [(root, False, "")]
    while stack and state["size"] < limit:
        node, leaving, history = stack.pop()
        tag = node.tag or ""
        if leaving:
            if tag in _BLOCKS:
                flush(blank=tag in _SPACED)
                if tag == "blockquote":
                    state["quote"] -= 1
                elif tag == "pre":
                    state["pre"] -= 1
            elif tag in ("td", "th"):
                current.append(" ")
            elif tag == "a":
                _link(node, current)
            if history:
                flush()
                lines.append(QUOTE_END)
            continue
        following = node.next if stack else None
        if following is not None:
            stack.append((following, False, ""))
        if tag == "-text":
            _words(node.text_content or "", bool(state["pre"]), state["quote"], current, lines, flush)
            continue
        if tag.startswith(("-", "!")) or tag in _SKIPPED:
            continue
        if tag == "br":
            if "".join(current).strip():
                flush()
            else:
                current.clear()
                lines.append(("> " * min(state["quote"], 5)).rstrip())
            continue
        attributes = node.attributes
        if tag == "img":
            alt = _SPACE.sub(" ", attributes.get("alt") or "").strip()
            if alt and not re.fullmatch(r"(?i)[\w.-]+\.(?:png|gif|jpe?g|bmp)|image|图片", alt):
                current.append(f"[{alt[:200]}]")
            continue
        if attributes and _hidden(attributes):
            continue
        history = _history_mark(attributes) if attributes else ""
        if history and state["quote"] == 0:
            flush()
            lines.append(history)
        if tag in _BLOCKS:
            flush(blank=tag in _SPACED and bool(lines))
            if tag == "blockquote":
                state["quote"] += 1
            elif tag == "pre":
                state["pre"] += 1
            elif tag == "li":
                current.append("• " if node.parent is None or node.parent.tag != "ol" else "- ")
            elif tag == "hr":
                lines.append("-" * 20)
        stack.append((node, True, history))
        child = node.child
        if child is not None:
            stack.append((child, False, ""))
    flush()
    text = unicodedata.normalize("NFC", "\n".join(lines)).replace("\u00a0", " ").replace("\u200b", "")
    return re.sub(r"\n{3,}", "\n\n", text).strip("\n")


def _words(
    raw: str, pre: bool, quote: int, current: list[str], lines: list[str], flush: Callable[[], None]
) -> None:
    """The text between two tags: blanks made one, in <pre> every line kept."""
    if pre:
        first, *others = raw.replace("\r\n", "\n").split("\n")
        current.append(first)
        for other in others:
            if "".join(current).strip():
                flush()
            else:
                current.clear()
                lines.append(("> " * min(quote, 5)).rstrip())
            current.append(other)
        return
    raw = _SPACE.sub(" ", raw)
    if raw.startswith(" ") and (not current or current[-1].endswith(" ")):
        raw = raw[1:]
    if raw:
        current.append(raw)


def _link(node: LexborNode, current: list[str]) -> None:
    """The address of a link is shown where its words do not show it."""
    href = (node.attributes.get("href") or "").strip()
    shown = (node.text() or "").strip()
    if not re.match(r"(?i)https?://", href) or len(href) > 500:
        return
    if shown and href.rstrip("/") not in shown and shown.rstrip("/") not in href:
        current.append(f" <{href}>")


def _history_mark(attributes: dict[str, str | None]) -> str:
    """The mark of a container that a mail program puts around the history; empty for every other element."""
    ident = (attributes.get("id") or "").lower()
    if ident and _REST_IDS.match(ident):
        return REST_MARK
    if ident and (ident in _HISTORY_IDS or ident.startswith("mail-editor-reference")):
        return QUOTE_MARK
    classes = attributes.get("class") or ""
    if not classes:
        return ""
    if _ATTRIBUTIONS.search(classes):
        return ATTRIBUTION_MARK
    return QUOTE_MARK if _HISTORY.search(classes) else ""


def _hidden(attributes: dict[str, str | None]) -> bool:
    style = attributes.get("style")
    return bool(style) and bool(_HIDDEN.search(style or ""))


def without_marks(text: str) -> str:
    """`text` as shown to people."""
    if QUOTE_END not in text and not any(mark in text for mark in MARKS):
        return text
    return "\n".join(line for line in text.split("\n") if line not in MARKS).strip("\n")
