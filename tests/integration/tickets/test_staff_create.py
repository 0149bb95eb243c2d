"""Requests that staff enter: finding the caller, what came when, a call logged with it in one go."""

import io
import re
from datetime import UTC, datetime, timedelta

import pytest

from portal.infra.db import db
from portal.infra.transaction import transaction
from portal.kernel import clock
from portal.kernel.actor import ClientRole
from portal.people.models import Contact, ContactPhone, Membership
from portal.tickets.models.ticket import Attachment, Ticket, TicketSeen, TimelineEntry, WorkLog
from portal.tickets.rules.words import Channel, Outcome, Status
from tests.integration.tickets import opened
from tests.support.queries import counted


def found(browser, who):
    """Names and organisations of the people found."""
    text = browser.get("/desk/tickets/callers", query_string={"who": who}).text
    return re.findall(r"<b>([^<]+)</b> <span>([^<]+)</span>", text)


def address(cast, organisation=None, contact=None):
    organisation_id = (organisation or cast.harbour).id
    return f"/desk/tickets/new?organisation={organisation_id}&contact={contact or cast.owner.contact_id}"


def sent(**fields):
    return {
        "channel": "phone", "subject": "No paper", "symptoms": "The till prints nothing.", "kind": "fault", "urgency": "high",
        "device_id": "", "submission": "form-1", "minutes": "5", **fields,
    }  # fmt: skip


class TestTheCaller:
    @pytest.mark.parametrize(
        "who", ["王", "小明", "8000", "138 0013 8000", "+86-138-0013-8000", "013800138000", "OWNER@harbour"]
    )
    def test_is_found_by_name_by_address_and_by_any_spelling_of_the_number(self, cast, as_user, who):
        assert ("王小明", "海港物流 Harbour Logistics") in found(as_user(cast.agent), who)

    def test_an_organisation_brings_its_people_and_nobody_elses(self, cast, as_user):
        names = [name for name, _ in found(as_user(cast.agent), "harbour log")]
        assert sorted(names) == sorted(["王小明", "Li Na", "Chen Bo"])

    def test_who_belongs_to_two_organisations_is_offered_for_each(self, cast, as_user):
        with transaction():
            db.session.add(
                Membership(
                    organisation_id=cast.elm.id, contact_id=cast.owner.contact_id, role=ClientRole.MEMBER
                )
            )
        places = [place for _, place in found(as_user(cast.agent), "王小明")]
        assert sorted(places) == ["Elm Dental", "海港物流 Harbour Logistics"]

    @pytest.mark.parametrize("who", ["", "  ", "12", "%", "_", "nobody at all", "x" * 5000, "'; --", "\x00"])
    def test_nonsense_finds_nobody(self, cast, as_user, who):
        assert found(as_user(cast.agent), who) == []

    def test_staff_and_people_who_left_are_not_found(self, cast, as_user):
        with transaction():
            db.session.get(Contact, cast.colleague.contact_id).active = False
            gone = db.session.query(Membership).filter_by(contact_id=cast.client_manager.contact_id).one()
            gone.active = False
        browser = as_user(cast.agent)
        for name in ("Li Na", "Chen Bo", "Ada Agent"):
            assert found(browser, name) == []

    def test_at_most_twenty_are_listed_in_a_fixed_number_of_queries(self, cast, as_user):
        with transaction():
            for n in range(25):
                person = Contact(name=f"Twin {n:02}", created_at=clock.now())
                person.phones.append(ContactPhone(number=f"555{n:04}", digits=f"555{n:04}"))
                person.memberships.append(Membership(organisation_id=cast.elm.id, role=ClientRole.MEMBER))
                db.session.add(person)
        browser = as_user(cast.agent)
        with counted() as statements:
            assert len(found(browser, "twin")) == 20
        assert len(statements) <= 6, statements

    def test_without_scripts_it_is_a_page(self, cast, as_user):
        text = as_user(cast.agent).get("/desk/tickets/new?who=owner").text
        assert "<!doctype html>" in text.lower()
        assert f"contact={cast.owner.contact_id}" in text


