"""Service sheets: filled in on the spot, signed by both sides, and then frozen; with the last signature the visit is made.

Owns that a signed visit consumed or charged what it was to, once (invariants 17, 18), whatever is sent again. Refuses to make
documents: a job draws them from the frozen facts.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from portal.assets import queries as assets
from portal.contracts.models import Charge, LedgerEntry
from portal.contracts.queries.facts import Known
from portal.contracts.rules import deadlines
from portal.contracts.rules.decision import Outcome, PriceLine
from portal.contracts.rules.ledger import LineKind
from portal.contracts.rules.terms import StartEvent, Version
from portal.contracts.service import charging, ledger
from portal.contracts.service.charging import Owed
from portal.contracts.service.ledger import Why
from portal.dispatch.events import VisitSigned
from portal.dispatch.models import SentFromSite, ServiceSheet, SheetPart, SheetPhoto, Visit
from portal.dispatch.rules import sheet as rules
from portal.dispatch.rules.sheet import Lacking, Part, SheetFacts
from portal.dispatch.rules.visiting import VisitStatus
from portal.dispatch.service import asking, reckoning, record, solved, visiting
from portal.infra import outbox
from portal.infra.db import db
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.errors import Refused, Stale
from portal.tickets.service import record as ticket_record
from portal.tickets.service.record import File


class NotComplete(Refused):
    """A sheet lacks something before it can be signed; `lacking` names what, for each device."""

    def __init__(self, sentence: object, lacking: dict[int, list[Lacking]]) -> None:
        super().__init__(sentence)
        self.code, self.lacking = "SHEET_NOT_COMPLETE", lacking


@dataclass(frozen=True)
class SheetPartEntry:
    """A part as it was typed in; amounts in yuan."""

    name: str
    list_price: Decimal
    quantity: Decimal = Decimal(1)
    serial: str = ""
    consumable: bool = False
    ours: bool = True


@dataclass(frozen=True)
class SheetEntry:
    """What the engineer typed for one device."""

    found: str = ""
    done: str = ""
    contact_name: str = ""
    contact_phone: str = ""
    checklist: Sequence[tuple[str, str, str]] = ()
    client_test_passed: bool | None = None
    parts: Sequence[SheetPartEntry] = ()


def sheet_for(visit: Visit, device_id: int | None) -> ServiceSheet:
    """The sheet of a device at a locked visit, made at the first look; one a device. Raises NotFound for a strange device."""
    found = next((s for s in visit.sheets if s.device_id == device_id), None)
    if found is not None:
        return found
    _open(visit)
    if device_id is not None:
        assets.device_of(visit.organisation_id, device_id)
    made = ServiceSheet(
        visit=visit, device_id=device_id, found="", done="", checklist=[], version=1,
        contact_name=_first(visit, "name"), contact_phone=_first(visit, "phone"),
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    return made


def drop(sheet: ServiceSheet) -> None:
    """Take an added sheet away again; not the last of a visit, nor one that is signed."""
    if sheet.engineer_signed_at or sheet.facts is not None or len(sheet.visit.sheets) < 2:
        raise Stale(_l("This sheet cannot be taken away any more."))
    for row in (*sheet.parts, *sheet.photos):
        db.session.delete(row)
    sheet.visit.sheets.remove(sheet)
    db.session.delete(sheet)
    db.session.flush()


def write(sheet: ServiceSheet, entry: SheetEntry) -> None:
    """Take what was typed; a sheet that somebody signed changes no more."""
    if sheet.engineer_signed_at or sheet.client_signed_at or sheet.facts is not None:
        raise Stale(_l("This sheet is signed and cannot be changed any more."))
    _open(sheet.visit)
    for part in entry.parts:
        if part.quantity <= 0 or part.list_price < 0 or not part.name.strip():
            raise Refused(_l("A part needs a name, a quantity and a price."), field="parts")
    sheet.found, sheet.done = entry.found.strip(), entry.done.strip()
    sheet.contact_name, sheet.contact_phone = (
        entry.contact_name.strip()[:120] or None,
        entry.contact_phone.strip()[:64] or None,
    )
    sheet.checklist = [list(line) for line in entry.checklist]
    sheet.client_test_passed = entry.client_test_passed
    sheet.parts = [
        SheetPart(
            name=p.name.strip()[:200], serial=p.serial.strip()[:120] or None, quantity=p.quantity,
            list_price=p.list_price, consumable=p.consumable, ours=p.ours,
        )
        for p in entry.parts
    ]  # fmt: skip
    sheet.version += 1
    db.session.flush()


def add_photo(sheet: ServiceSheet, file: File) -> None:
    """A picture of the work; the same one twice is one."""
    if sheet.facts is not None:
        raise Stale(_l("This sheet is signed and cannot be changed any more."))
    if any(p.sha256 == file.sha256 for p in sheet.photos):
        return
    sheet.photos.append(
        SheetPhoto(
            name=file.name,
            content_type=file.content_type,
            size=file.size,
            sha256=file.sha256,
            taken_at=clock.now(),
        )
    )
    db.session.flush()


def sign_engineer(sheet: ServiceSheet, name: str, picture: str) -> None:
    """The engineer's signature: a name and the hash of its picture. Raises Refused without either."""
    _named(name, picture)
    if sheet.engineer_signed_at is None:
        sheet.engineer_name, sheet.engineer_signature = name.strip()[:120], picture
        sheet.engineer_signed_at = clock.now()


