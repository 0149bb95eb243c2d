"""What people are told of visits: the client's people when somebody comes, engineers what they have to do, whoever planned what
the client wishes.

Each may run twice, and late: it tells how things stand now, and nothing that was overtaken. Nobody of another organisation is
ever among the readers; a one-time link is made for one reader and put in while the mail is sent.
"""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from portal.contracts.render import amounts
from portal.dispatch.models import Visit
from portal.dispatch.queries import offers, visits
from portal.dispatch.render import client as dispatch
from portal.dispatch.rules.visiting import PLANNED, VisitStatus
from portal.dispatch.service import links, offering, planning, visiting
from portal.infra import jobs
from portal.kernel import clock
from portal.notify import render, rules, service
from portal.notify.queries import deliveries as queries
from portal.notify.queries import telling
from portal.notify.queries import visits as known
from portal.notify.rules import Message, VisitFacts

SHEET_WAITS = timedelta(hours=2)
"""How long after the work a sheet may lack the client's signature before the client is told; most sign on the spot."""
PAPERS_WAIT = timedelta(minutes=30)
"""How long the mail about a signed visit waits for the PDFs of its sheets."""


def visit_scheduled(payload: dict[str, Any]) -> None:
    """Planned, moved, or given to another engineer."""
    visit = visits.by_id(payload["visit_id"])
    if visit.status not in PLANNED:
        return
    _tell_engineers(visit, payload)
    if not payload["same_slot"]:
        _ask(visit, moved=payload["moved"])
    elif visit.engineer is not None and known.told_of_visit(visit.id):
        cause = f"visit:{visit.id}:engineer:{payload['change_id']}"
        _tell(cause, Message.VISIT_ENGINEER, visit, _around(visit), payload["by_contact_id"])


def slots_offered(payload: dict[str, Any]) -> None:
    """Times to choose from. What was planned in the same breath is told with it, once."""
    visit = visits.by_id(payload["visit_id"])
    _ask(visit, moved=False)


def _ask(visit: Visit, *, moved: bool) -> None:
    """The times that can be had now, with a link for each reader; not while the client's confirmation stands for the only one."""
    options = [o for o in offering.options(visit) if o.why_not is None]
    if not options or (visit.status is VisitStatus.CONFIRMED and len(options) == 1):
        return
    cause = f"visit:{visit.id}:ask:{offers.last_asking(visit.id)}"
    asks_price = any(o.cost.price is not None for o in options)
    facts = _facts(visit, asks_price=asks_price and planning.price_open(visit) is not None)
    message = Message.VISIT_MOVED if moved and known.told_of_visit(visit.id) else Message.VISIT_PROPOSED
    for contact_id in rules.of_visit(facts):
        if queries.is_told(cause, contact_id):
            continue
        link = links.issue(visit, contact_id, options)
        _tell(
            cause, message, visit, [contact_id], action_url=service.LINK, visit_link_id=link.id,
            options=options, until=link.expires_at, with_file=message is Message.VISIT_MOVED,
        )  # fmt: skip


def visit_confirmed(payload: dict[str, Any]) -> None:
    """The time stands: everybody of the client's, whoever confirmed it too, with the calendar file."""
    visit = visits.by_id(payload["visit_id"])
    if visit.confirmed_at is None or visit.status not in (VisitStatus.CONFIRMED, VisitStatus.EN_ROUTE):
        return
    cause = f"visit:{visit.id}:confirmed:{visit.confirmed_at:%Y%m%d%H%M%S}"
    price = planning.price_open(visit)
    people = rules.of_visit(_facts(visit, asks_price=price is not None))
    _tell(cause, Message.VISIT_CONFIRMED, visit, people, with_file=True, price_open=price)


def other_time_wished(payload: dict[str, Any]) -> None:
    """Whoever planned it and whoever has the request read the client's words."""
    visit, line = visits.by_id(payload["visit_id"]), offers.change(payload["change_id"])
    told = rules.of_visit_staff(_planners(visit), line.contact_id)
    wish = str((line.details or {}).get("words", ""))
    by = str((line.details or {}).get("name", ""))
    _tell(f"visit:{visit.id}:wish:{line.id}", Message.VISIT_WISH_STAFF, visit, told, wish=wish, by=by)


