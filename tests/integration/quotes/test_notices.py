"""What people are told of a quote, to whom, once; the link that answers it; and silence that counts from the notice alone."""

import re

import pytest
from sqlalchemy import select

from portal.infra.transaction import transaction
from portal.kernel import clock
from portal.notify import service as notify
from portal.notify.models import Delivery, DeliveryState, Reason
from portal.people.models import Membership
from portal.quotes.models import QuoteConfirmation, QuoteLink
from portal.quotes.rules.quoting import Evidence, Side, Stage
from portal.quotes.service import confirming, delivering, drafting, record
from portal.quotes.service.confirming import Proof
from tests.integration.dispatch.conftest import told
from tests.integration.quotes.conftest import both, held, typed
from tests.integration.quotes.test_pages import Browser, on
from tests.integration.tickets import opened


@pytest.fixture
def work(run_jobs):
    """`work("2026-02-10 10:01")`: the worker does at that time what is due."""

    def run(when):
        with on(when):
            run_jobs()

    return run


def mails(db_session, message):
    rows = db_session.scalars(select(Delivery).where(Delivery.message == message).order_by(Delivery.id))
    return {d.contact.name: d for d in rows}


def secret_of(delivery):
    text, _html = notify.with_secret(delivery)
    return re.search(r"/quote/\S+", text)[0]


@pytest.mark.rule("TS-30")
def test_the_manager_answers_by_the_link_once_and_it_shows_this_quote_alone(
    cast, sent, work, client, db_session
):
    work("2026-02-10 10:01")
    found = mails(db_session, "quote_sent_to_client")
    assert set(found) == {"王小明", "Chen Bo"}  # who asked, and who answers for the organisation
    assert "/quote/" not in "".join(notify.with_secret(found["王小明"]))
    assert found["王小明"].subject.endswith("报价单 Q-1001：Export")
    assert found["Chen Bo"].state is DeliveryState.KEPT
    path = secret_of(found["Chen Bo"])
    assert path not in found["Chen Bo"].text + found["Chen Bo"].html  # the secret is not stored
    with on("2026-02-11 09:00"):
        page = client.get(path)
        assert page.status_code == 200
        assert "3,000.00" in page.text
        assert "/tickets/" not in page.text + page.text.replace("/requests/", "/tickets/")
        assert client.get(path + "x").status_code == 404
        empty = client.post(path, data={"answer": "refuse", "refuse-reason": ""})
        assert empty.status_code == 422
        assert client.post(path, data={"answer": "nothing"}).status_code == 422
        assert not held(sent).confirmations  # looking and mistyping answer nothing
        assert client.post(path, data={"answer": "confirm"}).status_code == 200
        again = client.post(path, data={"answer": "confirm"})
        assert again.status_code == 410
        assert "This link was used already." in again.text
        assert "3,000.00" not in client.get(path).text
    row = db_session.scalar(select(QuoteConfirmation))
    assert (row.side, row.name, row.evidence) == (Side.CLIENT, "Chen Bo", Evidence.LINK)
    work("2026-02-11 09:01")
    assert set(mails(db_session, "quote_answered_to_staff")) == {"Ada Agent"}


@pytest.mark.databases("sqlite")
def test_a_link_ends_with_the_quotes_last_day_with_a_new_revision_and_with_the_right(
    cast, sent, work, client, as_user, db_session
):
    work("2026-02-10 10:01")
    path = secret_of(mails(db_session, "quote_sent_to_client")["Chen Bo"])
    with on("2026-04-01 00:01"):
        late = client.post(path, data={"answer": "confirm"})
    assert late.status_code == 410
    assert "This quote is no longer valid. Ask for a new one." in late.text
    with on("2026-02-11 09:00"):
        assert Browser(as_user, cast.stranger).get(path).status_code == 404
        assert Browser(as_user, cast.owner).get(path).status_code == 404
        with transaction():
            place = db_session.scalar(
                select(Membership).where(Membership.contact_id == cast.client_manager.contact_id)
            )
            place.active = False
        gone = client.post(path, data={"answer": "confirm"})
        assert "Only a manager of your organisation can answer this quote." in gone.text
        with transaction():
            db_session.get(Membership, place.id).active = True
    with told("2026-02-11 10:00"):
        drafting.revise(opened.actor(cast.agent), held(sent), typed(title="Smaller"))
    with on("2026-02-11 10:01"):
        old = client.post(path, data={"answer": "confirm"})
    assert "There is a newer revision of this quote" in old.text
    assert db_session.scalar(select(QuoteConfirmation)) is None
    assert len(db_session.scalars(select(QuoteLink)).all()) == 1


@pytest.mark.databases("sqlite")
def test_a_mail_that_comes_too_late_to_be_answered_does_not_leave(cast, sent, db_session, run_jobs):
    from portal.notify.handlers import quotes as handlers

    with told("2026-02-10 10:01"):
        handlers.quote_sent({"quote_id": held(sent).id})
        handlers.quote_sent({"quote_id": held(sent).id})
    with told("2026-02-10 10:02"):
        confirming.turn_down(opened.actor(cast.client_manager), held(sent), "too dear")
    with on("2026-02-10 10:03"):
        run_jobs()
    found = mails(db_session, "quote_sent_to_client")
    assert (found["Chen Bo"].state, found["Chen Bo"].reason) == (DeliveryState.WITHHELD, Reason.LINK_ENDED)
    assert (
        len(db_session.scalars(select(Delivery).where(Delivery.message == "quote_sent_to_client")).all()) == 2
    )


