"""Leave to touch data: asked with one click, answered in the portal or by a link that works once, and needed for the log."""

import re
from datetime import timedelta

import pytest

from portal.contracts.queries import formbook
from portal.contracts.service import entering
from portal.infra.db import db
from portal.infra.transaction import transaction
from portal.kernel import clock, refs
from portal.notify.models import Delivery, DeliveryState, Reason
from portal.notify.service import LINK, with_secret
from portal.tickets.models.attempts import DataConsent
from portal.tickets.models.ticket import TimelineEntry, WorkLog
from portal.tickets.rules.words import Outcome, Phase
from portal.tickets.service import work
from tests import cast as people
from tests.integration.tickets import opened

pytestmark = pytest.mark.rule("TS-09")
SCOPE = "Open and repair the journal of till 2"


TABLE = '[data_consent]\nclause = "二.2.2"\n\n'


def signed(cast, text):
    """A contract of the harbour with this wording."""
    blanks = {"starts_on": "2026-01-01", "ends_on": "2099-12-31", "visit_price": "800.00"}
    with transaction():
        made, _ = entering.enter(
            people.actor(cast.administrator), entering.NewContract("C-1", cast.harbour.id, text, blanks)
        )
        for side in ("client", "provider"):
            entering.sign(made.versions[0], side, "王敏", clock.now())
    return made


@pytest.fixture
def contract(cast):
    """One whose form asks for leave (二.2.2)."""
    return signed(cast, formbook.printed("annual_support").text)


@pytest.fixture
def number(cast, contract):
    """A request that was called about: the remote session comes next."""
    made = opened.ticket(cast, device_id=cast.till.id)
    with transaction():
        call = work.Work(clock.now(), 5, Outcome.NOT_SOLVABLE, why_not="It needs a look")
        work.log_call(people.actor(cast.agent), opened.held(cast.agent, made), call)
    return made


def ask(cast, as_user, number, **fields):
    given = {"contact_id": cast.owner.contact_id, "scope": SCOPE, "hours": "24", **fields}
    return as_user(cast.agent).post(f"/desk/tickets/{number}/consents", data=given)


def consent():
    db.session.expire_all()
    return db.session.query(DataConsent).one()


def link(run_jobs):
    """The secret address, from the mail as it leaves."""
    run_jobs()
    delivery = db.session.query(Delivery).filter_by(message="consent_asked_of_client").one()
    text, html = with_secret(delivery)
    assert LINK in delivery.text, "the stored text has no secret"
    found = re.search(r"https?://\S+/consent/\S+", text)
    assert found
    assert found[0] in html
    return found[0]


def remote(browser, number, **fields):
    given = {
        "minutes": "9", "advice": "Repaired the journal", "outcome": "solved", "touches_data": "y",
        "last_backup": "Last night, to the NAS", **fields,
    }  # fmt: skip
    return browser.htmx("POST", f"/desk/tickets/{number}/remote", data=given)


@pytest.mark.rule("TS-17")
def test_invariant_45_data_is_touched_only_with_a_consent_given_by_the_mailed_link(
    cast, as_user, client, run_jobs, number
):
    refused = remote(as_user(cast.agent), number)
    assert refused.status_code == 422
    assert "only with the client&#39;s consent" in refused.text
    assert "Repaired the journal</textarea>" in refused.text
    assert db.session.query(WorkLog).filter_by(phase=Phase.REMOTE).count() == 0

    assert ask(cast, as_user, number).status_code == 303
    address = link(run_jobs)
    assert address.startswith("http://portal.test/"), "from the configured address, never from Host"
    path = address[address.index("/consent/") :]
    row = consent()
    assert row.clause == "二.2.2"
    assert path.rpartition("/")[2] not in (row.token_hash, row.salt)
    assert row.token_hash == refs.hash_of(path.rpartition("/")[2])

    page = client.get(path)
    assert (page.status_code, SCOPE in page.text) == (200, True)
    assert consent().answered_at is None, "looking at it is no answer"
    assert client.post(path, data={"answer": "yes"}).status_code == 200
    row = consent()
    assert (row.granted, row.by_link, row.answered_by_id) == (True, True, cast.owner.contact_id)
    assert row.holds_until - row.answered_at == timedelta(hours=24)

    assert remote(as_user(cast.agent), number).status_code == 204
    log = db.session.query(WorkLog).filter_by(phase=Phase.REMOTE).one()
    assert (log.touches_data, log.last_backup) == (True, "Last night, to the NAS")
    assert SCOPE in as_user(cast.agent).htmx("GET", f"/desk/tickets/{number}/ladder").text
    lines = [
        e.details["step"]
        for e in db.session.query(TimelineEntry)
        if (e.details or {}).get("what") == "consent"
    ]
    assert lines == ["asked", "granted"]


