"""Raising a request by web."""

import io
import re
from html import unescape

import pytest
from flask import Flask

from portal.tickets.models.ticket import Attachment, Participant, Ticket, TimelineEntry
from tests.integration.tickets import opened

FORM = {
    "symptoms": "The till prints nothing.\nSince nine.",
    "urgency": "high",
    "kind": "fault",
    "device_id": "",
}


class Body(io.RawIOBase):
    """A multipart body with the form and one file of so many zero bytes; it lies in no memory."""

    def __init__(self, fields: dict[str, str], name: str, size: int) -> None:
        parts = [
            f'--cut\r\nContent-Disposition: form-data; name="{k}"\r\n\r\n{v}\r\n' for k, v in fields.items()
        ]
        parts.append(f'--cut\r\nContent-Disposition: form-data; name="files"; filename="{name}"\r\n\r\n')
        self.head, self.tail = "".join(parts).encode(), b"\r\n--cut--\r\n"
        self.end_of_file = len(self.head) + size
        self.length, self.at = self.end_of_file + len(self.tail), 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self.at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self.at = offset + {io.SEEK_SET: 0, io.SEEK_CUR: self.at, io.SEEK_END: self.length}[whence]
        return self.at

    def readinto(self, buffer) -> int:
        if self.at < len(self.head):
            chunk = self.head[self.at :][: len(buffer)]
        elif self.at < self.end_of_file:
            chunk = bytes(min(len(buffer), self.end_of_file - self.at))
        else:
            chunk = self.tail[self.at - self.end_of_file :][: len(buffer)]
        buffer[: len(chunk)] = chunk
        self.at += len(chunk)
        return len(chunk)


def kept_tokens(answer) -> list[str]:
    return [unescape(t) for t in re.findall(r'name="kept_file" value="([^"]+)"', answer.text)]


def number_of(answer) -> int:
    return int(answer.headers["Location"].rpartition("/")[2])


def test_the_form_offers_the_devices_of_the_own_organisation_alone(cast, as_user):
    text = as_user(cast.owner).get("/requests/new").text
    assert "Till 2 (HL-0002)" in text
    assert "Chair 1 PC" not in text


def test_only_what_happens_must_be_told(cast, as_user, db_session):
    answer = as_user(cast.owner).post("/requests/new", data=FORM)
    assert answer.status_code == 303
    ticket = opened.look(cast.owner, number_of(answer))
    assert ticket.subject == "The till prints nothing."
    assert (ticket.urgency, ticket.kind, ticket.channel) == ("high", "fault", "web")
    assert ticket.requester_id == cast.owner.contact_id


def test_the_page_after_it_names_the_number(cast, as_user):
    browser = as_user(cast.client_manager)
    answer = browser.post("/requests/new", data=FORM)
    page = browser.get(answer.headers["Location"])
    assert f"Your request T-{number_of(answer)} is with us" in page.text


def test_a_long_first_line_becomes_a_short_subject(cast, as_user):
    words = (
        "Since this morning the label printer in the store prints only white lines and then stops with a red light "
        * 2
    )
    answer = as_user(cast.owner).post("/requests/new", data=FORM | {"symptoms": words})
    subject = opened.look(cast.owner, number_of(answer)).subject
    assert len(subject) <= 81
    assert subject.endswith("…")
    assert words.startswith(subject[:-1])


def test_device_colleague_and_file_come_along(cast, as_user, db_session):
    answer = as_user(cast.owner).post(
        "/requests/new",
        data=FORM
        | {
            "device_id": str(cast.till.id),
            "participants": [str(cast.colleague.contact_id)],
            "files": [(io.BytesIO(b"\x89PNG\r\n\x1a\n" + bytes(20)), "till.png")],
        },
    )
    ticket = opened.look(cast.owner, number_of(answer))
    assert (ticket.device_id, ticket.site_id) == (cast.till.id, cast.warehouse.id)
    assert [p.contact_id for p in ticket.participants] == [cast.colleague.contact_id]
    (file,) = db_session.query(Attachment).all()
    assert (file.name, file.content_type) == ("till.png", "image/png")
    assert as_user(cast.colleague).get(f"/requests/{ticket.number}").status_code == 200


