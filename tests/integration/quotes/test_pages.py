"""The pages of quotes: written and sent by staff, answered by the client's manager, read by nobody else."""

import io

import pytest
import time_machine
from sqlalchemy import select

from portal.contracts.models import Charge
from portal.infra.transaction import transaction
from portal.kernel.actor import SYSTEM
from portal.quotes.models import Quote, QuoteConfirmation
from portal.quotes.queries import listing, quotes
from portal.quotes.queries.listing import Wish
from portal.quotes.rules.quoting import Evidence, Side, Stage, Turn
from portal.quotes.service import confirming, delivering, drafting, record
from portal.quotes.service.confirming import Proof
from portal.tickets.rules.words import Status
from portal.tickets.service.record import Words
from tests.integration.contracts.conftest import at
from tests.integration.dispatch.conftest import told
from tests.integration.quotes.conftest import both, held, typed
from tests.integration.tickets import opened
from tests.support.queries import counted

pytestmark = pytest.mark.databases("sqlite")
WRITTEN = {
    "kind": "improvement", "title": "Export", "valid_until": "2026-03-31", "work_until": "", "note": "One sheet a month",
    "lines-0-words": "Export as a sheet", "lines-0-code": "person_day", "lines-0-quantity": "2.2",
    "lines-0-unit": "person_day", "lines-0-unit_price": "1200", "lines-0-clause": "四.3",
    "lines-1-words": "", "lines-1-code": "", "lines-1-quantity": "", "lines-1-unit": "", "lines-1-unit_price": "",
    "lines-1-clause": "",
}  # fmt: skip


def on(when):
    """What browsers ask and do inside happens at that time in Shanghai."""
    return time_machine.travel(at(when), tick=False)


class Browser:
    """A person's browser that is signed in anew at each time it is asked for."""

    def __init__(self, as_user, user):
        self.open = lambda: as_user(user)

    def get(self, path):
        return self.open().get(path)

    def post(self, path, **more):
        return self.open().post(path, **more)


@pytest.fixture
def browse(as_user):
    return lambda user: Browser(as_user, user)


def stage(number):
    return record.stage_of(quotes.quote_for(SYSTEM, number))


def post(browser, path, when, **data):
    with on(when):
        return browser.post(path, data=data, follow_redirects=True)


@pytest.mark.rule("TS-29", "TS-30")
def test_from_the_ticket_to_both_confirmations(cast, asked, browse, db_session):
    agent, manager, client = browse(cast.agent), browse(cast.manager), browse(cast.client_manager)
    with on("2026-02-10 10:00"):
        page = agent.get(f"/desk/tickets/{asked}/quotes/new").text
    assert "四.3" in page  # the contract's price for a person-day, to be taken as a line
    more = post(agent, f"/desk/tickets/{asked}/quotes/new", "2026-02-10 10:00", **WRITTEN, add="0")
    assert 'value="Export as a sheet"' in more.text
    assert "lines-2-words" in more.text
    assert db_session.scalar(select(Quote)) is None
    page = post(agent, f"/desk/tickets/{asked}/quotes/new", "2026-02-10 10:00", **WRITTEN)
    quote = db_session.scalar(select(Quote))
    number = quote.number
    assert f"Q-{number}" in page.text
    assert "3,000.00" in page.text
    assert client.get(f"/quotes/{number}").status_code == 404
    post(agent, f"/desk/quotes/{number}/send", "2026-02-10 10:05")
    assert opened.look(cast.agent, asked).status is Status.WAITING_QUOTE
    assert (
        post(agent, f"/desk/quotes/{number}/start", "2026-02-10 10:06").text.count(
            "Work begins only after both sides have confirmed the quote."
        )
        == 2
    )  # the refusal, and the reason on the page
    assert post(agent, f"/desk/quotes/{number}/confirm", "2026-02-10 10:06").status_code == 403
    with on("2026-02-11 09:00"):
        page = client.get(f"/quotes/{number}").text
    assert "Confirm for ¥ 3,000.00" in page
    assert "四.3" in page
    said = post(client, f"/quotes/{number}/confirm", "2026-02-11 09:00", revision="1")
    assert "You have confirmed the quote." in said.text
    again = post(client, f"/quotes/{number}/confirm", "2026-02-11 09:00", revision="1")
    assert "This side has confirmed the quote already." in again.text
    post(manager, f"/desk/quotes/{number}/confirm", "2026-02-11 09:10")
    with on("2026-02-11 09:10"):
        assert stage(number) is Stage.CONFIRMED
        for page in (client.get(f"/quotes/{number}").text, agent.get(f"/desk/quotes/{number}").text):
            assert "Chen Bo" in page
            assert "Mia Manager" in page
            assert "has not confirmed yet" not in page
    rows = db_session.scalars(select(QuoteConfirmation).order_by(QuoteConfirmation.id)).all()
    assert [(r.side, r.name, r.evidence) for r in rows] == [
        (Side.CLIENT, "Chen Bo", Evidence.PORTAL), (Side.PROVIDER, "Mia Manager", Evidence.PORTAL),
    ]  # fmt: skip


