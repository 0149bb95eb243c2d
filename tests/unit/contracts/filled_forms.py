"""The eight forms, filled in as the worked examples say: prices are invented where the clause gives none."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import portal.contracts.rules
from portal.contracts.rules import blanks, forms
from portal.contracts.rules.compiling import Compiled, DayTable, Filled, compiled
from portal.contracts.rules.forms import Form
from portal.contracts.rules.terms import Contract, Covered, Target, Term
from tests.unit.contracts.calendars import NOTICE, SHANGHAI, at
from tests.unit.contracts.contracts import CLIENT

FOLDER = Path(portal.contracts.rules.__file__).parent.parent / "data" / "forms"
FORMS: dict[str, Form] = {
    form.code: form for form in (forms.load(file.read_text()) for file in sorted(FOLDER.glob("*.toml")))
}
DAYS = DayTable(NOTICE.days, frozenset({2026}))
TYPED: dict[str, dict[str, str]] = {
    "TS": {
        "starts_on": "2025-10-22",
        "ends_on": "2026-10-21",
        "visit_price": "800",
        "person_day_price": "1200",
    },
    "PC": {
        "starts_on": "2026-01-01",
        "ends_on": "2026-12-31",
        "desktops": "20",
        "laptops": "5",
        "servers": "2",
    },
    "HW": {
        "starts_on": "2026-01-05",
        "ends_on": "2027-01-04",
        "purchase_price": "120000",
        "fee_percent": "8%",
        "parts_fraction": "八折",
        "upkeep_months": "3",
        "closes": "17:00",
        "labour_price": "300",
    },
    "SS": {
        "starts_on": "2026-01-01",
        "ends_on": "2026-12-31",
        "monthly_fee": "1000",
        "response_hours_high": "4",
        "response_hours_normal": "8",
        "resolve_hours": "16",
        "visit_price": "700",
        "emergency_fee": "600",
    },
    "WB": {
        "starts_on": "2026-01-05",
        "years": "1",
        "design_price": "30000",
        "design_days": "20",
        "late_design_percent": "0.5",
        "late_update_amount": "200",
    },
    "HO": {"starts_on": "2026-06-01", "ends_on": "2027-07-01"},
    "WM": {
        "site": "Harbour Tea",
        "deposit": "3000",
        "turnover": "100000",
        "commission_percent": "5",
        "pay_days": "5",
        "starts_on": "2026-03-01",
        "ends_on": "2027-02-28",
        "years": "1",
    },
    "CR": {
        "starts_on": "2026-03-02",
        "years": "1",
        "deploy_days": "30",
        "fee": "200000",
        "first_half_days": "10",
        "response_hours": "4",
    },
}


def fill(code: str, typed: dict[str, str] | None = None, **settings: str) -> Compiled:
    """The terms of a form with the blanks above, changed by `typed`, and the settings at their defaults but for these."""
    form = FORMS[code]
    values, faults = blanks.read(form, TYPED[code] | (typed or {}))
    assert faults == []
    return compiled(Filled(form, values, settings), DAYS, SHANGHAI, at("2025-10-20 10:00"))


def signed(terms: Compiled, covered: tuple[Covered, ...] | None = None, **more: Any) -> Contract:
    """The terms as a contract that both have signed; without `covered` for the whole organisation."""
    signatures = {"signed_client_at": at("2025-10-20 11:00"), "signed_provider_at": at("2025-10-20 12:00")}
    return Contract(
        1,
        "C-1",
        CLIENT,
        (replace(terms.version, **signatures),),
        (Term(1, terms.start, terms.end),),
        covered or (Covered(terms.start),),
        run_off=terms.run_off,
        run_off_clause=terms.run_off_clause,
        **more,
    )


def target(terms: Compiled, metric: str, **wanted: Any) -> Target:
    """The only target of a metric that is as wanted."""
    (found,) = [
        t
        for t in terms.version.targets
        if t.metric == metric and all(getattr(t, key) == value for key, value in wanted.items())
    ]
    return found
