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
    line = " ".join(text.split())
    hits = _hits(line, needles)
    if not hits:
        return None
    first = next((start for start, _end in _hits(line, needles[:1])), hits[0][0])
    begin = max(0, first - BEFORE)
    if begin and (blank := line.find(" ", begin, first)) >= 0:
        begin = blank + 1
    end = min(len(line), begin + LENGTH)
    parts = _parts(line, hits, begin, end)
    head = (Part(ELLIPSIS),) if begin else ()
    tail = (Part(ELLIPSIS),) if end < len(line) else ()
    return head + parts + tail


def _plain(text: str) -> tuple[str, list[int]]:
    """The text's plain form, and for each of its characters the place in the text that it came from."""
    out: list[str] = []
    places: list[int] = []
    for place, character in enumerate(text):
        for c in unicodedata.normalize("NFKC", character).lower():
            out.append(c)
            places.append(place)
    places.append(len(text))
    return "".join(out), places


def _hits(text: str, needles: Sequence[str]) -> list[tuple[int, int]]:
    """Stretches of the text that are hit, in order and apart from each other. A word is hit at its beginning, Chinese
    anywhere; of a longer stretch of Chinese that does not stand there as a whole, its pairs are.
    """
    plain, places = _plain(text)
    found: list[tuple[int, int]] = []
    for needle in needles:
        looked_for = [needle]
        if len(needle) > 2 and _is_han(needle[0]) and needle not in plain:
            looked_for = [needle[i : i + 2] for i in range(len(needle) - 1)]
        for wanted in looked_for:
            at = plain.find(wanted) if wanted else -1
            while at >= 0:
                if _is_han(wanted[0]) or at == 0 or not plain[at - 1].isalnum() or _is_han(plain[at - 1]):
                    last = places[at + len(wanted) - 1]
                    found.append((places[at], last + 1))
                at = plain.find(wanted, at + len(wanted))
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
