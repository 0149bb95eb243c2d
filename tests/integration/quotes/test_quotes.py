"""A quote from draft to acceptance: evidence, guards, silence, charges."""

import re
from datetime import date
from decimal import Decimal

import pytest
import time_machine
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

from portal.contracts.models import Charge
from portal.infra.transaction import transaction
from portal.kernel import clock
from portal.kernel.errors import NotFound, Refused
from portal.quotes.models import Quote
from portal.quotes.queries import quotes
from portal.quotes.rules.quoting import AcceptKind, Evidence, Line, QuoteKind, Side, Stage
from portal.quotes.service import confirming, delivering, drafting, record
from portal.quotes.service.confirming import Proof
from portal.quotes.service.record import QuoteRefused
from portal.tickets.rules.words import Phase, Status
from portal.tickets.service import holds
from tests.integration.contracts.conftest import at
from tests.integration.dispatch.conftest import told
from tests.integration.quotes.conftest import both, held, typed
from tests.integration.tickets import opened

pytestmark = pytest.mark.both


@pytest.mark.rule("TS-29", "TS-06")
def test_the_client_is_asked_and_the_ticket_waits_for_the_quote(cast, asked, sent):
    quote = held(sent)
    assert (quote.total, quote.lines[0].quantity) == (Decimal("3000.00"), Decimal("2.5"))
    assert opened.look(cast.agent, asked).status is Status.WAITING_QUOTE


@pytest.mark.rule("TS-30", "TS-31")
def test_one_confirmation_is_not_enough_to_begin(cast, asked, sent):
    """X83."""
    with told("2026-02-11 10:00"):
        proof = Proof(Evidence.MAIL, "王敏", cast.owner.contact_id, message_id="<ok@harbour.example>")
        confirming.confirm(opened.actor(cast.client_manager), held(sent), Side.CLIENT, proof)
    with clock.told(at("2026-02-11 10:01")):
        assert record.stage_of(held(sent)) is Stage.CUSTOMER_CONFIRMED
    with told("2026-02-11 10:01"), pytest.raises(QuoteRefused) as refusal:
        delivering.start(opened.actor(cast.agent), held(sent))
    assert refusal.value.code == "QUOTE_NOT_CONFIRMED"
    assert holds.approvals(opened.look(cast.agent, asked).id) == []


def test_a_mail_is_no_evidence_without_its_message_id_and_nobody_confirms_twice(cast, sent):
    who = opened.actor(cast.client_manager)
    with told("2026-02-11 10:00"), pytest.raises(QuoteRefused) as refusal:
        confirming.confirm(who, held(sent), Side.CLIENT, Proof(Evidence.MAIL, "王敏"))
    assert (refusal.value.code, refusal.value.field) == ("MESSAGE_ID_NEEDED", "message_id")
    with told("2026-02-11 10:00"):
        confirming.confirm(who, held(sent), Side.CLIENT, Proof(Evidence.PORTAL, "王敏"))
    with told("2026-02-11 10:01"), pytest.raises(QuoteRefused) as refusal:
        confirming.confirm(who, held(sent), Side.CLIENT, Proof(Evidence.PORTAL, "王敏"))
    assert refusal.value.code == "ALREADY_CONFIRMED"


def test_after_its_last_day_it_cannot_be_confirmed(cast, sent):
    with told("2026-04-01 00:00"), pytest.raises(QuoteRefused) as refusal:
        confirming.confirm(
            opened.actor(cast.client_manager), held(sent), Side.CLIENT, Proof(Evidence.PORTAL, "王敏")
        )
    assert refusal.value.code == "QUOTE_EXPIRED"


