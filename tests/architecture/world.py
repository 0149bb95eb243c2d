"""A small world in which every page has something to show: Harbour's ticket with a file, a call, a note, mail in and mail out.

`values` fills the placeholders of addresses. A new placeholder is taught here, or the checks of all endpoints fail by name.
"""

import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Flask, current_app
from werkzeug.routing import Rule

from tests import cast as people
from tests.cast import Cast
from tests.support.client import apart

RAW_MAIL = b"""From: Nobody Known <nobody@elsewhere.example>
To: support@portal.example
Subject: A question from outside
Message-ID: <one@elsewhere.example>
Date: Mon, 12 Jan 2026 10:00:00 +0800
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=cut

--cut
Content-Type: text/html; charset=utf-8

<p>Do you repair tills?</p>
--cut
Content-Type: text/plain; name=till.txt
Content-Disposition: attachment; filename=till.txt

a till
--cut--
"""


@dataclass
class World:
    cast: Cast
    values: dict[str, Any]
    """Placeholder → the value of Harbour's thing; "endpoint:placeholder" goes before the plain name."""

    def url(self, app: Flask, rule: Rule, **changed: Any) -> str:
        given = {name: self.value(rule, name) for name in rule.arguments} | changed
        with app.test_request_context():
            built: str = app.url_for(rule.endpoint, **given)
            return built

    def value(self, rule: Rule, name: str) -> Any:
        for key in (f"{rule.endpoint}:{name}", f"{rule.endpoint.partition('.')[0]}:{name}", name):
            if key in self.values:
                return self.values[key]
        raise AssertionError(
            f"teach tests/architecture/world.py a value for <{name}> of {rule.endpoint} ({rule.rule})"
        )


@dataclass(frozen=True)
class File:
    name: str
    content_type: str
    size: int
    sha256: str


def _in_context(app: Flask, work: Callable[[], int]) -> None:
    with app.app_context():
        work()


def _contract(cast: Cast, staff: Any, scan: str) -> Any:
    """A contract of Harbour's that is signed and scanned."""
    from portal.contracts.queries import formbook
    from portal.contracts.service import entering, keeping
    from portal.infra.db import db
    from portal.kernel import clock

    blanks = {"starts_on": "2026-01-01", "ends_on": "2026-12-31", "visit_price": "800.00"}
    text = formbook.printed("annual_support").text
    made, _ = entering.enter(staff, entering.NewContract("C-1", cast.harbour.id, text, blanks))
    for side in ("client", "provider"):
        entering.sign(made.versions[0], side, "王敏", clock.now())
    keeping.keep_scan(made.versions[0], scan, "合同.pdf")
    db.session.flush()
    return made


def _before_a_visit(cast: Cast, owner: Any, agent: Any, ticket: Any) -> dict[str, int]:
    """A promised call, a question for consent, a checklist and a tool."""
    from datetime import timedelta

    from portal.kernel import clock
    from portal.ladder.rules.checklist import AnswerKind, Question, Words
    from portal.ladder.service import callbacks, checklists, remote, upgrades
    from portal.tickets.service import consent

    wish = callbacks.Wish("138 0013 8000", clock.now() + timedelta(hours=2), "The till")
    question = Question("q1", AnswerKind.YES_NO, Words("Is it plugged in?", "插上电源了吗？"))
    written = checklists.write(agent, Words("Till", "收银机"), None, None, [question])
    return {
        "callback_id": callbacks.ask(owner, ticket, wish).id,
        "consent_id": consent.ask(agent, ticket, cast.owner.contact_id, "Look into the journal", 24).id,
        "checklist_id": written.id,
        "upgrade_id": upgrades.log(agent, ticket, upgrades.Made("Ledger 5", "5.1", worked=True)).id,
        "tool_id": remote.keep("Remote", "https://remote.example/{serial}").id,
    }


def _visit(cast: Cast, ticket: Any, picture: Any) -> int:
    """Somebody comes for the ticket tomorrow at this hour: both sides agreed to it. The sheet has a photo."""
    from datetime import timedelta
    from decimal import Decimal

    from portal.dispatch.models import ServiceSheet
    from portal.dispatch.service import planning, sheets
    from portal.infra.db import db
    from portal.kernel import clock
    from portal.tickets.service import holds

    holds.approve(ticket.id, holds.Agreed("quote:1", "off_hours", Decimal("800.00"), "四.2", clock.now()))
    start = clock.now() + timedelta(days=1)
    plan = planning.Plan(
        start, start + timedelta(hours=2), engineer_id=cast.engineer.id, override_reason="the director asked"
    )
    visit = planning.plan_visit(people.actor(cast.manager), ticket, plan)
    sheet = ServiceSheet(visit=visit, found="", done="", checklist=[], version=1)
    db.session.add(sheet)
    sheets.add_photo(sheet, picture)
    return visit.number