def test_a_link_works_once(cast, as_user, client, run_jobs, number):
    ask(cast, as_user, number)
    path = link(run_jobs)
    path = path[path.index("/consent/") :]
    client.post(path, data={"answer": "no"})
    for answer in ("yes", "no"):
        again = client.post(path, data={"answer": answer})
        assert again.status_code == 410
        assert "answered already: no" in again.text
    assert client.get(path).status_code == 410
    assert consent().granted is False
    assert remote(as_user(cast.agent), number).status_code == 422


def test_a_link_that_is_too_old_says_so_and_changes_nothing(cast, as_user, client, run_jobs, number):
    ask(cast, as_user, number)
    path = link(run_jobs)
    path = path[path.index("/consent/") :]
    with transaction():
        consent().answer_until = clock.now() - timedelta(seconds=1)
    answer = client.post(path, data={"answer": "yes"})
    assert (answer.status_code, "too old" in answer.text) == (410, True)
    assert consent().granted is None


def test_a_link_is_for_the_person_it_was_sent_to(cast, as_user, run_jobs, number):
    ask(cast, as_user, number)
    path = link(run_jobs)
    path = path[path.index("/consent/") :]
    for who in (cast.stranger, cast.colleague, cast.client_manager, cast.agent):
        for answer in (as_user(who).get(path), as_user(who).post(path, data={"answer": "yes"})):
            assert answer.status_code == 404
            assert SCOPE not in answer.text
    assert as_user(cast.owner).post(path, data={"answer": "yes"}).status_code == 200


@pytest.mark.parametrize("token", ["x", "A" * 43, "%00", "..", "x" * 3000])
@pytest.mark.databases("sqlite")
def test_a_made_up_link_leads_nowhere(cast, client, token):
    assert client.get(f"/consent/{token}").status_code == 404
    assert client.post(f"/consent/{token}", data={"answer": "yes"}).status_code == 404


def test_one_click_in_the_portal_is_enough_and_can_be_taken_back(cast, as_user, number):
    ask(cast, as_user, number)
    path = f"/requests/{number}/consents/{consent().id}"
    owner = as_user(cast.owner)
    assert SCOPE in owner.htmx("GET", f"/requests/{number}/ladder").text
    owner.post(f"{path}/answer", data={"answer": "yes"})
    assert consent().granted is True
    twice = owner.post(f"{path}/answer", data={"answer": "no"}, follow_redirects=True)
    assert "已经答复过：可以" in twice.text
    owner.post(f"{path}/withdraw")
    assert consent().withdrawn_at is not None
    later = {"started_at": f"{clock.now() + timedelta(hours=8):%Y-%m-%dT%H:%M}", "minutes": "0"}
    with transaction():
        row = consent()
        row.withdrawn_at -= timedelta(minutes=5)
        row.answered_at -= timedelta(minutes=10)
    assert remote(as_user(cast.agent), number, **later).status_code == 422


