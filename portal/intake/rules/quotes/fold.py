"""The text of a message divided: what was written for it, and the history that a program copied.

Owns the decision. Refuses to delete: every line is in `new` or in `old`, and where nothing would be new, all of it is.
Answers between the lines of a quotation stay; the quotation around them is folded.
"""

import re
from dataclasses import dataclass

from portal.intake.rules.html_text import ATTRIBUTION_MARK, QUOTE_MARK, REST_MARK
from portal.intake.rules.quotes import marks, signature
from portal.intake.rules.quotes.lines import Lines

MOST = 20_000
"""Lines that are looked at; what is below them is new, however long it is."""


_AFTERTHOUGHT = re.compile(r"(?i)\s{0,3}(?:p\.? ?s\b|nachtrag|n\.?b\b|补充|另外|另：|附：|又及|对了|補充)")


@dataclass(frozen=True)
class Split:
    """`new`: written for this message. `old`: history, signature and phone lines, in their order."""

    new: str
    old: str


def split(text: str, answers: bool = False) -> Split:
    """Divide `text` (LF lines, may carry the marks of html_text). `answers`: headers say that this is a reply."""
    head, rest = text, ""
    if text.count("\n") > MOST:
        pieces = text.split("\n")
        head, rest = "\n".join(pieces[:MOST]), "\n".join(pieces[MOST:])
    lines = Lines(head)
    old = [False] * len(lines)
    _mark_history(lines, old, answers)
    signature.mark(lines, old)
    _mark_blanks(lines, old)
    pairs = [(s, o) for k, (s, o) in enumerate(zip(lines.shown, old, strict=True)) if not lines.is_mark(k)]
    new = re.sub(r"\n{3,}", "\n\n", "\n".join(s for s, o in pairs if not o)).strip("\n").rstrip()
    if rest:
        new = f"{new}\n{rest}"
    if not new.strip():
        return _without_anything_new(lines)
    return Split(new, "\n".join(s for s, o in pairs if o).strip("\n"))


def _without_anything_new(lines: Lines) -> Split:
    """A message that is history alone, as somebody sends it on: all of it is shown, its signature folded as anybody's."""
    old = [False] * len(lines)
    signature.mark(lines, old)
    _mark_blanks(lines, old)
    pairs = [(s, o) for k, (s, o) in enumerate(zip(lines.shown, old, strict=True)) if not lines.is_mark(k)]
    shown = "\n".join(s for s, o in pairs if not o).strip("\n").rstrip()
    return Split(shown, "\n".join(s for s, o in pairs if o).strip("\n"))


def _mark_history(lines: Lines, old: list[bool], answers: bool) -> None:
    n = len(lines)
    attributed = barred = False
    i = 0
    while i < n:
        if lines.plain[i] == QUOTE_MARK:
            step = _container(lines, old, i)
            if step is None:
                return
            i = step
            continue
        if lines.plain[i] == REST_MARK:
            _begin_old(lines, old, i)
            return
        if lines.plain[i] == ATTRIBUTION_MARK:
            end = lines.container_end(i)
            said = [k for k in range(i + 1, end) if not lines.blank(k)]
            # Above it some people begin to write, inside the container.
            if said and not lines.quoted(said[-1]):
                old[said[-1]] = True
                attributed = True
            i = said[-1] + 1 if said and not said[:-1] else i + 1
            continue
        if lines.blank(i) or lines.is_mark(i):
            i += 1
            continue
        if lines.quoted(i) and (attributed or answers) and not lines.groupwise(i):
            old[i] = True  # whatever it says: an answer may stand below it
            i += 1
            continue
        if barred and lines.plain[i].startswith("|"):
            old[i] = True
            i += 1
            continue
        if lines.history_starts(i):
            _begin_old(lines, old, i)
            return
        end = lines.attribution(i)
        if end:
            following = lines.next_text(end)
            old[i:end] = [True] * (end - i)
            attributed = True
            barred = following < n and lines.plain[following].startswith("|")
            if following < n and not marks.QUOTED.match(lines.plain[following]):
                old[i:] = [True] * (n - i)
                return
            i = end
            continue
        if (attributed or answers) and i and old[i - 1] and _wrapped(lines.plain[i - 1], lines.plain[i]):
            old[i] = True
        elif _phone_line(lines, i):
            # Telephones put the answered message below their own line, often without another mark.
            old[i] = True
            after = lines.plain[lines.next_text(i + 1)] if lines.next_text(i + 1) < n else ""
            if not _AFTERTHOUGHT.match(after) and not any(lines.announced(k) for k in range(i + 1, n)):
                old[i:] = [True] * (n - i)
                return
        i += 1
    _mark_end(lines, old)


def _mark_blanks(lines: Lines, old: list[bool]) -> None:
    """A blank line between two old ones is old."""
    before = 0
    for k in range(len(lines)):
        if lines.blank(k):
            continue
        if old[k] and k > before + 1 and old[before]:
            old[before + 1 : k] = [True] * (k - before - 1)
        before = k


def _container(lines: Lines, old: list[bool], at: int) -> int | None:
    """A container of HTML begins: where to go on, None where all the rest is old."""
    end = lines.container_end(at)
    inside = [k for k in range(at + 1, end) if not lines.blank(k)]
    if any(lines.plain[k].startswith(">") for k in inside) or any(
        lines.attribution(k) for k in range(at + 1, min(end, at + 8))
    ):
        return at + 1
    if inside and lines.history_starts(inside[0]):
        _begin_old(lines, old, at)
        return None
    if end < len(lines) and len(inside) == 1 and not lines.header_block(at + 1):
        return at + 1
    old[at:end] = [True] * (end - at)
    return end


def _phone_line(lines: Lines, i: int) -> bool:
    return (
        0 < i < len(lines) - 1
        and lines.blank(i - 1)
        and lines.blank(i + 1)
        and marks.is_mobile(lines.plain[i])
    )


def _begin_old(lines: Lines, old: list[bool], at: int) -> None:
    """Everything from here on is history, with the rule or the title that is drawn above it."""
    while at > 0 and (
        (
            len(lines.plain[at - 1]) <= 300
            and any(
                pattern.match(lines.plain[at - 1])
                for pattern in (marks.RULE, marks.TITLE, marks.FRAMED_TITLE)
            )
        )
        or lines.is_mark(at - 1)
    ):
        at -= 1
    old[at:] = [True] * (len(lines) - at)


def _wrapped(before: str, line: str) -> bool:
    """True where `line` is the tail of a quoted line that a program broke without repeating the mark."""
    if len(line) <= 40 and before.lstrip().startswith(">") and marks.VERB_ALONE.match(line.strip()):
        return True
    return (
        before.lstrip().startswith(">")
        and len(before) >= 60
        and before[-1:] not in ".!?。！？:"
        and line[:1].islower()
    )


def _mark_end(lines: Lines, old: list[bool]) -> None:
    """A quotation at the very end, without any announcement."""
    last = len(lines) - 1
    while last >= 0 and (lines.blank(last) or old[last] or marks.is_mobile(lines.plain[last])):
        last -= 1
    if last >= 0 and lines.quoted(last):
        k = last
        while k >= 0 and (lines.blank(k) or lines.quoted(k)):
            old[k] = True
            k -= 1
