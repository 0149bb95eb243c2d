"""What a forwarded message says of itself: who wrote it, its subject, its text, and the words of the person who forwarded it.

Owns the reading of the block that mail programs put above it. Refuses to decide who may forward for whom: route.py does.
"""

import re

from portal.intake.rules import headers
from portal.intake.rules.html_text import without_marks
from portal.intake.rules.mail import Address, Forwarded
from portal.intake.rules.quotes import marks
from portal.intake.rules.quotes.lines import Lines

_LOOKED_AT = 400
"""Lines in which the block of a forwarded message is looked for."""
_SEARCHED = 40_000
_MAILTO = re.compile(r"(?i)[\[<(]\s?mailto:([^\]>)\s]{3,320})[\]>)]")
_DECORATION = re.compile(r"\*+|_(?=\S)|(?<=\S)_(?=\s|$)")


def of(text: str, subject: str) -> Forwarded | None:
    """The forwarded message in `text` (may carry the marks of html_text), None where it is none.

    It is one where a program's words say so, or where the subject does and a header block follows. An answer's history is not.
    """
    by_subject = bool(marks.FORWARD_SUBJECT.match(subject))
    if not by_subject and not marks.FORWARD.search(text[:_SEARCHED]):
        return None
    lines = Lines(text)
    for i in range(min(len(lines), _LOOKED_AT)):
        if lines.blank(i) or lines.is_mark(i):
            continue
        line = lines.plain[i].strip("> ")
        said = len(line) <= 200 and (
            (
                (marks.SEPARATOR.match(line) or marks.FRAMED_TITLE.match(line))
                and (by_subject or marks.FORWARD.search(line))
            )
            or marks.BEGIN.match(line)
        )
        if said:
            at = lines.next_text(i + 1)
            while at < len(lines) and marks.RULE.match(lines.plain[at][:300]):
                at = lines.next_text(at + 1)
            if at < len(lines) and lines.label(at):
                return _read(lines, i, at)
            continue
        if by_subject and lines.label(i) and lines.header_block(i):
            return _read(lines, i, i)
        if lines.history_starts(i) and not by_subject:
            return None  # an answer: what is below is the conversation
    return None


def _read(lines: Lines, begins: int, block: int) -> Forwarded:
    """The message whose fields begin at line `block`; everything above `begins` is the forwarder's note."""
    sender, subject = Address(""), ""
    k, blanks, labels = block, 0, 0
    end = block
    while k < min(len(lines), block + 20):
        if lines.blank(k) or lines.is_mark(k):
            blanks += 1
            if labels >= 2 and (blanks > 1 or not _label_follows(lines, k)):
                break
            k += 1
            continue
        found = lines.label(k)
        if found is None:
            if labels >= 2 and not (lines.plain[k][:1].isspace() or marks.ADDRESS.search(lines.plain[k])):
                break
            k += 1
            end = k
            continue
        blanks, labels = 0, labels + 1
        value = _DECORATION.sub("", found["v"]).strip(" |")
        if found["f"] and not sender.email and not sender.name:
            sender = _address(value or (lines.plain[k + 1].strip() if k + 1 < len(lines) else ""))
        elif found["o"] and marks.SUBJECT_LABELS.match(re.sub(r"\s", "", found["o"])):
            subject = subject or value
        k += 1
        end = k
    note = without_marks("\n".join(lines.shown[:begins])).strip()
    body = without_marks("\n".join(lines.shown[end:])).strip()
    if body and all(x.startswith(">") for x in body.split("\n") if x.strip()):
        body = re.sub(r"(?m)^> ?", "", body).strip()
    return Forwarded(sender, subject[:998], body, note)


def _label_follows(lines: Lines, k: int) -> bool:
    at = lines.next_text(k + 1)
    return at <= k + 2 and at < len(lines) and lines.label(at) is not None


def _address(value: str) -> Address:
    """`Name <a@b.c>`, `Name [mailto:a@b.c]`, `"Name" <a@b.c>;`, or a name alone."""
    value = value.strip().strip(";").strip()
    mailto = _MAILTO.search(value)
    if mailto:
        before = value[: mailto.start()].strip(" \"'<")
        inner = marks.ADDRESS.search(before)
        name = before if not inner else before[: inner.start()].strip(" <\"'")
        return Address(next((a.email for a in headers.addresses(mailto.group(1), 2)), ""), name)
    found = next(iter(headers.addresses(value, 2)), Address("")) if "@" in value else Address("", value[:200])
    return Address(
        found.email.lower() if "@" in found.email else "", found.name or ("" if found.email else value[:200])
    )
