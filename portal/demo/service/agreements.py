"""The demo's contracts: entered from their forms and signed by both, as long ago as the data says."""

from datetime import date, timedelta
from typing import Any

from portal.assets.models import DeviceKind
from portal.contracts.rules import notices
from portal.contracts.rules.deadlines import plus_months
from portal.contracts.service import buckets, calendars, entering
from portal.contracts.service.entering import NewContract
from portal.demo.service import material
from portal.demo.service.cast import Cast
from portal.kernel import clock
from portal.kernel.actor import Actor

JURISDICTION = "CN"


def make(people: Cast, staff: Actor) -> None:
    """Enter the days off that are known, then each contract."""
    for text in material.calendars():
        calendars.take(JURISDICTION, notices.parse(text))
    for about in material.contracts():
        begun = clock.now() - timedelta(days=about["begun"])
        with clock.told(begun):
            contract_id = _enter(people, staff, about, begun.date())
        buckets.keep(contract_id, clock.now())


def _enter(people: Cast, staff: Actor, about: dict[str, Any], start: date) -> int:
    key = about["organisation"]
    ends = date.fromordinal(plus_months(start, 12).toordinal() - 1)
    record, _ = entering.enter(
        staff,
        NewContract(
            number=about["number"],
            organisation_id=people.organisations[key].id,
            form_text=material.form_text(about["form"]),
            blanks={**about["blanks"], "starts_on": str(start), "ends_on": str(ends)},
            device_ids=tuple(people.devices[key, device].id for device in about.get("devices", ())),
            device_classes=tuple(DeviceKind(kind) for kind in about.get("classes", ())),
        ),
    )
    for side in ("client", "provider"):
        entering.sign(record.versions[0], side, about[side], clock.now())
    return record.id