def _quote(cast: Cast, agent: Any, ticket: Any, scan: str) -> dict[str, Any]:
    """An improvement under way: confirmed by both, the client by an order form; more time is asked for."""
    from datetime import date, timedelta
    from decimal import Decimal

    from portal.kernel import clock
    from portal.quotes.rules.quoting import Evidence, Line, QuoteKind, Side
    from portal.quotes.service import confirming, delivering, drafting
    from portal.quotes.service.confirming import Proof

    day: date = clock.now().date()
    lines = [Line("person_day", "Export", Decimal(2), "person_day", Decimal(1200), "四.3")]
    quote = drafting.draft(
        agent,
        ticket,
        drafting.Draft(QuoteKind.IMPROVEMENT, "Export as a sheet", lines, day + timedelta(days=30)),
    )
    drafting.send(agent, quote)
    form = Proof(Evidence.ORDER_FORM, "王敏", scan_sha256=scan, scan_name="order.pdf")
    confirming.confirm(agent, quote, Side.CLIENT, form)
    confirming.confirm(
        people.actor(cast.manager), quote, Side.PROVIDER, Proof(Evidence.PORTAL, "Mia Manager")
    )
    asked = delivering.ask_extension(agent, quote, Side.PROVIDER, day + timedelta(days=60), "holidays")
    return {"quote_number": quote.number, "extension_id": asked.id, "side": "client"}


def _papers(cast: Cast) -> dict[str, int]:
    """Leave and a certificate of the agent's, and what tills need."""
    from datetime import date

    from portal.dispatch.models import Certificate, Leave, Qualification
    from portal.infra.db import db

    leave = Leave(user_id=cast.agent.id, from_on=date(2030, 1, 7), to_on=date(2030, 1, 9))
    paper = Certificate(user_id=cast.agent.id, name="Ladders", expires_on=date(2030, 12, 31))
    needed = Qualification(device_kind="lift", name="Ladders", must=True)
    db.session.add_all([leave, paper, needed])
    db.session.flush()
    return {"leave_id": leave.id, "certificate_id": paper.id, "qualification_id": needed.id}


def _made(cast: Cast, ticket: Any) -> int:
    """Another visit, made and signed by both; the number of its sheet."""
    from datetime import timedelta

    from PIL import Image

    from portal.dispatch.service import planning, sheets, visiting
    from portal.infra import files
    from portal.kernel import clock

    drawn = io.BytesIO()
    Image.new("L", (8, 8)).save(drawn, "PNG")
    drawn.seek(0)
    signature, _size = files.put(drawn, 1000)
    engineer, start = people.actor(cast.engineer), clock.now() + timedelta(days=1, hours=3)
    end = start + timedelta(hours=2)
    plan = planning.Plan(start, end, engineer_id=cast.engineer.id, override_reason="the director asked")
    visit = planning.plan_visit(people.actor(cast.manager), ticket, plan)
    with clock.told(start):
        visiting.arrive(engineer, visit)
        visiting.finish(engineer, visit, solved=False)
        sheet = sheets.sheet_for(visit, ticket.device_id)
        sheets.write(sheet, sheets.SheetEntry(found="no light", done="fuse changed", client_test_passed=True))
        sheets.sign_engineer(sheet, "Eno Engineer", signature)
        sheets.sign_client(sheet, "王小明", signature)
        sheets.complete(engineer, visit)
    assert sheet.number is not None
    return sheet.number