def sign_client(sheet: ServiceSheet, name: str, picture: str) -> None:
    """The client's signature, with the name of whoever signs. Raises Refused without either."""
    _named(name, picture)
    if sheet.client_signed_at is None:
        sheet.client_name, sheet.client_signature = name.strip()[:120], picture
        sheet.client_signed_at, sheet.unsigned_reason = clock.now(), None


def excuse_client(sheet: ServiceSheet, reason: str) -> None:
    """Why the client did not sign; it stands for the signature only where no clause demands one."""
    sheet.unsigned_reason = reason.strip()[:300] or None


def _named(name: str, picture: str) -> None:
    if not name.strip():
        raise Refused(_l("A signature needs the name of the person who signs."), field="name")
    if not picture:
        raise Refused(_l("The signature is empty. Sign on the glass, please."), field="signature")


def complete(actor: Actor, visit: Visit) -> None:
    """All sheets are there and signed: number them, consume or charge, freeze the facts, resolve the tickets. Twice is once.

    Raises NotComplete naming what each sheet lacks, Stale for a visit that is not finished.
    """
    if visit.status is VisitStatus.SIGNED:
        return
    if visit.status is not VisitStatus.FINISHED:
        raise Stale(_l("The visit has to be finished before it is signed."))
    answer, known = asking.answer_for(visit)
    terms = asking.terms_of(known, visit)
    sheets = visit.sheets or [sheet_for(visit, _first_device(visit))]
    missing = {s.id: codes for s in sheets if (codes := rules.lacking(facts_of(s), terms))}
    if missing:
        raise NotComplete(_l("The service sheet is not complete yet."), missing)
    now = clock.now()
    visit.signed_at = now
    held = visiting.use_up(actor, visit, Why(clause=answer.clause))
    lines = _charge(actor, visit, known, held=held)
    for sheet in sheets:
        sheet.number = ticket_record.next_number("sheet")
        _warrant(sheet, visit, known)
        sheet.facts = frozen(sheet, visit, known)
    record.become(
        visit,
        actor,
        VisitStatus.SIGNED,
        sheets=[s.number for s in sheets],
        charged=str(charging.total(lines)),
    )
    charging.end_work(record.ref_of(visit), now)
    solved.resolve_tickets(actor, visit, "\n".join(s.done for s in sheets if s.done))
    quote = visit.agreed_how if reckoning.by_quote(visit) else None
    outbox.record(VisitSigned(visit.id, now.isoformat(), quote))


