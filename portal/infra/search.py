"""Words and Chinese pairs as tokens, so that both engines find 打印 as fast as a serial number.

Neither engine's own tokenizer does: FTS5 trigrams find nothing for two characters, pg_trgm reads every row.
"""

import re
import unicodedata

_RUN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]+|[^\W_]+", re.UNICODE)
_CJK = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
MAX_TOKENS = 4000
MAX_WORD = 60


def _runs(text: str) -> list[str]:
    return _RUN.findall(_spaced(unicodedata.normalize("NFKC", text).lower()))


def _spaced(text: str) -> str:
    return re.sub(r"([\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]+)", r" \1 ", text)


def tokens(text: str) -> str:
    """What is stored for a text: its words, and of Chinese each character and each pair, blank-separated."""
    out: list[str] = []
    for run in _runs(text):
        if _CJK.match(run):
            out.extend(run)
            out.extend(run[i : i + 2] for i in range(len(run) - 1))
        else:
            out.append(run[:MAX_WORD])
        if len(out) >= MAX_TOKENS:
            break
    return " ".join(dict.fromkeys(out))


def wanted(text: str) -> list[str]:
    """What a person's words ask for: pairs for Chinese (one character alone stands for itself), words as prefixes."""
    out: list[str] = []
    for run in _runs(text[:200]):
        if not _CJK.match(run):
            out.append(run[:MAX_WORD] + "*")
        elif len(run) == 1:
            out.append(run)
        else:
            out.extend(run[i : i + 2] for i in range(len(run) - 1))
    return list(dict.fromkeys(out))[:20]


def fts5_query(words: list[str]) -> str:
    """All of `wanted`'s tokens, as an FTS5 MATCH expression; quoted, so operators in them are only words."""
    return " AND ".join(f'"{w.rstrip("*")}"{" *" if w.endswith("*") else ""}' for w in words)


def tsquery(words: list[str]) -> str:
    """The same as a literal of PostgreSQL's tsquery, which no parser takes apart."""
    return " & ".join(
        "'" + w.rstrip("*").replace("'", "''") + "'" + (":*" if w.endswith("*") else "") for w in words
    )