def visit_cancelled(payload: dict[str, Any]) -> None:
    """The client, unless nobody there had heard of it; the engineer; and whoever planned it, when the client called it off."""
    visit = visits.by_id(payload["visit_id"])
    if visit.status is not VisitStatus.CANCELLED:
        return
    cause, by = f"visit:{visit.id}:cancelled", payload["by_contact_id"]
    reason = dispatch.reason_words(visit.ended_reason)
    if known.told_of_visit(visit.id) or visit.round_id is not None:
        message = Message.ROUND_SKIPPED if _by_plan(visit, by) else Message.VISIT_CANCELLED
        _tell(cause, message, visit, _around(visit), by, with_file=True, reason=reason)
    staff = [visit.engineer.contact_id] if visit.engineer else []
    if payload["by_client"]:
        staff += _planners(visit)
    _tell(cause, Message.VISIT_CANCELLED_STAFF, visit, rules.of_visit_staff(staff, by), reason=reason)


def engineer_set_out(payload: dict[str, Any]) -> None:
    """Somebody is on the way; not when they have arrived meanwhile."""
    visit = visits.by_id(payload["visit_id"])
    if visit.status is VisitStatus.EN_ROUTE:
        _tell(f"visit:{visit.id}:set_out", Message.VISIT_SET_OUT, visit, _around(visit))


def visit_missed(payload: dict[str, Any]) -> None:
    """Nobody was there, with what follows by the clause; or we did not come, with what is given back."""
    visit = visits.by_id(payload["visit_id"])
    follows = visiting.what_followed(visit)
    message = Message.VISIT_NO_SHOW if payload["by_us"] else Message.VISIT_NO_ACCESS
    price = amounts.money(follows.price) if follows.price is not None else ""
    given: dict[str, Any] = {
        "follows": follows.what.value,
        "price": price,
        "clause": follows.clause,
        "made_up": follows.made_up,
    }
    by_client = bool(payload["by_client"])
    _tell(
        f"visit:{visit.id}:missed", message, visit, _around(visit),
        reason=visit.ended_reason or "", by_client=by_client, **given,
    )  # fmt: skip
    if by_client:
        staff = _planners(visit) + ([visit.engineer.contact_id] if visit.engineer else [])
        told = rules.of_visit_staff(staff, None)
        _tell(
            f"visit:{visit.id}:missed", Message.VISIT_CANCELLED_STAFF, visit, told, reason=visit.ended_reason
        )


def visit_finished(payload: dict[str, Any]) -> None:
    """Most sign on the spot: the client is told later, if the sheet still waits."""
    at = clock.now() + SHEET_WAITS
    jobs.enqueue(
        "notify.sheet_waits",
        {"visit_id": payload["visit_id"]},
        slot=f"sheet:{payload['visit_id']}",
        run_at=at,
    )


def sheet_waits(payload: dict[str, Any]) -> None:
    """The work is over and the client has not signed yet."""
    visit = visits.by_id(payload["visit_id"])
    if visit.status is VisitStatus.FINISHED and any(s.client_signed_at is None for s in visit.sheets):
        _tell(f"visit:{visit.id}:sheet_waits", Message.VISIT_SHEET_WAITS, visit, _around(visit))


def visit_signed(payload: dict[str, Any]) -> None:
    """Done: the sheets as PDFs, and what the visit used or cost, in one mail. It waits for the PDFs, but not for ever: where
    they cannot be made it leaves without them."""
    visit = visits.by_id(payload["visit_id"])
    if visit.status is not VisitStatus.SIGNED or visit.signed_at is None:
        return
    if not payload.get("at_last") and not known.has_papers(visit):
        jobs.enqueue(
            "notify.visit_signed",
            {"visit_id": visit.id, "at_last": True},
            slot=f"signed:{visit.id}:{visit.signed_at:%Y%m%d%H%M%S}",
            run_at=clock.now() + PAPERS_WAIT,
        )
        return
    lines = [
        (c.words or dispatch.price_word(c.code), amounts.money(c.amount), c.clause)
        for c in visits.charges_of(visit)
    ]
    _tell(
        f"visit:{visit.id}:signed:{visit.signed_at:%Y%m%d%H%M%S}", Message.VISIT_SIGNED, visit, _around(visit),
        sheets=[s.number for s in visit.sheets if s.number], solved=bool(visit.solved), lines=lines,
        attached=bool(known.papers_that_travel(visit)),
    )  # fmt: skip


def visit_over_day(payload: dict[str, Any]) -> None:
    """The day that the clause allows is over before the work is; when somebody comes again is told once it is planned."""
    visit = visits.by_id(payload["visit_id"])
    clause = visiting.length_clause(visit)
    _tell(f"visit:{visit.id}:over_day", Message.VISIT_OVER_DAY, visit, _around(visit), clause=clause)