def undo(actor: Actor, visit: Visit, reason: str) -> None:
    """A signed visit was a mistake: what it used is put back (X90) and what it charged is taken back, by lines of their own; the
    sheets stay as they are. Twice is once."""
    if not reason.strip():
        raise Refused(_l("Say why, so that everybody knows."), field="reason")
    if visit.status is not VisitStatus.SIGNED:
        raise Stale(_l("Only a signed visit can be undone."))
    if visit.reservation_id is not None:
        query = select(LedgerEntry).where(
            LedgerEntry.closes_id == visit.reservation_id, LedgerEntry.kind == LineKind.CONSUME
        )
        used = db.session.scalar(query)
        if used is not None:
            why = Why(ref=record.ref_of(visit), clause=used.clause, reason=reason.strip())
            ledger.reverse(actor, used, used.quantity, f"reverse:{used.id}", why)
    charges = select(Charge).where(Charge.ref == record.ref_of(visit), Charge.takes_back_id.is_(None))
    for charge in db.session.scalars(charges).all():
        charging.take_back(actor, charge, reason)
    record.write(visit, actor, "undone", reason=reason.strip())


def owed(visit: Visit, known: dict[int, Known], *, held: bool) -> list[tuple[PriceLine, str]]:
    """What the visit costs as its sheets stand, by the price of its own day, with parts at the contract's fraction; with a
    part's name. Writes nothing: it is shown before anybody signs."""
    answer, _ = asking.answer_for(visit)
    version = _version(visit, known)
    excluded = (
        version is not None
        and visit.cause in version.excluded_causes
        and version.excluded_part_factor is not None
    )
    factor = (version.excluded_part_factor if excluded else version.part_factor) if version else Decimal(1)
    assert factor is not None
    parts = [Part(p.name, p.list_price, p.quantity) for s in visit.sheets for p in s.parts if p.ours]
    by_quote = reckoning.by_quote(visit)
    if answer.outcome is Outcome.DEFERRED and not held and not by_quote:
        extra = [a for a in answer.alternatives if a.contract_id == visit.contract_id and a.price_lines]
        answer = extra[0] if extra else answer
    return rules.owed_lines(
        answer, parts, factor, version.part_clause if version else "", held=held or by_quote
    )


def _charge(actor: Actor, visit: Visit, known: dict[int, Known], *, held: bool) -> list[PriceLine]:
    lines = owed(visit, known, held=held)
    day = visiting.served_on(visit, known)
    due_at, due_clause = (None, "")
    if visit.contract_id is not None and visit.version_number is not None and lines:
        due_at, due_clause = charging.due_of(
            visit.contract_id,
            visit.version_number,
            StartEvent.VISIT_COMPLETED,
            _ended(visit),
            lines[0][0].code,
        )
    owing = Owed(visit.organisation_id, record.ref_of(visit), day, visit.contract_id, due_at, due_clause)
    charging.record(actor, owing, lines, f"visit:{visit.id}")
    return [line for line, _ in lines]


def _warrant(sheet: ServiceSheet, visit: Visit, known: dict[int, Known]) -> None:
    """Parts of ours carry the warranty of the clause, from the day they were put in (HW-20)."""
    if visit.contract_id is None or visit.version_number is None:
        return
    compiled = known[visit.contract_id].compiled[visit.version_number]
    found = next((m for m in compiled.milestones if m.start_event is StartEvent.PART_INSTALLED), None)
    if found is None:
        return
    due = deadlines.due(found.rule, _ended(visit), compiled.version.calendar).due_at
    for part in sheet.parts:
        if part.ours and due is not None:
            part.warranty_until = due.astimezone(compiled.version.calendar.zone).date()


def facts_of(sheet: ServiceSheet) -> SheetFacts:
    """A sheet as the rules ask for it."""
    return SheetFacts(
        found=sheet.found, done=sheet.done, engineer_name=sheet.engineer_name or "",
        engineer_signed=sheet.engineer_signed_at is not None, client_name=sheet.client_name or "",
        client_signed=sheet.client_signed_at is not None, client_test_passed=sheet.client_test_passed,
        unsigned_reason=sheet.unsigned_reason or "",
        has_times=sheet.visit.arrived_at is not None and sheet.visit.finished_at is not None,
        solved=bool(sheet.visit.solved),
    )  # fmt: skip