class TestTheForm:
    def test_opens_a_ticket_of_the_caller(self, cast, as_user):
        answer = as_user(cast.agent).post(address(cast), data=sent(device_id=cast.till.id))
        ticket = db.session.query(Ticket).one()
        assert (answer.status_code, answer.location) == (303, f"/desk/tickets/{ticket.number}")
        assert (ticket.organisation_id, ticket.requester_id) == (cast.harbour.id, cast.owner.contact_id)
        assert (ticket.channel, ticket.device_id, ticket.status) == (Channel.PHONE, cast.till.id, Status.NEW)
        entry = db.session.query(TimelineEntry).one()
        assert (entry.side, entry.details) == ("client", {"entered_by": "Ada Agent"})
        assert db.session.query(TicketSeen.entry_id).one() == (entry.id,), "who entered it has read it"
        assert as_user(cast.owner).get(f"/requests/{ticket.number}").status_code == 200

    def test_a_letter_counts_from_the_day_it_came(self, cast, as_user):
        fields = sent(channel="letter", received_on="2026-01-08")
        as_user(cast.agent).post(address(cast), data=fields)
        ticket = db.session.query(Ticket).one()
        came = datetime(2026, 1, 7, 16, tzinfo=UTC)
        assert (ticket.channel, ticket.received_at, ticket.unanswered_since) == (Channel.LETTER, came, came)

    def test_a_scan_goes_with_it(self, cast, as_user):
        fields = sent(channel="fax", files=(io.BytesIO(b"%PDF-1.4 fax"), "fax.pdf"))
        as_user(cast.agent).post(address(cast), data=fields)
        assert db.session.query(Attachment.name).one() == ("fax.pdf",)

    def test_the_call_is_logged_in_the_same_step(self, cast, as_user):
        fields = sent(log_call="y", minutes="9", advice="Hold FEED", outcome="client_tries")
        as_user(cast.agent).post(address(cast), data=fields)
        ticket, log = db.session.query(Ticket).one(), db.session.query(WorkLog).one()
        assert (log.minutes, log.outcome, log.contact_id) == (9, Outcome.CLIENT_TRIES, cast.owner.contact_id)
        assert (log.advice, log.symptom) == ("Hold FEED", "The till prints nothing.")
        assert (ticket.status, ticket.unanswered_since) == (Status.IN_PROGRESS, None)

    def test_sent_twice_it_opens_one_ticket_and_logs_one_call(self, cast, as_user):
        browser = as_user(cast.agent)
        fields = sent(log_call="y", minutes="9", outcome="client_tries")
        first = browser.post(address(cast), data=fields)
        assert browser.post(address(cast), data=fields).location == first.location
        assert (db.session.query(Ticket).count(), db.session.query(WorkLog).count()) == (1, 1)

    @pytest.mark.parametrize(
        ("wrong", "sentence"),
        [
            ({"subject": ""}, "Write one line, so that we know what it is about."),
            ({"subject": "x" * 201}, "This is 1 character too long; 200 fit."),
            ({"symptoms": ""}, "Write down what the client told you."),
            ({"symptoms": "打" * 50_002}, "This is 2 characters too long; 50000 fit."),
            ({"received_on": "2099-01-01"}, "That lies in the future."),
            ({"received_on": "0001-01-01"}, "Write the day such as"),
            ({"received_on": "soon"}, "Write the day such as"),
            ({"received_time": "10:00"}, "Write the day, too."),
            ({"received_on": "2026-01-08", "received_time": "25:00"}, "Write the time such as"),
            ({"log_call": "y", "minutes": "5"}, "What came of it?"),
            ({"log_call": "y", "minutes": "", "outcome": "solved"}, "How many minutes did it take?"),
            ({"log_call": "y", "channel": "fax", "outcome": "solved"}, "Only a request that came by phone"),
        ],
    )
    def test_what_is_wrong_is_said_and_the_rest_stays(self, cast, as_user, wrong, sentence):
        fields = sent(advice="Hold FEED", **wrong)
        answer = as_user(cast.agent).htmx("POST", address(cast), data=fields)
        assert answer.status_code == 422
        assert answer.text.lstrip().startswith('<div id="ticket-create-form"')
        assert sentence in answer.text
        assert "Hold FEED</textarea>" in answer.text
        assert db.session.query(Ticket).count() == 0

    def test_a_plain_form_gets_the_whole_page_back(self, cast, as_user):
        answer = as_user(cast.agent).post(address(cast), data=sent(subject=""))
        assert answer.status_code == 422
        assert "<!doctype html>" in answer.text.lower()
        assert "The till prints nothing.</textarea>" in answer.text

    def test_a_contact_is_not_believed_to_belong_to_an_organisation(self, cast, as_user):
        browser = as_user(cast.agent)
        path = address(cast, cast.elm)
        assert browser.get(path).status_code == 404
        assert browser.post(path, data=sent()).status_code == 404
        assert browser.get(address(cast, cast.provider, cast.agent.contact_id)).status_code == 404
        assert browser.get("/desk/tickets/new?organisation=999&contact=999").status_code == 404
        assert db.session.query(Ticket).count() == 0

    def test_a_device_of_another_organisation_is_neither_offered_nor_taken(self, cast, as_user):
        browser = as_user(cast.agent)
        assert "Chair 1 PC" not in browser.get(address(cast)).text
        assert browser.post(address(cast), data=sent(device_id=cast.chair.id)).status_code == 422
        assert db.session.query(Ticket).count() == 0

    def test_a_call_of_this_morning_may_be_entered_at_noon(self, cast, as_user):
        started = clock.now() - timedelta(hours=3)
        shanghai = started + timedelta(hours=8)
        fields = sent(
            log_call="y", minutes="4", outcome="call_again",
            received_on=f"{shanghai:%Y-%m-%d}", received_time=f"{shanghai:%H:%M}",
        )  # fmt: skip
        as_user(cast.agent).post(address(cast), data=fields)
        ticket, log = db.session.query(Ticket).one(), db.session.query(WorkLog).one()
        assert ticket.received_at == log.started_at == started.replace(second=0, microsecond=0)
        assert opened.look(cast.agent, ticket.number).first_response_at == ticket.received_at
