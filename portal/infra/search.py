"""What a text is found by: words, their beginnings, Chinese characters and pairs, the same on both engines.

Neither engine's own tokenizer will do: FTS5 trigrams find nothing for two characters, pg_trgm reads every row. Pure text
work: which table the tokens lie in, and who may look, is the business of the capability that owns it.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

_HAN = "\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_RUN = re.compile(rf"[{_HAN}]+|[^\W_{_HAN}]+")
_IS_HAN = re.compile(rf"[{_HAN}]")
_JOINED = re.compile(r"(?<![\w-])\+?[^\W_]+(?:[-.()/ ]{1,2}[^\W_]+)*", re.ASCII)
"""Serial and phone numbers as people break them up: SN-88412, 138 0013 8000."""
MAX_TOKENS = 3000
"""Of one text: what a pasted log says after so many different words is not found."""
MAX_TEXT = 200_000
"""Characters of one text that are read for tokens."""
MAX_WORD = 60
BEGINNINGS = (3, 4, 5)
"""So many letters of a longer word are kept beside it. Fewer find the whole word alone, more are looked up by range."""
MAX_CLAUSES = 12


@dataclass(frozen=True)
class Clause:
    """One thing that has to be there: any of these tokens. `open`: or a longer word that begins with the first of them."""

    tokens: tuple[str, ...]
    open: bool = False


def plain(text: str) -> str:
    """Full-width letters and digits as the plain ones, in lower case, without NUL."""
    return unicodedata.normalize("NFKC", text).lower().replace("\0", " ")


def _joined(text: str) -> Iterator[tuple[str, list[str]]]:
    """Numbers that are written in several pieces: the whole without what parts it, and the pieces."""
    for match in _JOINED.finditer(text):
        for words in _numbers(match.group()):
            yield "".join(words)[:MAX_WORD], words


def _numbers(chain: str) -> Iterator[list[str]]:
    """Of a chain of pieces: those joined by a hyphen, dot or slash that have a digit, and stretches of pure digits."""
    for part in chain.split():
        words = re.findall(r"[^\W_]+", part)
        if len(words) > 1 and any(c.isdigit() for c in part) and not all(w.isdigit() for w in words):
            yield words
    for stretch in re.findall(r"(?<!\d)\d++(?:[-.()/ ]{1,2}\d++)++", chain):
        words = re.findall(r"\d+", stretch)
        if 7 <= sum(map(len, words)) <= 15:
            yield words


def tokens(text: str, most: int = MAX_TOKENS) -> list[str]:
    """What is stored for a text, each once: of Chinese each character and each pair; words with their beginnings; numbers
    also without the blanks and hyphens inside.
    """
    out: dict[str, None] = {}
    text = plain(text[:MAX_TEXT])
    for run in _RUN.findall(text):
        if _IS_HAN.match(run):
            out.update(dict.fromkeys(run))
            out.update(dict.fromkeys(run[i : i + 2] for i in range(len(run) - 1)))
        else:
            out.update(dict.fromkeys(_with_beginnings(run[:MAX_WORD])))
        if len(out) >= most:
            return list(out)[:most]
    for whole, _pieces in _joined(text):
        out.update(dict.fromkeys(_with_beginnings(whole)))
    return list(out)[:most]


def _with_beginnings(word: str) -> Iterable[str]:
    yield from (word[:n] for n in BEGINNINGS if n < len(word))
    yield word


def clauses(text: str) -> list[Clause]:
    """What a person's words ask for, all of it: pairs for Chinese (one character alone stands for itself), words as
    beginnings from three letters on, numbers however they are broken up. Empty for signs alone.
    """
    text = plain(text[:2000])
    whole_of = {piece: whole for whole, pieces in _joined(text) for piece in pieces}
    out: dict[Clause, None] = {}
    for run in _RUN.findall(text):
        if not _IS_HAN.match(run):
            word = run[:MAX_WORD]
            also = (whole_of[run],) if run in whole_of else ()
            out[Clause((word, *also), open=len(word) > max(BEGINNINGS))] = None
        elif len(run) == 1:
            out[Clause((run,))] = None
        else:
            out.update((Clause((run[i : i + 2],)), None) for i in range(len(run) - 1))
    return list(out)[:MAX_CLAUSES]


def telling(text: str, most: int) -> list[str]:
    """Tokens by which a text may resemble another: whole words of three letters or more and Chinese pairs, in order."""
    out: dict[str, None] = {}
    for run in _RUN.findall(plain(text[:MAX_TEXT])):
        if _IS_HAN.match(run):
            out.update(dict.fromkeys(run[i : i + 2] for i in range(len(run) - 1)))
        elif len(run) >= min(BEGINNINGS):
            out[run[:MAX_WORD]] = None
    return list(out)[:most]


def needles(text: str, most: int = 6) -> list[str]:
    """What to mark in a text that was found: the words and stretches of Chinese as typed, plain, the longest first."""
    runs = dict.fromkeys(run[:MAX_WORD] for run in _RUN.findall(plain(text[:2000])))
    return sorted(runs, key=len, reverse=True)[:most]


def spellings(needle: str) -> list[str]:
    """How a plain word may stand in a text as it was written, for a condition that knows no normal form: with full-width
    letters and digits, too. A longer stretch of Chinese may stand in pieces: its pairs.
    """
    if _IS_HAN.match(needle):
        return [needle] if len(needle) < 3 else [needle[i : i + 2] for i in range(min(len(needle) - 1, 5))]
    wide = "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in needle)
    return [needle, wide] if wide != needle else [needle]