def frozen(sheet: ServiceSheet, visit: Visit, known: dict[int, Known]) -> dict[str, Any]:
    """The fields of HW-16 as plain values, as they are at this moment: what the document shows for ever."""
    device, ticket = sheet.device, visit.tickets[0].ticket if visit.tickets else None
    version = _version(visit, known)
    contract = known[visit.contract_id].record.number if visit.contract_id in known else None
    return {
        "number": sheet.number,
        "visit": visit.number,
        "ticket": ticket and ticket.number,
        "contract": contract,
        "version": version and version.number,
        "organisation": visit.organisation.name,
        "site": visit.site and visit.site.name,
        "address": (visit.site and visit.site.address) or visit.organisation.address,
        "device": device and {
            "name": device.name, "tag": device.tag, "serial": device.serial, "kind": device.kind.value,
            "installed_on": _iso(device.installed_on),
        },
        "contact": {"name": sheet.contact_name, "phone": sheet.contact_phone},
        "called_at": _iso(ticket.received_at if ticket else None),
        "symptoms": ticket.symptoms if ticket else None,
        "kind": visit.kind.value,
        "engineer": visit.engineer and visit.engineer.name,
        "en_route_at": _iso(visit.en_route_at),
        "arrived_at": _iso(visit.arrived_at),
        "finished_at": _iso(visit.finished_at),
        "found": sheet.found,
        "done": sheet.done,
        "solved": visit.solved,
        "cause": visit.cause and visit.cause.value,
        "labour_hours": visit.labour_hours and str(visit.labour_hours),
        "checklist": sheet.checklist,
        "client_test_passed": sheet.client_test_passed,
        "parts": [
            {
                "name": p.name, "serial": p.serial, "quantity": str(p.quantity), "list_price": str(p.list_price),
                "consumable": p.consumable, "ours": p.ours, "warranty_until": _iso(p.warranty_until),
            }
            for p in sheet.parts
        ],
        "photos": [{"name": p.name, "sha256": p.sha256} for p in sheet.photos],
        "engineer_signature": {
            "name": sheet.engineer_name, "sha256": sheet.engineer_signature, "at": _iso(sheet.engineer_signed_at),
        },
        "client_signature": {
            "name": sheet.client_name, "sha256": sheet.client_signature, "at": _iso(sheet.client_signed_at),
            "unsigned_reason": sheet.unsigned_reason,
        },
        "signed_at": _iso(visit.signed_at),
        "time_zone": visit.contract.time_zone if visit.contract else visit.organisation.time_zone,
    }  # fmt: skip


def seen_before(key: str, visit: Visit, actor: Actor, what: str) -> bool:
    """Whether this key was sent before; else it is noted. Call first, on the locked visit: the rest of the request is then
    done exactly once."""
    assert actor.user_id is not None
    insert = postgresql.insert if db.engine.dialect.name == "postgresql" else sqlite.insert
    row = {"key": key[:80], "visit_id": visit.id, "user_id": actor.user_id, "what": what, "at": clock.now()}
    statement = insert(SentFromSite).values(row).on_conflict_do_nothing(index_elements=["key"])
    return db.session.scalar(statement.returning(SentFromSite.key)) is None


def _version(visit: Visit, known: dict[int, Known]) -> Version | None:
    if visit.contract_id is None or visit.version_number is None:
        return None
    return known[visit.contract_id].compiled[visit.version_number].version


def _ended(visit: Visit) -> datetime:
    return visit.finished_at or visit.signed_at or clock.now()


def _open(visit: Visit) -> None:
    if visit.status not in (VisitStatus.EN_ROUTE, VisitStatus.ON_SITE, VisitStatus.FINISHED):
        raise Stale(_l("Sheets are filled in once the engineer has set out, and before the visit is over."))


def _first(visit: Visit, what: str) -> str | None:
    requester = visit.tickets[0].ticket.requester if visit.tickets else None
    return getattr(requester, what) if requester else None


def _first_device(visit: Visit) -> int | None:
    return visit.tickets[0].ticket.device_id if visit.tickets else None


def _iso(value: date | datetime | None) -> str | None:
    return value.isoformat() if value is not None else None