def rounds_announced(payload: dict[str, Any]) -> None:
    """All rounds of a contract that came into sight at once, in one mail for each manager."""
    found = [v for i in payload["visit_ids"] if (v := visits.by_id(i)).status in PLANNED]
    if found:
        first = min(found, key=lambda v: v.starts_at)
        cause = f"rounds:{payload['contract_id']}:{min(payload['visit_ids'])}"
        page = render.link_to("dispatch_client.listing")
        _tell(cause, Message.ROUNDS_ANNOUNCED, first, _around(first), rounds=found, action_url=page)


def round_moved(payload: dict[str, Any]) -> None:
    """The days off moved a round."""
    visit = visits.by_id(payload["visit_id"])
    if visit.status in PLANNED and visit.round is not None:
        cause = f"visit:{visit.id}:round_moved:{visit.starts_at:%Y%m%d%H%M}"
        reason = dispatch.reason_words(visit.round.moved and visit.round.moved.value)
        _tell(cause, Message.ROUND_MOVED, visit, _around(visit), reason=reason, with_file=True)


def _by_plan(visit: Visit, by_contact_id: int | None) -> bool:
    """A round that the calendar left out, not a person."""
    return visit.round_id is not None and by_contact_id is None


def _tell_engineers(visit: Visit, payload: dict[str, Any]) -> None:
    """Who has it now, unless they took it themselves; and who had it before."""
    by, former = payload["by_contact_id"], payload["former_engineer_id"]
    mark = f"visit:{visit.id}:given:{payload['change_id']}"
    if visit.engineer is not None:
        new = (
            former is not None
            or not payload["moved"]
            or not known.is_told_of_visit(visit.id, visit.engineer.contact_id)
        )
        message = Message.VISIT_ASSIGNED_STAFF if new else Message.VISIT_MOVED_STAFF
        _tell(mark, message, visit, rules.of_visit_staff([visit.engineer.contact_id], by))
    if former is not None:
        contact_id = telling.contact_of_user(former)
        told = rules.of_visit_staff([contact_id] if contact_id else [], by)
        _tell(mark, Message.VISIT_CANCELLED_STAFF, visit, told, reason="", given_away=True)


def _planners(visit: Visit) -> list[int]:
    """Whoever planned it, and whoever has its requests."""
    owners = [row.ticket.assignee.contact_id for row in visit.tickets if row.ticket.assignee]
    return [c for c in (visit.created_by_id, *owners) if c is not None] or known.desk()


def _facts(visit: Visit, *, asks_price: bool = False) -> VisitFacts:
    around: list[int] = []
    reachable: set[int] = set()
    for row in visit.tickets:
        people = telling.facts(telling.ticket(row.ticket_id))
        around += [people.requester, *people.participants]
        reachable |= people.reachable
    managers = telling.client_managers(visit.organisation_id)
    wanted = asks_price or visit.round_id is not None
    return VisitFacts(tuple(around), tuple(managers), frozenset(reachable), wants_managers=wanted)


def _around(visit: Visit) -> list[int]:
    return rules.of_visit(_facts(visit))


def _tell(
    cause: str,
    message: Message,
    visit: Visit,
    contact_ids: Iterable[int],
    but: int | None = None,
    *,
    with_file: bool = False,
    action_url: str = "",
    visit_link_id: int | None = None,
    **context: Any,
) -> None:
    """Render for each person apart, in their language, and record it. `but`: who did it needs no mail about it, unless it takes
    something out of their calendar. `with_file`: the calendar file travels with it; of one that is called off only to whoever
    has one."""
    to_staff = message.value.endswith("_to_staff")
    page = "dispatch_staff.visit" if to_staff else "dispatch_client.visit"
    for reader in telling.readers(contact_ids).values():
        has_file = known.has_calendar(visit.id, reader.contact_id)
        if queries.is_told(cause, reader.contact_id) or (reader.contact_id == but and not has_file):
            continue
        travels = with_file and (has_file or visit.status in PLANNED)
        file = dispatch.calendar_file(visit, reader.language, reader.time_zone) if travels else None
        ticket = known.followed(visit, reader.contact_id)
        words = render.mail(
            message, reader, ticket=ticket, visit=visit, dispatch=dispatch, money=amounts.money, file=file is not None,
            action_url=action_url or render.link_to(page, visit_number=visit.number), **context,
        )  # fmt: skip
        service.add(
            cause, message, reader, words, ticket=ticket, auto_submitted="auto-generated",
            visit_id=visit.id, visit_link_id=visit_link_id, calendar=file,
        )  # fmt: skip