@pytest.mark.databases("sqlite")
def test_the_client_is_reminded_once_before_the_last_day(cast, sent, work, db_session):
    for when in ("2026-03-27 10:00", "2026-03-28 10:00", "2026-03-29 10:00"):
        with told(when):
            drafting.remind(clock.now())
        work(when)
        reminded = set(mails(db_session, "quote_ends_soon_to_client"))
        assert reminded == (set() if when == "2026-03-27 10:00" else {"王小明", "Chen Bo"})
    sent_path, again = (
        secret_of(mails(db_session, m)["Chen Bo"])
        for m in ("quote_sent_to_client", "quote_ends_soon_to_client")
    )
    assert sent_path == again


@pytest.mark.rule("TS-32")
def test_silence_counts_from_the_notice_and_not_from_one_that_came_back(cast, sent, work, db_session):
    """Invariant 41, from the mail to the acceptance."""
    with told("2026-02-11 10:00"):
        both(cast, sent)
        delivering.start(opened.actor(cast.agent), held(sent))
    with told("2026-03-02 16:00"):
        delivering.deliver(opened.actor(cast.agent), held(sent), "Version 2.4")
    assert held(sent).handovers[0].due_at is None
    work("2026-03-02 16:01")
    notices = mails(db_session, "quote_delivered_to_client")
    assert set(notices) == {"王小明", "Chen Bo"}
    assert str(held(sent).handovers[0].due_at.date()) == "2026-04-01"
    with told("2026-03-02 17:00"):
        notify.note_came_back(db_session.get(Delivery, notices["王小明"].id), "5.1.1", clock.now())
    assert held(sent).handovers[0].due_at is not None  # the other one arrived
    with told("2026-03-26 09:00"):
        delivering.watch(clock.now())
    work("2026-03-26 09:01")
    near = mails(db_session, "quote_acceptance_near_to_client")
    assert near["Chen Bo"].state is DeliveryState.KEPT
    assert near["王小明"].reason is Reason.BOUNCING
    with told("2026-04-02 00:05"):
        delivering.watch(clock.now())
        assert record.stage_of(held(sent)) is Stage.DEEMED_ACCEPTED
    work("2026-04-02 00:06")
    accepted = mails(db_session, "quote_accepted_to_staff")
    assert "by silence" in accepted["Ada Agent"].text


@pytest.mark.databases("sqlite")
def test_without_any_notice_that_arrived_no_day_counts(cast, sent, work, db_session):
    with told("2026-02-11 10:00"):
        both(cast, sent)
        delivering.start(opened.actor(cast.agent), held(sent))
        delivering.deliver(opened.actor(cast.agent), held(sent), "Version 2.4")
    work("2026-02-11 10:01")
    for notice in mails(db_session, "quote_delivered_to_client").values():
        with told("2026-02-11 11:00"):
            notify.note_came_back(db_session.get(Delivery, notice.id), "5.1.1", clock.now())
    with told("2026-12-31 10:00"):
        assert delivering.watch(clock.now()) == 0


@pytest.mark.databases("sqlite")
def test_wishes_defects_and_more_time_reach_the_other_side_alone(cast, sent, work, db_session):
    with told("2026-02-11 10:00"):
        confirming.ask_change(opened.actor(cast.owner), held(sent), "every week", "王小明")
    work("2026-02-11 10:01")
    with told("2026-02-11 11:00"):
        both(cast, sent)
        delivering.ask_extension(
            opened.actor(cast.agent), held(sent), Side.PROVIDER, typed().valid_until, "ill"
        )
    work("2026-02-11 11:01")
    with told("2026-02-11 12:00"):
        asked = held(sent).extensions[0]
        delivering.answer_extension(
            opened.actor(cast.client_manager), held(sent), asked, Side.CLIENT, "Chen Bo", agrees=True
        )
        delivering.start(opened.actor(cast.agent), held(sent))
        delivering.deliver(opened.actor(cast.agent), held(sent), "there")
        delivering.report_defects(opened.actor(cast.owner), held(sent), "not there")
    work("2026-02-11 12:01")
    people = {m: set(mails(db_session, m)) for m in (
        "quote_change_asked_to_staff", "quote_time_to_client", "quote_time_to_staff", "quote_defects_to_staff",
        "quote_delivered_to_client",
    )}  # fmt: skip
    assert people == {
        "quote_change_asked_to_staff": {"Ada Agent"}, "quote_time_to_client": {"王小明", "Chen Bo"},
        "quote_time_to_staff": {"Ada Agent"}, "quote_defects_to_staff": {"Ada Agent"}, "quote_delivered_to_client": set(),
    }  # fmt: skip
    elm = cast.stranger.contact_id
    assert db_session.scalar(select(Delivery).where(Delivery.contact_id == elm)) is None


def test_nobody_confirms_by_link_and_page_both(cast, sent, work, client, db_session):
    work("2026-02-10 10:01")
    path = secret_of(mails(db_session, "quote_sent_to_client")["Chen Bo"])
    with told("2026-02-11 09:00"):
        proof = Proof(Evidence.PORTAL, "Chen Bo", cast.client_manager.contact_id)
        confirming.confirm(opened.actor(cast.client_manager), held(sent), Side.CLIENT, proof)
    with on("2026-02-11 09:05"):
        said = client.post(path, data={"answer": "confirm"})
    assert "This side has confirmed the quote already." in said.text
    assert len(db_session.scalars(select(QuoteConfirmation)).all()) == 1
