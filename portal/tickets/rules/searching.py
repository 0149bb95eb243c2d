"""What a person typed into the search: words, phrases in quotes and fields, in English or Chinese. Pure; refuses nothing.

What cannot be understood is searched for as words and named in `misread`, so that a page can say so. Full-width colons,
quotes and signs are the plain ones.
"""

import re
import unicodedata
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from portal.tickets.rules.words import Kind

LONGEST = 400
"""Characters that are read; the rest is left out, and `cut` says so."""
MOST_FIELDS = 12


class Is(StrEnum):
    """Where a ticket stands, as people ask for it."""

    OPEN = "open"
    WAITING = "waiting"
    RESOLVED = "resolved"
    CLOSED = "closed"
    UNANSWERED = "unanswered"
    UNASSIGNED = "unassigned"
    MINE = "mine"


class Fault(StrEnum):
    FIELD = "field"
    """No such field."""
    VALUE = "value"
    """A field whose value cannot be read."""


@dataclass(frozen=True)
class Misread:
    fault: Fault
    text: str
    """As it was typed."""


@dataclass(frozen=True)
class Asked:
    """What to look for: all of it. Several values of one field are all wanted too, but of `kinds` any."""

    words: str = ""
    phrases: tuple[str, ...] = ()
    organisations: tuple[str, ...] = ()
    devices: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    """Names; "me" is the reader."""
    states: frozenset[Is] = frozenset()
    kinds: frozenset[Kind] = frozenset()
    due_within: timedelta | None = None
    """A promise ends within this span, or has run out; zero: has run out."""
    before: date | None = None
    """Received before this day began."""
    since: date | None = None
    """Received on this day or later."""
    has_file: bool = False
    misread: tuple[Misread, ...] = ()
    cut: bool = False

    @property
    def text(self) -> str:
        """Everything that the words themselves must be found for."""
        return " ".join((self.words, *self.phrases))

    @property
    def has_fields(self) -> bool:
        plain = Asked(self.words, self.phrases, misread=self.misread, cut=self.cut)
        return self != plain


FIELDS = {
    "org": ("org", "organisation", "organization", "client", "单位", "客户", "公司", "组织"),
    "is": ("is", "status", "状态"),
    "due": ("due", "到期", "时限", "截止"),
    "by": ("by", "from", "作者", "来自", "提交人"),
    "kind": ("kind", "type", "类型", "类别"),
    "device": ("device", "设备"),
    "tag": ("tag", "label", "标签"),
    "has": ("has", "含", "带", "有"),
    "before": ("before", "之前", "早于"),
    "after": ("after", "since", "之后", "晚于", "自"),
}
_FIELD_OF = {name: field for field, names in FIELDS.items() for name in names}
_STATES = {
    "open": Is.OPEN, "未结": Is.OPEN, "处理中": Is.OPEN, "未完成": Is.OPEN, "waiting": Is.WAITING, "等待": Is.WAITING,
    "等待中": Is.WAITING, "resolved": Is.RESOLVED, "solved": Is.RESOLVED, "已解决": Is.RESOLVED, "待确认": Is.RESOLVED,
    "closed": Is.CLOSED, "关闭": Is.CLOSED, "已关闭": Is.CLOSED, "已结": Is.CLOSED, "unanswered": Is.UNANSWERED,
    "未回复": Is.UNANSWERED, "未答复": Is.UNANSWERED, "unassigned": Is.UNASSIGNED, "未分配": Is.UNASSIGNED,
    "无人负责": Is.UNASSIGNED, "mine": Is.MINE, "我的": Is.MINE,
}  # fmt: skip
_KINDS = {
    "咨询": Kind.QUESTION, "问题": Kind.QUESTION, "故障": Kind.FAULT, "变更": Kind.CHANGE, "更改": Kind.CHANGE,
    "更新": Kind.UPDATE, "培训": Kind.TRAINING,
}  # fmt: skip
_FILES = {"file", "files", "attachment", "attachments", "附件", "文件"}
_ME = {"me", "我", "本人"}
_LATE = {"late", "overdue", "超时", "已超时", "逾期"}
_UNITS = {
    "m": "minutes", "min": "minutes", "分": "minutes", "分钟": "minutes", "h": "hours", "小时": "hours", "时": "hours",
    "d": "days", "天": "days", "日": "days", "w": "weeks", "周": "weeks",
}  # fmt: skip
_PIECE = re.compile(
    r'(?P<name>[^\W\d_]+):(?:"(?P<quoted>[^"]*)"?|(?P<value>[^\s"]+))|"(?P<phrase>[^"]*)"?|(?P<word>[^\s"]+)'
)
_SPAN = re.compile(r"<?=?\s*(\d{1,4})\s*([a-z\u4e00-\u9fff]+)")
_DAY = re.compile(r"(\d{4})(?:[-/.年](\d{1,2})(?:[-/.月](\d{1,2})日?)?月?)?年?")
_LEADING = frozenset({"http", "https", "ftp", "mailto", "file", "re", "fw", "fwd"})
"""Words before a colon that are no slip."""


