"""A contract is entered from a form, signed by both sides, amended by a new version, and covers devices for a time."""

import hashlib
from dataclasses import dataclass, field
from datetime import date, datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from portal.assets import queries as assets
from portal.assets.models import DeviceKind
from portal.contracts.models import (
    ContractForm,
    ContractRecord,
    ContractState,
    ContractTerm,
    ContractVersion,
    CoverageLine,
)
from portal.contracts.queries import calendars, facts
from portal.contracts.rules import blanks, forms
from portal.contracts.rules.blanks import BlankFault
from portal.contracts.rules.compiling import Compiled
from portal.infra.db import db
from portal.kernel import clock, refs
from portal.kernel.actor import Actor
from portal.kernel.errors import Refused
from portal.people import queries as people


class BlanksRefused(Refused):
    """Some blanks make no sense; `faults` names each."""

    def __init__(self, faults: list[BlankFault]) -> None:
        super().__init__(_l("Some blanks are missing or cannot be read."))
        self.faults = faults


@dataclass(frozen=True)
class NewContract:
    """A form as text with what was written into it. Coverage empty: the whole organisation from the first day."""

    number: str
    organisation_id: int
    form_text: str
    blanks: dict[str, str]
    settings: dict[str, str] = field(default_factory=dict)
    jurisdiction: str = "CN"
    time_zone: str = "Asia/Shanghai"
    device_ids: tuple[int, ...] = ()
    device_classes: tuple[DeviceKind, ...] = ()


def enter(actor: Actor, new: NewContract) -> tuple[ContractRecord, Compiled]:
    """Enter a draft with its first version, term and coverage. Raises forms.BadForm, BlanksRefused, Refused for a number that
    is taken, an end before the start or a setting that the form does not have, NotFound for another's device."""
    organisation = people.organisation_for(actor, new.organisation_id)
    if db.session.scalar(select(ContractRecord.id).where(ContractRecord.number == new.number)):
        raise Refused(_l("There is a contract with this number already."), field="number")
    now = clock.now()
    record = ContractRecord(
        number=new.number,
        pin=_free_pin(),
        organisation_id=organisation.id,
        jurisdiction=new.jurisdiction,
        time_zone=new.time_zone,
        state=ContractState.DRAFT,
        created_at=now,
    )
    db.session.add(record)
    db.session.flush()
    terms = _add_version(actor, record, 1, new.form_text, new.blanks, new.settings, now, None)
    db.session.add(ContractTerm(contract_id=record.id, number=1, start_on=terms.start, end_on=terms.end))
    lines: list[tuple[int | None, DeviceKind | None]] = [
        *((assets.device_of(organisation.id, d).id, None) for d in new.device_ids),
        *((None, kind) for kind in new.device_classes),
    ]
    for device_id, kind in lines or [(None, None)]:
        cover(record, terms.start, device_id=device_id, device_class=kind)
    db.session.flush()
    return record, terms


def _free_pin() -> str:
    """One that no contract has."""
    while True:
        pin = refs.new_pin()
        if db.session.scalar(select(ContractRecord.id).where(ContractRecord.pin == pin)) is None:
            return pin


def _add_version(
    actor: Actor, record: ContractRecord, number: int, form_text: str, typed: dict[str, str],
    settings: dict[str, str], now: datetime, effective_from: date | None,
) -> Compiled:  # fmt: skip
    form = forms.load(form_text)
    _, faults = blanks.read(form, typed)
    if faults:
        raise BlanksRefused(faults)
    for key, option in settings.items():
        if key not in form.settings or option not in form.settings[key].options:
            raise Refused(
                _l("The form does not have this setting: %(key)s = %(option)s.", key=key, option=option)
            )
    sha256 = hashlib.sha256(form_text.encode()).hexdigest()
    if db.session.get(ContractForm, sha256) is None:
        db.session.add(ContractForm(sha256=sha256, key=form.key, text=form_text))
        db.session.flush()
    version = ContractVersion(
        contract_id=record.id,
        number=number,
        form_sha256=sha256,
        blanks=typed,
        settings=settings,
        effective_from=effective_from or date.min,
        recorded_at=now,
        recorded_by_id=actor.contact_id,
        form=db.session.get_one(ContractForm, sha256),
    )
    terms = facts.compile_version(record, version, calendars.day_table(record.jurisdiction))
    if terms.end < terms.start:
        raise Refused(_l("The contract ends before it begins."), field="ends_on")
    version.effective_from = effective_from or terms.start
    db.session.add(version)
    db.session.flush()
    return terms


def sign(version: ContractVersion, side: str, name: str, at: datetime) -> None:
    """One side's signature; with both, the contract is in force (TS-02, WB-27: on the last one). A name is needed."""
    if not name.strip():
        raise Refused(_l("Who signed? A signature without a name is none."), field="name")
    if side == "client":
        version.signed_client_at, version.signed_client_name = at, name.strip()
    else:
        version.signed_provider_at, version.signed_provider_name = at, name.strip()
    both = version.signed_client_at is not None and version.signed_provider_at is not None
    if version.number == 1 and version.contract.state in (ContractState.DRAFT, ContractState.OFFERED):
        version.contract.state = ContractState.SIGNED if both else ContractState.OFFERED


def amend(
    actor: Actor, record: ContractRecord, effective_from: date, changes: dict[str, str], settings: dict[str, str] | None = None
) -> ContractVersion:  # fmt: skip
    """A new version from a day on (TS-36): blanks and settings as before but for the changes. It counts once both have signed;
    decisions made before keep theirs. Raises as `enter` does."""
    last = record.versions[-1]
    number = last.number + 1
    _add_version(
        actor, record, number, last.form.text, {**last.blanks, **changes}, {**last.settings, **(settings or {})},
        clock.now(), effective_from,
    )  # fmt: skip
    db.session.refresh(record, ["versions"])
    return record.versions[-1]


def cover(
    record: ContractRecord, valid_from: date, *, device_id: int | None = None,
    device_class: DeviceKind | None = None, reason: str | None = None,
) -> CoverageLine:  # fmt: skip
    """Cover a device, a class, or the whole organisation from a day on."""
    line = CoverageLine(
        contract_id=record.id,
        device_id=device_id,
        device_class=device_class,
        valid_from=valid_from,
        reason=reason,
    )
    db.session.add(line)
    return line


def uncover(line: CoverageLine, valid_to: date, reason: str) -> None:
    """End a line of coverage: the day itself is not covered any more. Raises Refused for a day before it began."""
    if valid_to < line.valid_from:
        raise Refused(_l("Coverage cannot end before it begins."), field="valid_to")
    line.valid_to, line.reason = valid_to, reason