@pytest.mark.rule("TS-32", "TS-33")
def test_silence_accepts_after_thirty_days_and_a_week_later_it_is_to_be_paid(cast, asked, sent, db_session):
    """X69."""
    with told("2026-02-11 10:00"):
        both(cast, sent)
        delivering.start(opened.actor(cast.engineer), held(sent))
    assert opened.look(cast.agent, asked).phase is Phase.IMPROVEMENT
    with told("2026-03-02 16:00"):
        handover = delivering.deliver(
            opened.actor(cast.engineer), held(sent), "The export is in version 2.4."
        )
        delivering.notice_left(handover, clock.now())
    with told("2026-03-26 09:00"):
        assert delivering.watch(clock.now()) == 1  # a reminder
        assert delivering.watch(clock.now()) == 0
    with told("2026-04-01 23:59"):
        delivering.watch(clock.now())
        assert held(sent).handovers[0].accepted_at is None
    with told("2026-04-02 00:05"):
        delivering.watch(clock.now())
    quote = held(sent)
    assert (quote.handovers[0].accept_kind, quote.handovers[0].accepted_at) == (
        AcceptKind.DEEMED,
        at("2026-04-01 23:59:59"),
    )
    charge = db_session.scalar(select(Charge))
    assert (charge.amount, charge.clause, charge.due_at) == (
        Decimal("3000.00"),
        "四.3",
        at("2026-04-08 23:59:59"),
    )
    assert holds.of(opened.look(cast.agent, asked).id) == []


@pytest.mark.rule("TS-32")
def test_without_a_notice_silence_accepts_nothing(cast, sent):
    """Invariant 41."""
    with told("2026-02-11 10:00"):
        both(cast, sent)
        delivering.start(opened.actor(cast.engineer), held(sent))
        delivering.deliver(opened.actor(cast.engineer), held(sent), "Version 2.4")
    with told("2026-12-31 10:00"):
        assert delivering.watch(clock.now()) == 0


def test_defects_stop_the_days_and_the_next_handover_counts_anew(cast, sent):
    with told("2026-02-11 10:00"):
        both(cast, sent)
        delivering.start(opened.actor(cast.engineer), held(sent))
    with told("2026-03-02 16:00"):
        delivering.notice_left(
            delivering.deliver(opened.actor(cast.engineer), held(sent), "2.4"), clock.now()
        )
    with told("2026-03-20 09:00"):
        delivering.report_defects(opened.actor(cast.owner), held(sent), "dates are wrong")
    with told("2026-04-10 09:00"):
        assert delivering.watch(clock.now()) == 0
        delivering.start(opened.actor(cast.engineer), held(sent))
        again = delivering.deliver(opened.actor(cast.engineer), held(sent), "2.4.1")
        delivering.notice_left(again, clock.now())
        assert again.due_at == at("2026-05-11 23:59:59")  # the 10th is a Sunday
    with told("2026-04-12 09:00"):
        delivering.accept(opened.actor(cast.client_manager), held(sent), "王敏")
    assert record.stage_of(held(sent)) is Stage.ACCEPTED


def test_an_edit_after_sending_is_a_new_revision_without_confirmations(cast, sent, db_session):
    with told("2026-02-11 10:00"):
        confirming.confirm(
            opened.actor(cast.client_manager), held(sent), Side.CLIENT, Proof(Evidence.PORTAL, "王敏")
        )
        with pytest.raises(QuoteRefused):
            drafting.rewrite(held(sent), typed())
        following = drafting.revise(opened.actor(cast.agent), held(sent), typed(title="Export, smaller"))
        drafting.send(opened.actor(cast.agent), following)
    assert (following.revision, list(following.confirmations)) == (2, [])
    with told("2026-02-11 11:00"), pytest.raises(QuoteRefused) as refusal:
        confirming.confirm(
            opened.actor(cast.manager), held(sent, 1), Side.PROVIDER, Proof(Evidence.PORTAL, "Mia")
        )
    assert refusal.value.code == "QUOTE_SUPERSEDED"


def test_a_quote_that_nobody_answered_holds_its_ticket_no_longer(cast, asked, sent):
    with told("2026-03-31 12:00"):
        assert drafting.expire(clock.now()) == 0
    with told("2026-04-01 01:00"):
        assert drafting.expire(clock.now()) == 1
        assert drafting.expire(clock.now()) == 0
    ticket = opened.look(cast.agent, asked)
    assert (ticket.status, list(holds.of(ticket.id))) == (Status.IN_PROGRESS, [])