def test_a_manager_of_the_organisation_may_answer_and_nobody_else_who_sees_it(cast, as_user, number):
    ask(cast, as_user, number)
    path = f"/requests/{number}/consents/{consent().id}/answer"
    as_user(cast.owner).post(
        f"/requests/{number}/participants", data={"contact_id": cast.colleague.contact_id}
    )
    for who in (cast.colleague, cast.stranger):
        assert as_user(who).post(path, data={"answer": "yes"}).status_code == 404
    as_user(cast.client_manager).post(path, data={"answer": "yes"})
    assert consent().answered_by_id == cast.client_manager.contact_id


@pytest.mark.databases("sqlite")
def test_what_cannot_be_asked_is_said(cast, as_user, number):
    assert ask(cast, as_user, number, scope="").status_code == 422
    assert ask(cast, as_user, number, hours="9000").status_code == 422
    assert ask(cast, as_user, number, contact_id=cast.stranger.contact_id).status_code == 422
    assert ask(cast, as_user, number, scope="x" * 501).status_code == 422
    assert db.session.query(DataConsent).count() == 0
    ask(cast, as_user, number)
    assert "has not answered yet" in ask(cast, as_user, number).text
    assert db.session.query(DataConsent).count() == 1


def test_a_mail_for_a_question_that_was_taken_back_is_not_sent(cast, as_user, run_jobs, number):
    ask(cast, as_user, number)
    as_user(cast.agent).post(f"/desk/tickets/{number}/consents/{consent().id}/withdraw")
    run_jobs()
    assert db.session.query(Delivery).filter_by(message="consent_asked_of_client").count() == 0


def test_a_mail_that_waits_while_the_client_answers_is_withheld(cast, as_user, run_jobs, number):
    from portal.notify import service

    ask(cast, as_user, number)
    link(run_jobs)
    delivery = db.session.query(Delivery).filter_by(message="consent_asked_of_client").one()
    as_user(cast.owner).post(f"/requests/{number}/consents/{consent().id}/answer", data={"answer": "no"})
    with transaction():
        row = db.session.get(Delivery, delivery.id)
        row.state = DeliveryState.WAITING
        db.session.flush()
        assert service.claim(delivery.id) is None
    db.session.expire_all()
    row = db.session.get(Delivery, delivery.id)
    assert (row.state, row.reason) == (DeliveryState.WITHHELD, Reason.LINK_ENDED)


def test_before_data_is_touched_the_backup_is_asked_for(cast, as_user, number):
    answer = remote(as_user(cast.agent), number, last_backup="")
    assert (answer.status_code, "last backed up" in answer.text) == (422, True)


@pytest.mark.rule("TS-09")
@pytest.mark.databases("sqlite")
def test_a_wording_that_was_signed_before_the_form_had_the_table_asks_for_leave_by_its_clause(cast, as_user):
    text = formbook.printed("annual_support").text
    assert TABLE in text
    signed(cast, text.replace(TABLE, ""))
    number = opened.ticket(cast, device_id=cast.till.id)
    with transaction():
        call = work.Work(clock.now(), 5, Outcome.NOT_SOLVABLE, why_not="It needs a look")
        work.log_call(people.actor(cast.agent), opened.held(cast.agent, number), call)
    assert "二.2.2" in as_user(cast.agent).htmx("GET", f"/desk/tickets/{number}/ladder").text
    answer = remote(as_user(cast.agent), number)
    assert (answer.status_code, "none held at that time" in answer.text) == (422, True)
    assert db.session.query(WorkLog).filter_by(phase=Phase.REMOTE).count() == 0


def test_where_no_contract_asks_for_leave_it_may_be_asked_for_and_is_not_needed(cast, as_user):
    number = opened.ticket(cast, device_id=cast.till.id)
    with transaction():
        call = work.Work(clock.now(), 5, Outcome.NOT_SOLVABLE, why_not="It needs a look")
        work.log_call(people.actor(cast.agent), opened.held(cast.agent, number), call)
    assert "No contract asks for it" in as_user(cast.agent).htmx("GET", f"/desk/tickets/{number}/ladder").text
    assert remote(as_user(cast.agent), number).status_code == 204
    assert db.session.query(WorkLog).filter_by(phase=Phase.REMOTE).one().touches_data is True
