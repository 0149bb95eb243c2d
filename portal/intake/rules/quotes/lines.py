"""A message as lines, and what each of them may announce: each question is asked of a line once.

Owns header blocks and attributions, which take several lines. Refuses to look further than a few lines ahead, so that the work
grows with the text and no faster.
"""

import re
from functools import cached_property

from portal.intake.rules.html_text import MARKS, QUOTE_END
from portal.intake.rules.quotes import marks

_BLOCK = 16
"""Lines of a header block at most."""
_BLOCKS = 1000
"""Beginnings of header blocks that are looked into: a text with more is a table, and each look costs some lines."""
_ATTRIBUTION = 5
_ENDINGS = frozenset(":：*>-道到e")
_UNSEEN = dict.fromkeys(
    map(ord, "\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")
)
_SPACES = dict.fromkeys(map(ord, "\u00a0\u202f\u2007\u2009"), " ")
_PROSE = re.compile(r"日的|[里中上内]写道|里面写道|里说|提到")


def _plain(line: str) -> str:
    """`line` with ordinary spaces, without the marks that set its direction."""
    return line.replace("&nbsp;", " ").translate(_UNSEEN | _SPACES)


class Lines:
    """The lines of `text` (LF; may carry the marks of html_text). `shown` is as it came, `plain` with ordinary spaces."""

    def __init__(self, text: str) -> None:
        self.shown = text.split("\n")
        self.plain = [line if line.isascii() and "nbsp" not in line else _plain(line) for line in self.shown]
        self._labels: dict[int, re.Match[str] | None] = {}
        self._blocks_left = _BLOCKS

    def __len__(self) -> int:
        return len(self.plain)

    @cached_property
    def closing(self) -> list[bool]:
        """For each line: an attribution may end on it."""
        return [
            line[-1:] in _ENDINGS
            and len(line) <= marks.LONGEST
            and bool(marks.CLOSES.search(line[-160:]) or marks.QUOTING.match(line))
            for line in map(str.rstrip, self.plain)
        ]

    def label(self, i: int) -> re.Match[str] | None:
        if i not in self._labels:
            line = self.plain[i]
            self._labels[i] = (
                marks.LABEL.match(line)
                if len(line) <= marks.LONGEST and (":" in line or "：" in line or "|" in line)
                else None
            )
        return self._labels[i]

    def is_mark(self, i: int) -> bool:
        return self.plain[i] in MARKS

    def blank(self, i: int) -> bool:
        return not self.plain[i].strip()

    def quoted(self, i: int) -> bool:
        return self.plain[i].lstrip().startswith(">")

    def next_text(self, i: int) -> int:
        """The first line from `i` on that says something; the number of lines where none does."""
        n = len(self)
        while i < n and (self.blank(i) or self.is_mark(i)):
            i += 1
        return i

    def container_end(self, at: int) -> int:
        """Where the container that begins at the mark `at` ends."""
        depth = 0
        for k in range(at, len(self)):
            if self.plain[k] == QUOTE_END:
                depth -= 1
                if depth <= 0:
                    return k
            elif self.plain[k] in MARKS:
                depth += 1
        return len(self)

    def announced(self, i: int) -> bool:
        """Whether a quotation of any kind begins in this line."""
        if self.blank(i):
            return False
        return (
            self.plain[i].startswith(">")
            or (self.is_mark(i) and self.plain[i] != QUOTE_END)
            or self.history_starts(i)
            or self.attribution(i) > 0
        )

    def history_starts(self, i: int) -> bool:
        """From here on everything is history: a separator with its words, or a header block."""
        line = self.plain[i].strip()
        if len(line) <= 140 and line:
            if not line[0].isalnum() and (marks.SEPARATOR.match(line) or self.groupwise(i)):
                return True
            if line[-1] in ":：" and marks.BEGIN.match(line):
                return True
            if len(line) <= 30 and marks.TITLE.match(line):
                k = self.next_text(i + 1)
                return k <= i + 3 and k < len(self) and self.header_block(k)
        return self.header_block(i)

    def groupwise(self, i: int) -> bool:
        """>>> "Wang" <a@b.c> 3/11/2026 10:22 >>>, above what no mark precedes."""
        line = self.plain[i].strip()
        return (
            line.startswith(">>> ")
            and line.endswith(">>>")
            and bool(marks.DATE.search(line) or marks.ADDRESS.search(line))
        )

    def header_block(self, i: int) -> bool:
        """Different header labels close together, a sender and a date among them, each with a value.

        Without a date there must be a rule above: people list the sender and the subject of a mail that they miss.
        """
        if not self.label(i) or len(self.plain[i]) > 400 or self._blocks_left <= 0:
            return False
        self._blocks_left -= 1
        seen: set[str] = set()
        sender = dated = mail = False
        blanks = 0
        for k in range(i, min(len(self), i + _BLOCK)):
            line = self.plain[k]
            if not line.strip(" >|*-"):
                blanks += 1
                if (blanks > 1 and len(seen) >= 2) or blanks > 4:
                    break
                continue
            found = self.label(k)
            if found:
                blanks = 0
                sender = sender or (bool(found["f"]) and (bool(found["v"].strip(" *|")) or k + 1 < len(self)))
                dated = dated or bool(found["d"])
                label = re.sub(r"\s", "", (found["f"] or found["d"] or found["o"]).lower())
                mail = mail or bool(marks.SUBJECT_LABELS.match(label) or marks.ADDRESS.search(found["v"]))
                seen.add(label)
            elif line[:1] in " \t;," or marks.ADDRESS.search(line) or (len(line) < 100 and blanks == 0):
                if not line[:1].isspace() and not marks.ADDRESS.search(line):
                    blanks += 1
            else:
                break
        if not sender:
            return False
        if len(seen) >= 3:
            # A parcel has a sender, a destination and a date, too: a mail also has a subject or an address.
            return mail and (dated or self._under_a_rule(i))
        return len(seen) == 2 and bool(
            marks.ADDRESS.search(self.plain[i]) and marks.DATE.search(" ".join(self.plain[i : i + 3]))
        )

    def _under_a_rule(self, i: int) -> bool:
        k = i - 1
        while k >= 0 and self.blank(k):
            k -= 1
        return k < 0 or self.is_mark(k) or bool(marks.RULE.match(self.plain[k])) or self.quoted(i)

    def attribution(self, i: int) -> int:
        """Where lines i… are "On <date>, <who> wrote:" in some language: the index after it, else 0."""
        if not any(self.closing[i : i + _ATTRIBUTION]):
            return 0
        first = self.plain[i].strip()
        if not first or len(first) > marks.LONGEST or self.is_mark(i):
            return 0
        joined = ""
        for k in range(i, min(len(self), i + _ATTRIBUTION)):
            line = self.plain[k].strip()
            if not line or line in MARKS:
                return 0
            if k > i and marks.QUOTED.match(line) and not first.startswith(">") and line not in (">:", ">"):
                return 0
            if k > i and re.match(r"(?i)(?:on|am|le|el|在|于)\s.{0,200}?\d", line):
                return 0  # the nearest start wins
            joined = (
                joined + line if line in (">:", ">") else f"{joined} {line.lstrip('> ') if k > i else line}"
            ).strip()
            if len(joined) > 600:
                return 0
            if not self.closing[k] and line not in (">:", ">"):
                continue
            verdict = self._is_attribution(joined, k)
            if verdict is not None:
                return k + 1 if verdict else 0
        return 0

    def _is_attribution(self, joined: str, last: int) -> bool | None:
        """True or False for the joined lines, None where more lines are needed."""
        plain = joined.strip("> -")
        dated, address = bool(marks.DATE.search(plain)), bool(marks.ADDRESS.search(plain))
        if dated and address and marks.BARE_HEAD.match(joined) and marks.BARE_TAIL.search(joined[-290:]):
            return True  # a date, an address and a colon, no verb
        following = self.next_text(last + 1)
        quoted_next = following < len(self) and self.quoted(following)
        if marks.QUOTING.match(plain):
            return address or quoted_next
        if quoted_next and marks.OLD_GMAIL.match(joined):
            return True
        if quoted_next and dated and marks.BARE_TAIL.search(joined[-290:]):
            return True  # whatever the language: its words may stand before the name
        if not marks.TAIL.search(joined[-160:]):
            return None
        if marks.CHINESE_TAIL.search(joined):
            strong = dated and _chinese_head(plain, address)
        else:
            framed = address and bool(marks.FRAMED.search(joined))
            strong = (
                dated
                and (framed or bool(marks.START.match(joined)))
                and (address or joined.rstrip()[-1:] in ":：*")
                and not re.search(r"[.!?] [A-Z]\w{1,30} (?![^\n]{0,200}@)", plain[:60])
            )
        return bool(strong or (quoted_next and (dated or address)))


def _chinese_head(plain: str, address: bool) -> bool:
    """Whether the words before 写道 are a program's: 在 <date>, <who>; <who> 于 <date>; <date>, <who>; and no sentence."""
    if any(c in plain for c in "。！？") or (_PROSE.search(plain) and not address):
        return False
    starts = bool(re.match(r"(?:在|于|於)\s{0,3}\S", plain)) or bool(
        re.match(r"(?:19|20)\d\d|星期|周", plain)
    )
    after = bool(re.search(r"[\s>）)\"”\w](?:在|于|於)\s{0,3}(?:19|20)\d\d", plain))
    if address:
        return starts or after
    # Without an address only the form that begins with 在 counts, with a time of day: people rarely write one.
    timed = bool(re.search(r"\d{1,2}[:：]\d\d|\d{1,2}\s?[点點时時]", plain))
    named = bool(re.search(r"[,，]\s{0,3}\S|日\s{0,3}\S|\d\s{0,3}(?:写道|寫道|写到)", plain))
    return timed and named and bool(re.match(r"(?:在|于|於)\s{0,3}\S", plain))
