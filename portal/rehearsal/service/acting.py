"""What a step does: one call of the service that a page or a job would call, inside the caller's transaction."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from portal.assets.models import Device
from portal.contracts.models import LedgerBucket
from portal.contracts.queries import calendars as known_calendars
from portal.contracts.rules.decision import Question
from portal.contracts.rules.ending import Party
from portal.contracts.rules.ledger import UNIT
from portal.contracts.rules.notices import Notice
from portal.contracts.rules.terms import Cause, Service
from portal.contracts.service import assessing, calendars, entering, ledger, lifecycle
from portal.contracts.service.ledger import AlreadyClosed, Insufficient, Why
from portal.infra.db import db
from portal.kernel import clock
from portal.kernel.errors import Refused
from portal.kernel.working_time import DayKind
from portal.rehearsal.service import stage as staging
from portal.rehearsal.service import work as work_steps
from portal.rehearsal.service.stage import Stage
from portal.tickets.rules.words import Channel, ClosureCode, Kind, Outcome, Phase, Status, Urgency
from portal.tickets.service import conversation, following, opening, status, work
from portal.tickets.service.opening import NewTicket
from portal.tickets.service.record import Words

Given = Mapping[str, Any]
PROVIDER = "PROVIDER"
"""The calendar of the provider's own closures: no contract follows it."""


def refusal(error: Exception) -> str | None:
    """The word by which a file expects a refusal; None for what is no refusal but a fault."""
    match error:
        case Insufficient():
            return "INSUFFICIENT"
        case AlreadyClosed():
            return "ALREADY_CLOSED"
        case Refused():
            return str(getattr(error, "code", None) or error.sentence)
        case ValueError() if "second person" in str(error):
            return "SECOND_PERSON"
    return None


def act(stage: Stage, verb: str, given: Given) -> None:
    """Do it, at the time that the clock tells. Raises what the services raise."""
    {**_VERBS, **work_steps.VERBS}[verb](stage, given)


def _request(stage: Stage, g: Given) -> None:
    client = stage.client_id(dict(g))
    asker = staging.client_actor(stage, client)
    channel = Channel(g.get("channel", Channel.WEB))
    new = NewTicket(
        organisation_id=client,
        requester_id=asker.contact_id or 0,
        subject=g.get("words", g["as"])[:100],
        words=Words(g.get("words", g["as"])),
        kind=Kind(g.get("kind", Kind.FAULT)),
        urgency=Urgency(g.get("urgency", Urgency.NORMAL)),
        channel=channel,
        device_id=stage.devices[g["device"]] if "device" in g else None,
        received_at=g.get("received"),
    )
    enters = asker if channel is Channel.WEB else stage.staff
    stage.tickets[g["as"]] = opening.open_ticket(enters, new).id


def _work_of(g: Given) -> work.Work:
    minutes = g.get("minutes", 5)
    return work.Work(
        started_at=g.get("started") or clock.now() - timedelta(minutes=minutes),
        minutes=minutes,
        outcome=Outcome(g.get("outcome", Outcome.CLIENT_TRIES)),
    )


def _call(stage: Stage, g: Given) -> None:
    work.log_call(stage.staff, stage.ticket(g["ticket"]), _work_of(g))


def _remote(stage: Stage, g: Given) -> None:
    work.log_remote(stage.staff, stage.ticket(g["ticket"]), _work_of(g))


def _reply(stage: Stage, g: Given) -> None:
    conversation.reply(stage.staff, stage.ticket(g["ticket"]), Words(g.get("words", "We are on it.")))


def _write(stage: Stage, g: Given) -> None:
    ticket = stage.ticket(g["ticket"])
    asker = staging.client_actor(stage, ticket.organisation_id)
    conversation.add_client_message(asker, ticket, Words(g.get("words", "Here is more about it.")))


def _wait(stage: Stage, g: Given) -> None:
    then = Status(f"waiting_{g['for']}")
    status.wait(stage.staff, stage.ticket(g["ticket"]), then, g.get("reason", "see the call"))


def _resume(stage: Stage, g: Given) -> None:
    status.resume(stage.staff, stage.ticket(g["ticket"]))


def _urgency(stage: Stage, g: Given) -> None:
    ticket = stage.ticket(g["ticket"])
    about = following.About(
        ticket.subject, ticket.kind, Urgency(g["to"]), device_id=ticket.device_id, site_id=ticket.site_id
    )
    following.correct(stage.staff, ticket, about)


def _phase(stage: Stage, g: Given) -> None:
    by = stage.manager if "override" in g else stage.staff
    status.change_phase(by, stage.ticket(g["ticket"]), Phase(g["to"]), override_reason=g.get("override", ""))


def _resolve(stage: Stage, g: Given) -> None:
    code = ClosureCode(g.get("code", ClosureCode.SOLVED_REMOTELY))
    status.resolve(stage.staff, stage.ticket(g["ticket"]), code, Words("It works again."))


def _reopen(stage: Stage, g: Given) -> None:
    status.reopen_by_staff(stage.staff, stage.ticket(g["ticket"]))


def _confirm(stage: Stage, g: Given) -> None:
    ticket = stage.ticket(g["ticket"])
    status.confirm(staging.client_actor(stage, ticket.organisation_id), ticket)


def _cancel(stage: Stage, g: Given) -> None:
    status.cancel(stage.staff, stage.ticket(g["ticket"]), g.get("reason", "withdrawn"))


