"""The sentence around what was found, with the found words told apart from the rest. Pure; no HTML."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

BEFORE = 40
LENGTH = 160
ELLIPSIS = "…"


@dataclass(frozen=True)
class Part:
    """A stretch of text; `hit`: it is what was searched for."""

    text: str
    hit: bool = False


def marked(text: str, needles: Sequence[str]) -> tuple[Part, ...]:
    """The whole text in parts. Needles are plain (lower case, half width); the text may be written in any width and case."""
    return _parts(text, _hits(text, needles), 0, len(text))


def snippet(text: str, needles: Sequence[str]) -> tuple[Part, ...] | None:
    """About LENGTH characters around the first hit of the longest needle, on one line; None where nothing is hit."""
    near = _near(text, needles)
    if near is None:
        return None
    line = " ".join(text[near].split())
    hits = _hits(line, needles)
    if not hits:
        return None
    first = hits[0][0]
    begin = max(0, first - BEFORE)
    if begin and (blank := line.find(" ", begin, first)) >= 0:
        begin = blank + 1
    end = min(len(line), begin + LENGTH)
    parts = _parts(line, hits, begin, end)
    head = (Part(ELLIPSIS),) if begin or near.start else ()
    tail = (Part(ELLIPSIS),) if end < len(line) or near.stop < len(text) else ()
    return head + parts + tail


def _near(text: str, needles: Sequence[str]) -> slice | None:
    """The stretch of a long text that the first needle, or its first pair, stands in: what is marked, letter by letter."""
    if len(text) <= 2 * LENGTH:
        return slice(0, len(text))
    plain = unicodedata.normalize("NFKC", text).lower()
    slack = abs(
        len(plain) - len(text)
    )  # letters that are several in the plain form move the others by that much at most
    for needle in (n for whole in needles for n in (whole, *_pairs(whole))):
        at = _find(plain, needle, 0)
        if at >= 0:
            begin, end = max(0, at - slack - BEFORE - 10), min(len(text), at + slack + 2 * LENGTH)
            return slice(begin, end)
    return None


def _plain(text: str) -> tuple[str, Sequence[int]]:
    """The text's plain form, and for each of its characters the place in the text that it came from."""
    whole = unicodedata.normalize("NFKC", text).lower()
    if len(whole) == len(text):
        return whole, range(len(text) + 1)
    out: list[str] = []
    places: list[int] = []
    for place, character in enumerate(text):
        plain = unicodedata.normalize("NFKC", character).lower()
        out.append(plain)
        places.extend([place] * len(plain))
    places.append(len(text))
    return "".join(out), places


def _pairs(needle: str) -> list[str]:
    """Of a longer stretch of Chinese."""
    if len(needle) < 3 or not _is_han(needle[0]):
        return []
    return [needle[i : i + 2] for i in range(len(needle) - 1)]


def _find(plain: str, needle: str, begin: int) -> int:
    """Where a needle stands next: a word at a beginning, Chinese anywhere; -1 for nowhere."""
    at = plain.find(needle, begin) if needle else -1
    while at > 0 and not _is_han(needle[0]) and plain[at - 1].isalnum() and not _is_han(plain[at - 1]):
        at = plain.find(needle, at + 1)
    return at


def _hits(text: str, needles: Sequence[str]) -> list[tuple[int, int]]:
    """Stretches of the text that are hit, in order and apart from each other. A word is hit at its beginning, Chinese
    anywhere; of a longer stretch of Chinese that does not stand there as a whole, its pairs are.
    """
    plain, places = _plain(text)
    found: list[tuple[int, int]] = []
    for needle in needles:
        for wanted in [needle] if needle in plain else _pairs(needle):
            at = _find(plain, wanted, 0)
            while at >= 0:
                found.append((places[at], places[at + len(wanted) - 1] + 1))
                at = _find(plain, wanted, at + len(wanted))
    merged: list[tuple[int, int]] = []
    for start, end in sorted(found):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _is_han(character: str) -> bool:
    return "\u3400" <= character <= "\u9fff" or "\uf900" <= character <= "\ufaff" or character == "\u3007"


def _parts(text: str, hits: Sequence[tuple[int, int]], begin: int, end: int) -> tuple[Part, ...]:
    out: list[Part] = []
    at = begin
    for start, stop in ((max(a, begin), min(b, end)) for a, b in hits):
        if start >= stop:
            continue
        if start > at:
            out.append(Part(text[at:start]))
        out.append(Part(text[start:stop], hit=True))
        at = stop
    if at < end:
        out.append(Part(text[at:end]))
    return tuple(out)
