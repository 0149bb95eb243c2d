"""Which language and time zone a page speaks: the person's choice, else the browser's wish, else English."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache, cached_property, lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from babel import Locale
from babel.support import NullTranslations, Translations
from flask import Flask, g, has_request_context, request
from flask_babel import Babel, Domain, force_locale, get_locale
from flask_babel.speaklater import LazyString
from flask_login import current_user

LANGUAGES = {"en": "English", "zh_Hans": "简体中文"}
HTML_LANG = {"en": "en", "zh_Hans": "zh-Hans"}
DEFAULT_ZONE = "Asia/Shanghai"
COOKIE = "language"

TRANSLATIONS = Path(__file__).parent / "translations"


class _Domain(Domain):
    """Finds the words by the language's name, not by what Babel writes anew for its locale at each sentence."""

    def get_translations(self) -> NullTranslations:
        return catalogue(written())


class _Babel(Babel):
    """Its own makes a domain a request, which reads the whole catalogue from the disk each time."""

    @cached_property
    def domain_instance(self) -> Domain:
        return _Domain(domain=self.domain)


babel = _Babel()

if "__html__" in vars(LazyString):
    # It calls a lazy sentence safe HTML, and a name inside of it with it: templates shall escape it as any text.
    del LazyString.__html__


@cache
def catalogue(language_code: str) -> NullTranslations:
    """The words of a language as they were compiled; those of English are the code's own."""
    return Translations.load(str(TRANSLATIONS), [language_code])


@lru_cache(maxsize=500)
def known(code: str | None) -> str | None:
    """Our name of a language for any spelling of its tag (zh-CN, zh_Hans, ZH); None for one that we do not speak."""
    tag = (code or "").strip().replace("_", "-").lower()
    if tag in ("zh", "zh-cn", "zh-sg", "zh-my") or tag.startswith("zh-hans"):
        return "zh_Hans"
    if tag.startswith("zh"):
        return "zh_Hans"  # somebody who reads traditional characters reads these sooner than English
    return "en" if tag == "en" or tag.startswith("en-") else None


def language() -> str:
    """The language of this request or of the message being written."""
    if forced := g.get("forced_language"):
        return str(forced)
    if not has_request_context():
        return "en"
    person = reader()
    if person is not None and (chosen := known(person.language)):
        return chosen
    if chosen := known(request.cookies.get(COOKIE)):
        return chosen
    for tag in request.accept_languages.values():
        if wish := known(tag):
            return wish
    return "en"


def reader() -> Any:
    """The signed-in person; None for a visitor. As Flask-Login keeps it, for a page asks a hundred times."""
    if not has_request_context():
        return None
    user = g._get_current_object().get("_login_user")
    if user is None:
        user = current_user._get_current_object() if current_user else None
    return user if user is not None and user.is_authenticated else None


def zone() -> ZoneInfo:
    """The zone in which this person reads a clock."""
    if forced := g._get_current_object().get("forced_zone"):
        return ZoneInfo(forced)
    person = reader()
    return ZoneInfo((person.time_zone if person else None) or DEFAULT_ZONE)


def written() -> str:
    """The language that `_()` speaks at this moment: that of the reader, or one that is forced for a while."""
    # Where Flask-Babel keeps it, once it has found it; the way there through its proxies is long.
    kept = vars(g._get_current_object()).get("_flask_babel") if g else None
    locale = getattr(kept, "babel_locale", None) or get_locale()
    return "zh_Hans" if locale is not None and locale.language == "zh" else "en"


def is_zone(name: str) -> bool:
    return name in available_timezones()


@contextmanager
def spoken(language_code: str, zone_name: str) -> Iterator[None]:
    """Render for somebody who is not the one who asks: a mail in the recipient's language and zone."""
    before = g.get("forced_language"), g.get("forced_zone")
    g.forced_language, g.forced_zone = known(language_code) or "en", zone_name or DEFAULT_ZONE
    try:
        with force_locale(g.forced_language):
            yield
    finally:
        g.forced_language, g.forced_zone = before


@cache
def _locale(code: str) -> Locale:
    """Babel reads a name anew each time."""
    return Locale.parse(code)


def init_app(app: Flask) -> None:
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(TRANSLATIONS)
    babel.init_app(app, locale_selector=lambda: _locale(language()), timezone_selector=lambda: zone().key)
