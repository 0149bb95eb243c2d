"""A published list of days off and make-up workdays, read from CSV, checked line by line, and compared with what is known."""

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from portal.kernel.working_time import DayKind

_HEAD = ["date", "kind", "name"]
_PUBLISHED = re.compile(r"#\s*published:\s*(\S+)")


@dataclass(frozen=True)
class BadLine:
    """Why a line cannot be taken; `number` counts from 1, as an editor does. `reason` is a word for the translator."""

    number: int
    reason: str
    text: str


class BadNotice(ValueError):
    """Nothing of the file is taken; `lines` names each fault."""

    def __init__(self, lines: list[BadLine]) -> None:
        super().__init__("; ".join(f"line {b.number}: {b.reason}: {b.text}" for b in lines))
        self.lines = lines


@dataclass(frozen=True)
class Notice:
    """One year of one jurisdiction. `source` is the notice's title, `published_on` None when the file does not say."""

    year: int
    days: Mapping[date, DayKind]
    names: Mapping[date, str]
    source: str
    published_on: date | None


def parse(text: str) -> Notice:
    """Read `date,kind,name` lines; lines that begin with # are remarks. Raises BadNotice naming every bad line."""
    bad: list[BadLine] = []
    days: dict[date, DayKind] = {}
    names: dict[date, str] = {}
    remarks: list[str] = []
    headed = False
    for number, line in enumerate(text.lstrip("\ufeff").splitlines(), 1):
        if not line.strip():
            continue
        if line.startswith("#"):
            remarks.append(line)
            continue
        cells = [cell.strip() for cell in next(csv.reader([line]))]
        if not headed:
            headed = True
            if cells == _HEAD:
                continue
            bad.append(BadLine(number, "head", line))
        elif len(cells) != len(_HEAD):
            bad.append(BadLine(number, "columns", line))
        else:
            _take(number, line, cells, days, names, bad)
    published = _published(remarks, bad)
    years = {day.year for day in days}
    if not bad and len(years) != 1:
        bad.append(BadLine(1, "one_year", ", ".join(map(str, sorted(years)))))
    if bad:
        raise BadNotice(bad)
    title = next((r.lstrip("# ") for r in remarks if not _PUBLISHED.match(r)), "")
    return Notice(years.pop(), days, names, title, published)


def _take(
    number: int,
    line: str,
    cells: list[str],
    days: dict[date, DayKind],
    names: dict[date, str],
    bad: list[BadLine],
) -> None:
    try:
        day = date.fromisoformat(cells[0])
    except ValueError:
        bad.append(BadLine(number, "date", line))
        return
    if cells[1] not in {k.value for k in DayKind}:
        bad.append(BadLine(number, "kind", line))
    elif day in days:
        bad.append(BadLine(number, "twice", line))
    elif cells[1] == DayKind.MAKEUP and day.weekday() < 5:
        bad.append(BadLine(number, "makeup_on_weekday", line))
    elif cells[1] == DayKind.BRIDGE and day.weekday() >= 5:
        bad.append(BadLine(number, "bridge_on_weekend", line))
    else:
        days[day], names[day] = DayKind(cells[1]), cells[2]


def _published(remarks: list[str], bad: list[BadLine]) -> date | None:
    for remark in remarks:
        if match := _PUBLISHED.match(remark):
            try:
                return date.fromisoformat(match.group(1))
            except ValueError:
                bad.append(BadLine(1, "published", remark))
    return None


@dataclass(frozen=True)
class Change:
    """A date whose kind would change; None stands for a plain day."""

    day: date
    before: DayKind | None
    after: DayKind | None


def changes(known: Mapping[date, DayKind], notice: Notice) -> list[Change]:
    """What the notice would change in its year, by date; nothing when it is known already."""
    mine = {day: kind for day, kind in known.items() if day.year == notice.year}
    return [
        Change(day, mine.get(day), notice.days.get(day))
        for day in sorted({*mine, *notice.days})
        if mine.get(day) != notice.days.get(day)
    ]