def understood(typed: str, today: date) -> Asked:
    """Read what was typed. `today` is the reader's day, for spans such as after:7d."""
    text = _plain(typed)
    asked = Asked(cut=len(text) > LONGEST)
    words: list[str] = []
    for count, piece in enumerate(_PIECE.finditer(text[:LONGEST])):
        if piece["phrase"] is not None:
            asked = replace(asked, phrases=_added(asked.phrases, " ".join(piece["phrase"].split())))
            continue
        if piece["word"] is not None:
            words.append(piece["word"])
            continue
        name, value = piece["name"].lower(), (piece["quoted"] or piece["value"] or "").strip()
        field = _FIELD_OF.get(name)
        read = (
            _with_field(asked, field, value, today) if field and value and count < MOST_FIELDS * 4 else None
        )
        if read is not None:
            asked = read
            continue
        words.append(piece.group())
        if name not in _LEADING:
            slip = Misread(Fault.VALUE if field else Fault.FIELD, piece.group()[:80])
            asked = replace(asked, misread=(*asked.misread, slip)[:3])
    return replace(asked, words=" ".join(words))


def _plain(typed: str) -> str:
    text = unicodedata.normalize("NFKC", typed[: LONGEST + 1])
    text = re.sub("[“”„«»「」『』]", '"', text)
    return "".join(" " if unicodedata.category(c) in ("Cc", "Cs", "Co", "Cn") else c for c in text).strip()


def _added(values: tuple[str, ...], value: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*values, value)))[:MOST_FIELDS] if value else values


def _with_field(asked: Asked, field: str, value: str, today: date) -> Asked | None:
    """None: the value says nothing that this field knows."""
    low = value.lower()
    if field == "org":
        return replace(asked, organisations=_added(asked.organisations, value))
    if field == "device":
        return replace(asked, devices=_added(asked.devices, value))
    if field == "tag":
        return replace(asked, tags=_added(asked.tags, value.lstrip("#")))
    if field == "by":
        return replace(asked, authors=_added(asked.authors, "me" if low in _ME else value))
    if field == "is":
        state = _STATES.get(low)
        return replace(asked, states=asked.states | {state}) if state else None
    if field == "kind":
        kind = _KINDS.get(low) or (Kind(low) if low in set(Kind) else None)
        return replace(asked, kinds=asked.kinds | {kind}) if kind else None
    if field == "has":
        return replace(asked, has_file=True) if low in _FILES else None
    if field == "due":
        within = timedelta(0) if low in _LATE else span(low)
        return replace(asked, due_within=within) if within is not None else None
    day = _day(low, today)
    if day is None:
        return None
    return replace(asked, before=day) if field == "before" else replace(asked, since=day)


def span(text: str) -> timedelta | None:
    """ "<2h", "90m", "3天"; None for what is no span."""
    match = _SPAN.fullmatch(text)
    unit = _UNITS.get(match.group(2)) if match else None
    return timedelta(**{unit: int(match.group(1))}) if match and unit else None


def _day(text: str, today: date) -> date | None:
    """A day, a month or a year (its first day), 今天, or a span back from today; not before 1970."""
    if text in ("today", "今天"):
        return today
    if text in ("yesterday", "昨天"):
        return today - timedelta(days=1)
    back = span(text)
    try:
        if back is not None:
            day = today - back
        elif match := _DAY.fullmatch(text):
            day = date(int(match.group(1)), int(match.group(2) or 1), int(match.group(3) or 1))
        else:
            return None
    except (ValueError, OverflowError):
        return None
    return day if day.year >= 1970 else None