def _ask(stage: Stage, g: Given) -> None:
    device = db.session.get_one(Device, stage.devices[g["device"]]) if "device" in g else None
    question = Question(
        organisation_id=stage.client_id(dict(g)),
        service=Service(g["service"]),
        received_at=g.get("received") or clock.now(),
        device_id=device.id if device else None,
        device_class=device.kind.value if device else None,
        service_at=g.get("service_at"),
        emergency=g.get("emergency", False),
        cause=Cause(g["cause"]) if "cause" in g else None,
        priority=g.get("urgency"),
        triage_done=g.get("triage_done", False),
        not_solvable_remotely=g.get("not_solvable_remotely", False),
        override_reason=g.get("override", ""),
        planned_round=g.get("planned", False),
        labour_hours=g.get("labour_hours", Decimal(0)),
        part_list_price=g.get("part_list_price", Decimal(0)),
        in_progress=g.get("in_progress", False),
        upgrade=g.get("upgrade", ""),
    )
    stage.answers[g["as"]], _ = assessing.ask(stage.staff, question)


def bucket_of(stage: Stage, g: Given) -> LedgerBucket:
    """The bucket that is named, else the one that is open now. Raises LookupError."""
    at = clock.now()
    mine = db.session.query(LedgerBucket).filter_by(
        contract_id=stage.contracts[g["contract"]], entitlement=g["entitlement"]
    )
    if "bucket" in g:
        found = mine.filter_by(key=g["bucket"]).one_or_none()
    else:
        found = mine.filter(LedgerBucket.opens_at <= at, LedgerBucket.closes_at > at).one_or_none()
    if found is None:
        raise LookupError(f"no bucket {g.get('bucket', 'is open')} for {g['entitlement']} of {g['contract']}")
    db.session.refresh(found)
    return found


def _units(amount: Decimal) -> int:
    return int(amount * UNIT)


def _reserve(stage: Stage, g: Given) -> None:
    name = g["as"]
    why = Why(ref=f"visit:{name}")
    amount = _units(g.get("quantity", Decimal(1)))
    stage.visits[name] = ledger.reserve(
        stage.staff, bucket_of(stage, g), amount, f"visit:{name}:reserve", why
    ).id


def _line(end: Callable[..., Any], word: str) -> Callable[[Stage, Given], None]:
    def run(stage: Stage, g: Given) -> None:
        name = g["visit"]
        why = Why(ref=f"visit:{name}", reason=g.get("reason"))
        stage.visits[name] = end(stage.staff, stage.entry(name), f"visit:{name}:{word}", why).id

    return run


def _reverse(stage: Stage, g: Given) -> None:
    name, used = g["visit"], stage.entry(g["visit"])
    why = Why(ref=f"visit:{name}", reason=g.get("reason"))
    ledger.reverse(stage.staff, used, used.quantity, f"visit:{name}:reverse", why)


def _adjust(stage: Stage, g: Given) -> None:
    approver = stage.manager.contact_id if g.get("approved", False) else None
    why = Why(reason=g.get("reason", ""), approver_id=approver)
    key = f"adjust:{g['contract']}:{clock.now().isoformat()}"
    ledger.adjust(stage.staff, bucket_of(stage, g), _units(g["quantity"]), key, why)


def _amend(stage: Stage, g: Given) -> None:
    record = stage.contract(g["contract"])
    version = entering.amend(
        stage.staff, record, g["from"], dict(g.get("blanks", {})), dict(g.get("settings", {}))
    )
    if g.get("signed", True):
        for side in ("client", "provider"):
            entering.sign(version, side, f"Signatory of the {side}", clock.now())


def _suspend(stage: Stage, g: Given) -> None:
    lifecycle.suspend(stage.manager, stage.contract(g["contract"]), g.get("reason", "unpaid after notice"))


def _unsuspend(stage: Stage, g: Given) -> None:
    lifecycle.go_on(stage.contract(g["contract"]))


def _terminate(stage: Stage, g: Given) -> None:
    lifecycle.terminate(stage.manager, stage.contract(g["contract"]), Party(g["by"]), g.get("on"))


def _notice(stage: Stage, g: Given) -> None:
    provisional = g.get("provisional", False)
    calendars.take(g.get("jurisdiction", "CN"), staging.notice_of(g), provisional=provisional)


def _closure(stage: Stage, g: Given) -> None:
    """The provider's own days off: kept apart, for whoever plans visits; contracts follow their jurisdiction alone."""
    for year in sorted({day.year for day in g["days"]}):
        known = known_calendars.day_table(PROVIDER).days
        days: dict[date, DayKind] = {d: k for d, k in known.items() if d.year == year}
        days |= {d: DayKind.STATUTORY for d in g["days"] if d.year == year}
        calendars.take(PROVIDER, Notice(year, days, {}, "Closed by the provider", None))


_VERBS: Mapping[str, Callable[[Stage, Given], None]] = {
    "request": _request,
    "call": _call,
    "remote": _remote,
    "reply": _reply,
    "write": _write,
    "wait": _wait,
    "resume": _resume,
    "materials": _resume,
    "urgency": _urgency,
    "phase": _phase,
    "resolve": _resolve,
    "reopen": _reopen,
    "confirm": _confirm,
    "cancel": _cancel,
    "ask": _ask,
    "reserve": _reserve,
    "consume": _line(ledger.consume, "consume"),
    "release": _line(ledger.release, "release"),
    "reverse": _reverse,
    "adjust": _adjust,
    "amend": _amend,
    "suspend": _suspend,
    "unsuspend": _unsuspend,
    "terminate": _terminate,
    "notice": _notice,
    "closure": _closure,
}