def test_sent_twice_it_opens_one_request(cast, as_user, db_session):
    browser = as_user(cast.owner)
    page = browser.get("/requests/new").text
    key = re.search(r'name="submission"[^>]*value="([^"]+)"', page)[1]
    first = browser.post("/requests/new", data=FORM | {"submission": key})
    second = browser.post("/requests/new", data=FORM | {"submission": key})
    assert first.headers["Location"] == second.headers["Location"]
    assert db_session.query(Ticket).count() == 1
    assert db_session.query(TimelineEntry).count() == 1


def test_another_text_from_the_same_page_is_another_request(cast, as_user, db_session):
    browser = as_user(cast.owner)
    browser.post("/requests/new", data=FORM | {"submission": "one"})
    browser.post("/requests/new", data=FORM | {"submission": "one", "symptoms": "And the scale, too."})
    assert db_session.query(Ticket).count() == 2


def test_nothing_told_is_refused_beside_the_field(cast, as_user, db_session):
    answer = as_user(cast.client_manager).post(
        "/requests/new", data=FORM | {"symptoms": "  ", "subject": "Till 2"}
    )
    assert answer.status_code == 422
    assert "Tell us what happens, in a few words." in answer.text
    assert 'value="Till 2"' in answer.text
    assert db_session.query(Ticket).count() == 0


def test_an_over_long_subject_is_refused_with_what_was_typed(cast, as_user, db_session):
    answer = as_user(cast.client_manager).post("/requests/new", data=FORM | {"subject": "x" * 203})
    assert answer.status_code == 422
    assert "This is 3 characters too long; 200 fit." in answer.text
    assert "x" * 203 in answer.text
    assert "The till prints nothing." in answer.text
    assert db_session.query(Ticket).count() == 0


def test_over_long_symptoms_are_refused_with_what_was_typed(cast, as_user):
    answer = as_user(cast.client_manager).post("/requests/new", data=FORM | {"symptoms": "长" * 20_001})
    assert answer.status_code == 422
    assert "This is 1 character too long" in answer.text
    assert "长" * 20_001 in answer.text


def test_a_program_is_refused_and_the_good_file_is_kept(cast, as_user, db_session):
    browser = as_user(cast.client_manager)
    files = [(io.BytesIO(b"MZ"), "setup.exe"), (io.BytesIO(b"hello"), "note.txt", "text/plain")]
    refused = browser.post("/requests/new", data=FORM | {"files": files})
    assert refused.status_code == 422
    assert "setup.exe is a program" in refused.text
    assert "The till prints nothing." in refused.text
    (token,) = kept_tokens(refused)
    answer = browser.post("/requests/new", data=FORM | {"kept_file": token})
    assert answer.status_code == 303
    assert [a.name for a in db_session.query(Attachment).all()] == ["note.txt"]


def test_a_kept_file_that_was_unticked_is_gone(cast, as_user, db_session):
    browser = as_user(cast.owner)
    files = [(io.BytesIO(b"MZ"), "setup.exe"), (io.BytesIO(b"hello"), "note.txt", "text/plain")]
    assert kept_tokens(browser.post("/requests/new", data=FORM | {"files": files}))
    browser.post("/requests/new", data=FORM)
    assert db_session.query(Attachment).count() == 0


def test_an_invented_token_brings_no_file(cast, as_user, db_session):
    as_user(cast.owner).post("/requests/new", data=FORM | {"kept_file": "eyJzaGEyNTYiOiIwIn0.x.y"})
    assert db_session.query(Attachment).count() == 0
    assert db_session.query(Ticket).count() == 1


@pytest.mark.databases("sqlite")
def test_a_file_of_100_megabytes_is_refused_in_a_sentence_and_the_text_is_kept(cast, as_user, db_session):
    body = Body(FORM, "film.mp4", 100_000_000)
    answer = as_user(cast.client_manager).post(
        "/requests/new",
        input_stream=io.BufferedReader(body),
        content_type="multipart/form-data; boundary=cut",
        content_length=body.length,
    )
    assert answer.status_code == 422
    assert "film.mp4 is larger than 25.0 MB" in answer.text
    assert "The till prints nothing." in answer.text
    assert db_session.query(Ticket).count() == 0


def test_a_device_of_another_organisation_is_not_a_choice(cast, as_user, db_session):
    answer = as_user(cast.client_manager).post("/requests/new", data=FORM | {"device_id": str(cast.chair.id)})
    assert answer.status_code == 422
    assert "Choose one of the list." in answer.text
    assert db_session.query(Ticket).count() == 0