def test_lines_that_make_no_sense_are_named_and_kept(cast, asked, browse, db_session):
    wrong = WRITTEN | {"lines-0-unit_price": "12.345", "lines-1-words": "Training", "title": ""}
    page = post(browse(cast.agent), f"/desk/tickets/{asked}/quotes/new", "2026-02-10 10:00", **wrong)
    assert page.status_code == 422
    assert db_session.scalar(select(Quote)) is None
    for sentence in (
        "Two places after the point",
        "A line needs its price",
        "Say in a few words what is offered.",
    ):
        assert sentence in page.text
    assert 'value="12.345"' in page.text
    assert 'value="Training"' in page.text


def test_only_who_answers_for_the_organisation_confirms_and_strangers_see_nothing(cast, sent, browse):
    member = browse(cast.owner)
    with on("2026-02-11 09:00"):
        page = member.get(f"/quotes/{sent}").text
    assert "3,000.00" in page
    assert "Chen Bo" in page
    assert f"/quotes/{sent}/confirm" not in page
    post(member, f"/quotes/{sent}/confirm", "2026-02-11 09:00", revision="1")
    post(member, f"/quotes/{sent}/refuse", "2026-02-11 09:00", reason="no")
    with on("2026-02-11 09:00"):
        assert stage(sent) is Stage.SENT
    for other in (cast.stranger, cast.colleague):
        browser = browse(other)
        for path in ("", "/refuse", "/change", "/defects", "/extend"):
            assert browser.get(f"/quotes/{sent}{path}").status_code == 404
        for path in ("confirm", "accept", "extensions/1/answer"):
            assert browser.post(f"/quotes/{sent}/{path}").status_code == 404
        assert "Q-" not in browser.get("/quotes").text + browser.get("/quotes/waiting").text


def test_after_the_last_day_and_after_a_new_revision_the_client_reads_why_not(cast, sent, browse):
    client = browse(cast.client_manager)
    late = post(client, f"/quotes/{sent}/confirm", "2026-04-01 08:00", revision="1")
    assert "This quote is no longer valid. Ask for a new one." in late.text
    post(client, f"/quotes/{sent}/change", "2026-02-11 09:00", revision="1", words="Every week, please")
    assert held(sent).change_asked == "Every week, please"
    edited = WRITTEN | {"title": "Export each week", "version": str(held(sent).version)}
    agent = browse(cast.agent)
    assert "Every week, please" in agent.get(f"/desk/quotes/{sent}/edit").text
    post(agent, f"/desk/quotes/{sent}/edit", "2026-02-12 09:00", **edited)
    assert [q.revision for q in quotes.of_ticket(SYSTEM, held(sent).ticket_id)] == [2]
    post(agent, f"/desk/quotes/{sent}/send", "2026-02-12 09:00")
    old = post(client, f"/quotes/{sent}/confirm", "2026-02-12 10:00", revision="1")
    assert "There is a newer revision of this quote; please answer that one." in old.text
    assert not held(sent, 1).confirmations
    assert not held(sent, 2).confirmations
    stale = post(agent, f"/desk/quotes/{sent}/edit", "2026-02-12 11:00", **edited)
    assert stale.status_code == 422
    assert "Somebody else changed this quote" in stale.text


@pytest.mark.rule("TS-30")
def test_a_mail_of_the_ticket_or_a_scanned_order_form_proves_the_clients_word(
    cast, asked, sent, browse, db_session
):
    with told("2026-02-11 08:00"):
        ticket = opened.held(cast.owner, asked)
        from portal.tickets.rules.words import Channel
        from portal.tickets.service import conversation

        yes = Words("同意报价。", message_id="<yes@harbour.example>")
        conversation.add_client_message(opened.actor(cast.owner), ticket, yes, channel=Channel.MAIL)
    agent = browse(cast.agent)
    with on("2026-02-11 09:00"):
        assert "&lt;yes@harbour.example&gt;" in agent.get(f"/desk/quotes/{sent}/client-confirmed").text
    path = f"/desk/quotes/{sent}/client-confirmed"
    none = post(agent, path, "2026-02-11 09:00", evidence="mail", name="王小明", message_id="")
    assert none.status_code == 422
    assert "Message-ID as evidence" in none.text
    assert "王小明" in none.text
    made_up = post(agent, path, "2026-02-11 09:00", evidence="mail", name="王小明", message_id="<no@x>")
    assert made_up.status_code == 422
    assert "Choose one of the list." in made_up.text
    paperless = post(agent, path, "2026-02-11 09:00", evidence="order_form", name="王小明", message_id="")
    assert paperless.status_code == 422
    assert "Add the scan" in paperless.text
    post(agent, path, "2026-02-11 09:00", evidence="mail", name="王小明", message_id="<yes@harbour.example>")
    row = db_session.scalar(select(QuoteConfirmation))
    assert (row.evidence, row.message_id, row.scan_sha256) == (Evidence.MAIL, "<yes@harbour.example>", None)