def make() -> World:
    """Needs an application context; commits."""
    from datetime import timedelta

    from sqlalchemy import select

    from portal import worker
    from portal.infra import files
    from portal.infra.db import db
    from portal.infra.transaction import transaction
    from portal.intake.doors.taking import accept
    from portal.intake.models import InboundMessage
    from portal.kernel import clock
    from portal.notify.models import Delivery
    from portal.people.models import Contact, LinkPurpose
    from portal.people.service import links
    from portal.tickets.models.ticket import Attachment, TimelineEntry
    from portal.tickets.rules.canned import Steps
    from portal.tickets.rules.fields import FieldType, Label, Needed
    from portal.tickets.rules.views import Sought, View
    from portal.tickets.rules.words import Kind, Outcome
    from portal.tickets.service import canned, conversation, opening, tagging, time, views, work
    from portal.tickets.service import fields as custom
    from portal.tickets.service.record import Words

    cast = people.make()
    sha256, size = files.put(io.BytesIO(b"\x89PNG\r\n\x1a\n" + bytes(64)), 1000)
    picture = File("screen.png", "image/png", size, sha256)
    words = Words("没有反应。", html="<p>没有反应。</p>", files=[picture])
    with transaction():
        owner, agent = people.actor(cast.owner), people.actor(cast.agent)
        field = custom.define(
            people.actor(cast.administrator),
            custom.Drawn(
                Label("Counter", "柜台"), FieldType.CHOICE, frozenset({Kind.FAULT}), client_fills=True, needed=Needed.NO,
                options="North | 北\nSouth | 南",
            ),
        )  # fmt: skip
        ticket = opening.open_ticket(
            owner,
            opening.NewTicket(
                cast.harbour.id, cast.owner.contact_id, "收银机打不开 The till is dead", words, device_id=cast.till.id,
                values={field.id: "v1o1"},
            ),
        )  # fmt: skip
        conversation.reply(agent, ticket, Words("Is it plugged in?"))
        conversation.add_note(agent, ticket, Words("He sounded tired."))
        started = clock.now() - timedelta(minutes=10)
        work.log_call(
            agent, ticket,
            work.Work(started_at=started, minutes=5, outcome=Outcome.CLIENT_TRIES, symptom="dead", advice="plug it in"),
        )  # fmt: skip
        spent_id = time.add(agent, ticket, 20, "Read the manual", None).id
        tagging.set_tags(agent, ticket, "till")
        contract = _contract(cast, agent, sha256)
        reply = canned.keep_reply(agent, None, "Till", "Dear {requester}", "", shared=True)
        macro = canned.keep_macro(agent, None, "Mine", Steps(assign="me"), shared=True)
        visit = _visit(cast, ticket, picture)
        made_sheet = _made(cast, ticket)
        quoted = _quote(cast, agent, ticket, sha256)
        view = views.save(agent, "Mine", Sought(View.MINE), shared=False)
        papers = _papers(cast)
        before_a_visit = _before_a_visit(cast, owner, agent, ticket)
        invitation = links.issue(cast.colleague, LinkPurpose.INVITATION)
    number, ticket_id = ticket.number, ticket.id
    accept(RAW_MAIL.replace(b"\n", b"\r\n"), "pipe")
    apart(_in_context, current_app._get_current_object(), worker.drain)
    return World(
        cast,
        {
            "number": number,
            "ticket_number": number,
            "ticket_id": ticket_id,
            "visit_number": visit,
            "sheet_number": made_sheet,
            "dispatch_staff:sha256": sha256,
            "attachment_id": db.session.scalar(select(Attachment.id)),
            "entry_id": db.session.scalar(select(TimelineEntry.id).where(TimelineEntry.html.is_not(None))),
            "inbound_id": db.session.scalar(select(InboundMessage.id)),
            "intake_staff:number": 1,
            "intake_staff.claims:number": number,
            "contract_id": contract.id,
            "contracts_client:number": 1,
            "contracts_staff:number": 1,
            "view_id": view.id,
            "canned_id": reply.id,
            "macro_id": macro.id,
            "line_id": contract.coverage[0].id,
            "delivery_id": db.session.scalar(select(Delivery.id)) or 0,
            "organisation_id": cast.harbour.id,
            "site_id": cast.warehouse.id,
            "device_id": cast.till.id,
            "contact_id": cast.owner.contact_id,
            "user_id": cast.owner.id,
            "staff_id": cast.agent.id,
            "team_id": cast.team.id,
            "membership_id": db.session.get_one(Contact, cast.owner.contact_id).memberships[0].id,
            "token": "no-such-token",
            "tag_id": 1,
            **papers,
            "field_id": field.id,
            "spent_id": spent_id,
            **before_a_visit,
            **quoted,
            "link_id": invitation.id,
            "tickets_staff:link_id": 0,
            "job_id": 1,
            "code": "en",
            "language": "en",
            "filename": "js/app.js",
            "name": "screen.png",
        },
    )