def test_people_and_organisations_of_others_are_not_taken(cast, as_user, db_session):
    sent = FORM | {"participants": [str(cast.stranger.contact_id)], "organisation_id": str(cast.elm.id)}
    answer = as_user(cast.owner).post("/requests/new", data=sent)
    assert answer.status_code == 422
    as_user(cast.owner).post("/requests/new", data=FORM | {"participants": [str(cast.stranger.contact_id)]})
    assert db_session.query(Participant).count() == 0


@pytest.mark.parametrize("field", ["urgency", "kind", "device_id"])
def test_a_value_that_is_no_choice_is_refused(cast, as_user, field):
    answer = as_user(cast.client_manager).post("/requests/new", data=FORM | {field: "nonsense"})
    assert answer.status_code == 422
    assert "Choose one of the list." in answer.text


def test_htmx_gets_the_form_alone_when_refused_and_an_address_when_done(cast, as_user):
    browser = as_user(cast.owner)
    refused = browser.htmx("POST", "/requests/new", data=FORM | {"symptoms": ""})
    assert refused.status_code == 422
    assert refused.text.lstrip().startswith('<div id="ticket-create"')
    done = browser.htmx("POST", "/requests/new", data=FORM)
    assert (done.status_code, done.headers["HX-Redirect"][:10]) == (204, "/requests/")


class TestWithSeveralOrganisations:
    @pytest.fixture
    def both(self, cast, as_user):
        """The colleague belongs to Elm, too."""
        from portal.infra.db import db
        from portal.infra.transaction import transaction
        from portal.kernel.actor import ClientRole
        from portal.people.models import Membership

        with transaction():
            db.session.add(
                Membership(
                    organisation_id=cast.elm.id, contact_id=cast.colleague.contact_id, role=ClientRole.MEMBER
                )
            )
        return as_user(cast.colleague)

    def test_the_devices_follow_the_organisation_without_scripts(self, cast, both):
        page = both.get("/requests/new").text
        assert "Chair 1 PC" not in page
        assert "Till 2" not in page
        answer = both.post(
            "/requests/new", data=FORM | {"organisation_id": str(cast.harbour.id), "choose": "1"}
        )
        assert answer.status_code == 200
        assert "Till 2" in answer.text
        assert "Chair 1 PC" not in answer.text
        assert "The till prints nothing." in answer.text

    def test_the_devices_follow_the_organisation_with_htmx(self, cast, both):
        answer = both.htmx("GET", f"/requests/new/devices?organisation_id={cast.harbour.id}")
        assert "Till 2" in answer.text
        assert "Chair 1 PC" not in answer.text
        assert "Chen Bo" in answer.text

    def test_the_request_belongs_to_the_chosen_one(self, cast, both):
        sent = FORM | {"organisation_id": str(cast.harbour.id), "device_id": str(cast.till.id)}
        number = number_of(both.post("/requests/new", data=sent))
        assert opened.look(cast.client_manager, number).organisation_id == cast.harbour.id

    def test_it_is_never_guessed(self, cast, both):
        answer = both.post("/requests/new", data=FORM)
        assert answer.status_code == 422
        assert "Choose the organisation that this is for." in answer.text

    def test_a_link_may_choose_it_and_the_device(self, cast, both):
        text = both.get(f"/requests/new?organisation={cast.harbour.id}&device={cast.till.id}").text
        assert re.search(rf'<option selected value="{cast.till.id}">', text)

    def test_a_device_of_the_other_one_does_not_fit(self, cast, both):
        sent = FORM | {"organisation_id": str(cast.harbour.id), "device_id": str(cast.chair.id)}
        assert both.post("/requests/new", data=sent).status_code == 422


def test_devices_of_a_strangers_organisation_are_not_shown(cast, as_user):
    answer = as_user(cast.owner).get(f"/requests/new/devices?organisation_id={cast.elm.id}")
    assert "Chair 1 PC" not in answer.text


@pytest.mark.databases("sqlite")
def test_a_form_that_was_open_too_long_is_drawn_again_with_what_was_typed(make_app, sign_in):
    app: Flask = make_app()
    with app.app_context():
        from tests import cast as people

        user = people.make().client_manager
        browser = sign_in(app.test_client(), user)
    stale = browser.post("/requests/new", data=FORM | {"csrf_token": "old"})
    assert stale.status_code == 422
    assert "What you typed is still here" in stale.text
    assert "The till prints nothing." in stale.text
    token = re.search(r'name="csrf_token" value="([^"]+)"', stale.text)[1]
    assert browser.post("/requests/new", data=FORM | {"csrf_token": token}).status_code == 303
