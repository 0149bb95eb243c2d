"""How instants, days, sizes and texts look on a page: as people say them, with the full instant on hover."""

from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date, get_timezone_name
from flask import Flask
from flask_babel import gettext as _
from flask_babel import ngettext
from markupsafe import Markup, escape

from portal.kernel import clock, refs
from portal.web import languages

_ZONE_NAMES: dict[tuple[Any, ...], str] = {}


def clock_time(at: datetime) -> str:
    """18:00 in the person's zone."""
    return at.astimezone(languages.zone()).strftime("%H:%M")


def spoken_day(day: date, today: date) -> str:
    """Today, yesterday, tomorrow, else the date; the year only where it is another one."""
    away = (day - today).days
    if away == 0:
        return _("today")
    if abs(away) == 1:
        return _("tomorrow") if away == 1 else _("yesterday")
    return _date(day, languages.written(), with_year=day.year != today.year)


@lru_cache(maxsize=2000)
def _date(day: date, locale: str, *, with_year: bool) -> str:
    chinese = locale == "zh_Hans"
    pattern = ("y年M月d日" if chinese else "d MMM y") if with_year else ("M月d日" if chinese else "d MMM")
    return format_date(day, pattern, locale=locale)


def when_text(at: datetime) -> str:
    """As people say it: "today 14:05", "3 Nov 09:10". The person's zone."""
    zone = languages.zone()
    local = at.astimezone(zone)
    return f"{spoken_day(local.date(), clock.now().astimezone(zone).date())} {local:%H:%M}"


def full_instant(at: datetime) -> str:
    """With date, seconds and zone: what stands in the title."""
    return _full(at, languages.zone(), languages.written())


@lru_cache(maxsize=5000)
def _full(at: datetime, zone: ZoneInfo, locale: str) -> str:
    local = at.astimezone(zone)
    key = (zone.key, local.utcoffset(), local.dst(), locale)
    if key not in _ZONE_NAMES:  # babel looks it up through the whole of its data each time
        _ZONE_NAMES[key] = get_timezone_name(local, locale=locale)
    return f"{local.replace(tzinfo=None).isoformat(' ', 'seconds')} {_ZONE_NAMES[key]}"


@lru_cache(maxsize=5000)
def _when(at: datetime, zone: ZoneInfo, locale: str, _today: date) -> Markup:
    """A <time> element; the lists of a desk show the same instants all day."""
    return _time(at, when_text(at), _full(at, zone, locale))


def _time(at: datetime, words: str, title: str) -> Markup:
    """A <time> element around words, with the full instant on hover."""
    return Markup(  # noqa: S704 - what is put in is escaped
        f'<time datetime="{at.isoformat()}" title="{escape(title)}">{escape(words)}</time>'
    )


def when(at: datetime | None) -> Markup:
    """A <time> element with the spoken form, the full instant on hover."""
    if at is None:
        return Markup("")
    zone = languages.zone()
    return _when(at, zone, languages.written(), clock.now().astimezone(zone).date())


def day(value: date | datetime | None) -> str:
    """A date as people say it, in the person's zone."""
    if value is None:
        return ""
    zone = languages.zone()
    local = value.astimezone(zone).date() if isinstance(value, datetime) else value
    return spoken_day(local, clock.now().astimezone(zone).date())


def duration_text(span: timedelta) -> str:
    """ "3 min", "2 h 10 min", "4 days": rough on purpose."""
    return _span(_rough(span), languages.written())


def _rough(span: timedelta) -> int:
    """Minutes, of whole days from one day on."""
    minutes = int(abs(span).total_seconds()) // 60
    return minutes if minutes < 24 * 60 else minutes // (24 * 60) * 24 * 60


@lru_cache(maxsize=5000)
def _span(minutes: int, _language: str) -> str:
    if minutes < 60:
        return _("%(n)s min", n=minutes)
    hours, rest = divmod(minutes, 60)
    if hours < 24:
        return _("%(h)s h %(m)s min", h=hours, m=rest) if rest else _("%(h)s h", h=hours)
    return ngettext("%(num)s day", "%(num)s days", hours // 24)


def minutes_text(minutes: int) -> str:
    """So many minutes of work, in hours and minutes, to the minute: a month's sum, too."""
    hours, rest = divmod(minutes, 60)
    if not hours:
        return _("%(n)s min", n=rest)
    return _("%(h)s h %(m)s min", h=hours, m=rest) if rest else _("%(h)s h", h=hours)


def since(at: datetime | None) -> Markup:
    """How long ago, with the full instant on hover."""
    if at is None:
        return Markup("")
    return _since(at, _rough(clock.now() - at), languages.zone(), languages.written())


@lru_cache(maxsize=5000)
def _since(at: datetime, minutes: int, zone: ZoneInfo, locale: str) -> Markup:
    return _time(at, _span(minutes, locale), _full(at, zone, locale))


def file_size(size: int) -> str:
    """Bytes as people read them, thousands of 1000."""
    value = float(size)
    for unit in ("B", "kB", "MB", "GB"):
        if value < 1000 or unit == "GB":
            return f"{value:.0f} {unit}" if unit in ("B", "kB") else f"{value:.1f} {unit}"
        value /= 1000
    return ""


def paragraphs(text: str | None) -> Markup:
    """Plain text with its line breaks, as safe HTML; links become links."""
    return Markup("<br>").join(escape(line) for line in (text or "").strip().splitlines())


def phone_href(number: str | None) -> str:
    """The tel: address of a number as it was typed."""
    return "tel:" + "".join(c for c in (number or "") if c.isdigit() or c == "+")


def init_app(app: Flask) -> None:
    app.jinja_env.filters.update(
        when=when, when_text=when_text, full_instant=full_instant, day=day, clock_time=clock_time, since=since,
        duration=duration_text, minutes=minutes_text, file_size=file_size, paragraphs=paragraphs, phone_href=phone_href,
        ticket_number=refs.ticket_number,
        visit_number=refs.visit_number,
        sheet_number=refs.sheet_number,
        quote_number=refs.quote_number,
    )  # fmt: skip