def test_a_scan_is_kept_and_downloaded_again(cast, sent, browse):
    agent = browse(cast.agent)
    with on("2026-02-11 09:00"):
        agent.post(
            f"/desk/quotes/{sent}/client-confirmed",
            data={
                "evidence": "order_form",
                "name": "王敏",
                "message_id": "",
                "scan": (io.BytesIO(b"%PDF-1"), "form.pdf"),
            },
        )
    scan = agent.get(f"/desk/quotes/{sent}/scans/client")
    assert scan.data == b"%PDF-1"
    assert "form.pdf" in scan.headers["Content-Disposition"]
    scan.close()
    assert agent.get(f"/desk/quotes/{sent}/scans/provider").status_code == 404


@pytest.mark.rule("WB-09", "TS-33")
def test_the_work_is_handed_over_found_wanting_mended_and_accepted_by_its_pages(
    cast, sent, browse, db_session
):
    agent, client, member = browse(cast.agent), browse(cast.client_manager), browse(cast.owner)
    with told("2026-02-11 10:00"):
        both(cast, sent)
    post(agent, f"/desk/quotes/{sent}/start", "2026-02-11 11:00")
    post(
        agent, f"/desk/quotes/{sent}/extend", "2026-02-12 09:00", until="2026-03-20", reason="Spring Festival"
    )
    with on("2026-02-12 10:00"):
        assert "Spring Festival" in client.get(f"/quotes/{sent}").text
    asked = held(sent).extensions[0].id
    post(client, f"/quotes/{sent}/extensions/{asked}/answer", "2026-02-12 10:00", answer="yes")
    assert str(held(sent).work_until) == "2026-03-20"
    empty = post(agent, f"/desk/quotes/{sent}/deliver", "2026-03-02 10:00", words="")
    assert empty.status_code == 422
    assert "Say what is handed over." in empty.text
    post(agent, f"/desk/quotes/{sent}/deliver", "2026-03-02 10:00", words="Version 2.4")
    post(member, f"/quotes/{sent}/defects", "2026-03-03 10:00", words="Dates are wrong")
    post(agent, f"/desk/quotes/{sent}/start", "2026-03-03 11:00")
    post(agent, f"/desk/quotes/{sent}/deliver", "2026-03-04 10:00", words="Version 2.4.1")
    done = post(client, f"/quotes/{sent}/accept", "2026-03-05 10:00", revision="1")
    assert "You have accepted the work." in done.text
    assert "To be paid by" in done.text
    assert "3,000.00" in done.text
    again = post(client, f"/quotes/{sent}/accept", "2026-03-05 10:01", revision="1")
    assert "has moved on since this page was opened" in again.text
    assert len(db_session.scalars(select(Charge)).all()) == 1


def test_the_lists_follow_the_same_rule_as_the_page_and_cost_the_same_for_many(cast, asked, sent, browse):
    agent = opened.actor(cast.agent)
    with told("2026-02-11 10:00"):
        made = [sent]
        for _n in range(6):
            quote = drafting.draft(agent, opened.held(cast.agent, asked), typed())
            made.append(quote.number)
        for number in made[1:]:
            if number != made[1]:
                drafting.send(agent, held(number))
        confirming.ask_change(opened.actor(cast.owner), held(made[2]), "smaller", "王小明")
        both(cast, made[3])
        both(cast, made[4])
        delivering.ask_extension(agent, held(made[4]), Side.PROVIDER, held(made[4]).valid_until, "ill")
        both(cast, made[5])
        delivering.start(agent, held(made[5]))
        delivering.deliver(agent, held(made[5]), "there")
        confirming.turn_down(opened.actor(cast.client_manager), held(made[6]), "no")
    with on("2026-02-11 10:01"):
        for turn in Turn:
            found = {q.number for q in listing.page(agent, Wish([turn]), 50)}
            assert found == {n for n in made if record.turn_of(held(n)) is turn}, turn
        browser = browse(cast.agent)
        browser.get("/desk/quotes")
        with counted() as few:
            assert f"Q-{made[0]}" in browser.get("/desk/quotes?show=client").text
        with counted() as many:
            page = browser.get("/desk/quotes").text
        assert page.count('class="num" href="/desk/quotes/') == 6
        assert len(many) <= len(few) + 1 <= 11, str(many)
        with counted() as own:
            assert browse(cast.client_manager).get("/quotes").status_code == 200
        assert len(own) <= 9, str(own)


def test_nothing_is_double_when_two_confirm_at_the_same_time(cast, sent, db_session):
    """The second waits for the first, and reads why it is too late."""
    who, proof = opened.actor(cast.client_manager), Proof(Evidence.PORTAL, "Chen Bo")
    with told("2026-02-11 10:00"):
        confirming.confirm(who, held(sent), Side.CLIENT, proof)
    with told("2026-02-11 10:00"), pytest.raises(record.QuoteRefused):
        confirming.confirm(who, held(sent), Side.CLIENT, proof)
    with transaction():
        assert len(held(sent).confirmations) == 1
