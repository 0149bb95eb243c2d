"""What every template knows: the person, the provider's phone, the language, the settings; a request id for the log."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import structlog
from flask import Flask, current_app, g, request

from portal.config import Settings
from portal.web import languages


@dataclass(frozen=True)
class ProviderCard:
    """The provider as each page shows it: whom to call, and whether somebody answers now."""

    name: str
    phone: str | None
    ask_desk: Callable[[], tuple[bool, str]]
    """Whether somebody answers now, and the sentence that says so; asked only by pages that show it."""

    @cached_property
    def _desk(self) -> tuple[bool, str]:
        return self.ask_desk()

    @property
    def staffed_now(self) -> bool:
        return self._desk[0]

    @property
    def staffed_text(self) -> str:
        return self._desk[1]

    @property
    def phone_href(self) -> str:
        return "tel:" + "".join(c for c in self.phone or "" if c.isdigit() or c == "+")


def settings() -> Settings:
    """The settings that this application was made with."""
    found: Settings = current_app.extensions["portal_settings"]
    return found


def provider_card() -> ProviderCard:
    """From the loader that people registers; asked at most once a request."""
    if "provider_card" not in g:
        g.provider_card = current_app.extensions["provider_card"]()
    card: ProviderCard = g.provider_card
    return card


def _variables() -> dict[str, Any]:
    language = languages.language()
    return {
        "person": languages.reader(),
        "provider": provider_card(),
        "lang": languages.HTML_LANG[language],
        "language": language,
        "languages": languages.LANGUAGES,
        "settings": settings(),
        "nav": request.endpoint if request else None,
    }


def _bind_request_id() -> None:
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=secrets.token_hex(6))


def init_app(app: Flask) -> None:
    app.before_request(_bind_request_id)
    app.context_processor(_variables)