def test_lines_of_a_sent_quote_are_never_changed(sent, db_session):
    """Invariant 16, by the database itself."""
    for statement in ("UPDATE quote_line SET amount = 1", "DELETE FROM quote_line"):
        with pytest.raises(DatabaseError), transaction():
            db_session.execute(text(statement))


@pytest.mark.rule("WB-09")
def test_an_extension_counts_once_the_other_side_agreed(cast, sent):
    with told("2026-02-11 10:00"):
        both(cast, sent)
        asked = delivering.ask_extension(
            opened.actor(cast.agent), held(sent), Side.PROVIDER, date(2026, 3, 20), "holidays"
        )
        with pytest.raises(QuoteRefused):
            delivering.answer_extension(
                opened.actor(cast.agent), held(sent), asked, Side.PROVIDER, "Ada", agrees=True
            )
        assert held(sent).work_until is None
        delivering.answer_extension(
            opened.actor(cast.client_manager), held(sent), asked, Side.CLIENT, "王敏", agrees=True
        )
    assert held(sent).work_until == date(2026, 3, 20)


@pytest.mark.rule("HW-27")
def test_a_factory_quote_without_freight_is_not_sent(cast, asked):
    one = Decimal(1)
    lines = [
        Line("factory", "main board", one, "piece", Decimal("500")),
        Line("duty", "duty", one, "piece", one),
    ]
    with told("2026-02-10 10:00"):
        quote = drafting.draft(
            opened.actor(cast.agent),
            opened.held(cast.agent, asked),
            typed(kind=QuoteKind.FACTORY, lines=lines),
        )
        with pytest.raises(Refused, match="freight"):
            drafting.send(opened.actor(cast.agent), quote)


def test_a_cancelled_ticket_gives_its_quote_up(cast, asked, sent, run_jobs):
    from portal.tickets.service import status

    with told("2026-02-11 10:00"):
        status.cancel(opened.actor(cast.agent), opened.held(cast.agent, asked), "by the client")
    run_jobs()
    assert record.stage_of(held(sent)) is Stage.WITHDRAWN


def test_a_client_sees_sent_quotes_of_his_tickets_and_a_stranger_none(cast, asked, sent, db_session):
    assert quotes.quote_for(opened.actor(cast.owner), sent).number == sent
    for other in (cast.colleague, cast.stranger):
        with pytest.raises(NotFound):
            quotes.quote_for(opened.actor(other), sent)
    with told("2026-02-11 10:00"):
        drafting.revise(opened.actor(cast.agent), held(sent), typed(title="Not ready"))
    assert quotes.quote_for(opened.actor(cast.owner), sent).revision == 1
    assert db_session.scalar(select(Quote.revision).order_by(Quote.id.desc())) == 2


@pytest.mark.databases("sqlite")
def test_a_ticket_says_which_quote_it_waits_for_and_the_client_reads_of_it_once_it_was_sent(
    cast, asked, as_user
):
    with told("2026-02-10 10:00"):
        number = drafting.draft(opened.actor(cast.agent), opened.held(cast.agent, asked), typed()).number
    name = f"Quote Q-{number}"
    with time_machine.travel(at("2026-02-10 10:30"), tick=False):
        desk, mine = as_user(cast.agent), as_user(cast.owner)
        panel = desk.get(f"/desk/tickets/{asked}/more").text
        assert re.search(rf'href="/desk/quotes/{number}">{name}</a> Export', panel)
        assert f"still open: {name}. " in desk.get(f"/desk/tickets/{asked}/resolve").text
        theirs = f"报价单 Q-{number}"
        assert theirs not in mine.get(f"/requests/{asked}/state").text
        with transaction():
            drafting.send(opened.actor(cast.agent), held(number))
        state = mine.get(f"/requests/{asked}/state").text
        assert re.search(rf'href="/quotes/{number}">{theirs}</a> Export <span class="quiet no-cut">', state)
