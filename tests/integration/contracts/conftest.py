"""A client with a device, the notice of 2026, and contracts entered from the forms as staff would."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

import portal.contracts.rules
from portal.contracts.models import ContractRecord
from portal.contracts.rules import notices
from portal.contracts.service import calendars, entering
from portal.contracts.service.entering import NewContract
from portal.infra.transaction import transaction
from portal.kernel import clock
from tests.cast import actor

DATA = Path(portal.contracts.rules.__file__).parent.parent / "data"
SHANGHAI = ZoneInfo("Asia/Shanghai")
TS_BLANKS = {"starts_on": "2025-10-22", "ends_on": "2026-10-21", "visit_price": "800.00"}


def at(text: str) -> datetime:
    """A wall-clock time in Shanghai as an instant."""
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI).astimezone(UTC)


def form_text(key: str) -> str:
    return (DATA / "forms" / f"{key}.toml").read_text()


@pytest.fixture
def notice_of_2026(app: Any) -> None:
    with transaction():
        calendars.take("CN", notices.parse((DATA / "calendars" / "CN-2026.csv").read_text()))


@pytest.fixture
def enter(cast: Any, notice_of_2026: None) -> Callable[..., ContractRecord]:
    """`enter("annual_support", TS_BLANKS)` enters a contract of the cast's client and has both sign it."""
    staff = actor(cast.agent)

    def make(
        form: str,
        blanks: dict[str, str],
        *,
        signed: bool = True,
        number: str = "C-1",
        text: str = "",
        **more: Any,
    ) -> ContractRecord:
        with clock.told(at("2025-10-20 10:00")), transaction():
            new = NewContract(number, cast.harbour.id, text or form_text(form), blanks, **more)
            record, _ = entering.enter(staff, new)
            if signed:
                entering.sign(record.versions[0], "client", "王敏", clock.now())
                entering.sign(record.versions[0], "provider", "李强", clock.now())
        return record

    return make


@pytest.fixture
def tell(app: Any, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """`tell("2026-03-10 10:05")`: requests that follow are answered at that time in Shanghai."""
    inner = app.wsgi_app

    def set_to(text: str) -> None:
        def answer(environ: Any, start_response: Any) -> Any:
            with clock.told(at(text)):
                return inner(environ, start_response)

        monkeypatch.setattr(app, "wsgi_app", answer)

    return set_to
