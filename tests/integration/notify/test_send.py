"""A delivery leaves by a real SMTP server, or lies in the folder: at least once, always under one Message-ID."""

import email
import io
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text

from portal.infra import files, jobs
from portal.infra.db import db
from portal.infra.transaction import transaction
from portal.kernel import clock, refs
from portal.notify.models import DeliveryState, Reason
from portal.people.models import User
from portal.people.rules.links import LinkPurpose
from portal.people.service import links, users
from portal.tickets.models.ticket import TicketMessageId
from portal.tickets.rules.words import Channel, ClosureCode
from portal.tickets.service import conversation, record, status
from portal.tickets.service.record import Words
from portal.web.uploads import StoredFile
from tests.cast import Cast
from tests.integration.notify.conftest import (
    Open,
    all_due,
    deliveries,
    parts_of,
    subject_of,
)
from tests.support import network
from tests.support.databases import SECRET

pytestmark = pytest.mark.both

Act = Callable[..., Any]
Run = Callable[[], int]


def test_a_mail_bears_its_threading_its_signed_reply_address_and_both_forms(
    open_ticket: Open, act: Act, cast: Cast, run_jobs: Run, through: Any
) -> None:
    ticket = open_ticket("打印机 jammed", channel=Channel.MAIL)
    with transaction():
        record.remember_message_id(ticket.id, "<first@harbour.example>", clock.now(), outgoing=False)
    run_jobs()
    act(conversation.reply, cast.agent, ticket, Words("请重启。"))
    run_jobs()
    acknowledgement, reply = (r.message for r in through.wait_for(2))
    assert [r.recipients for r in through.received] == [("owner@harbour.example",)] * 2
    assert [r.sender for r in through.received] == ["support@portal.example"] * 2
    assert acknowledgement["In-Reply-To"] == "<first@harbour.example>"
    assert acknowledgement["Auto-Submitted"] == "auto-replied"
    assert reply["In-Reply-To"] == acknowledgement["Message-ID"]
    assert reply["References"].split() == ["<first@harbour.example>", acknowledgement["Message-ID"]]
    assert reply["Auto-Submitted"] is None
    assert reply["Reply-To"] == refs.reply_address(SECRET, "support@portal.example", ticket.number)
    assert reply["From"] == "Lantern Support <support@portal.example>"
    assert reply["Message-ID"].endswith("@portal.example>")
    assert subject_of(reply) == f"[T-{ticket.number}] 打印机 jammed"
    assert reply["Content-Language"] == "zh-Hans"
    assert [k for k in reply.keys() if k.lower().startswith("list-")] == []  # noqa: SIM118
    parts = parts_of(reply)
    assert set(parts) == {"text/plain", "text/html"}
    assert all("请重启。" in part for part in parts.values())
    kept = set(db.session.scalars(select(TicketMessageId.message_id).where(TicketMessageId.outgoing)))
    assert kept == {acknowledgement["Message-ID"], reply["Message-ID"]}


def test_a_person_threads_only_by_what_that_person_got(
    open_ticket: Open, act: Act, cast: Cast, run_jobs: Run, through: Any
) -> None:
    ticket = open_ticket(participant_ids=[cast.colleague.contact_id], by=cast.agent)
    run_jobs()
    act(conversation.reply, cast.agent, ticket, Words("We come."))
    run_jobs()
    mails = through.wait_for(4)
    for address in ("owner@harbour.example", "colleague@harbour.example"):
        first, second = (r.message for r in mails if r.recipients == (address,))
        assert second["References"] == first["Message-ID"]


def test_no_subject_can_write_a_header(open_ticket: Open, run_jobs: Run, through: Any) -> None:
    open_ticket("Till\r\nBcc: evil@elsewhere.example")
    run_jobs()
    [received] = through.wait_for(1)
    assert received.recipients == ("owner@harbour.example",)
    assert received.message["Bcc"] is None
    assert "Bcc: evil@elsewhere.example" in subject_of(received.message)


def test_a_server_that_is_busy_is_asked_again_under_the_same_message_id(
    open_ticket: Open, run_jobs: Run, through: Any
) -> None:
    through.refuse("451 4.3.0 Try again later", at="RCPT")
    open_ticket()
    run_jobs()
    [row] = deliveries()
    assert (row.state, row.attempts, row.last_error) == (
        DeliveryState.WAITING,
        1,
        "451 4.3.0 Try again later",
    )
    assert through.received == []
    all_due()
    run_jobs()
    [row] = deliveries()
    assert (row.state, row.attempts, row.last_error) == (DeliveryState.SENT, 2, None)
    assert [r.message["Message-ID"] for r in through.received] == [row.message_id]


def test_a_refusal_for_good_is_not_repeated_and_stands_on_the_ticket(
    open_ticket: Open, cast: Cast, run_jobs: Run, through: Any, as_user: Callable[..., Any]
) -> None:
    through.refuse("550 5.1.1 No such user here", at="RCPT")
    ticket = open_ticket()
    run_jobs()
    [row] = deliveries()
    assert (row.state, row.last_error) == (DeliveryState.FAILED, "550 5.1.1 No such user here")
    assert db.session.scalars(select(jobs.Job)).all() == []
    browser = as_user(cast.agent)
    page = browser.htmx("GET", f"/desk/tickets/{ticket.number}/deliveries").text
    assert "550 5.1.1 No such user here" in page
    assert "王小明 did not get our mail." in page
    assert browser.post(f"/desk/outgoing/{row.id}/retry").status_code == 303
    run_jobs()
    [again] = deliveries()
    assert (again.state, again.message_id) == (DeliveryState.SENT, row.message_id)
    assert browser.post(f"/desk/outgoing/{row.id}/retry").status_code == 303
    run_jobs()
    assert len(through.received) == 1  # what was sent is not sent again


def test_after_the_last_try_it_has_failed_and_no_job_is_dead(
    open_ticket: Open, run_jobs: Run, through: Any
) -> None:
    through.refuse("421 4.7.0 Too many connections", at="MAIL", times=20)
    open_ticket()
    for _try in range(7):
        all_due()
        run_jobs()
    [row] = deliveries()
    assert (row.state, row.attempts) == (DeliveryState.FAILED, 7)
    assert db.session.scalars(select(jobs.Job)).all() == []


def test_a_server_that_is_away_is_tried_later(
    app: Flask, open_ticket: Open, run_jobs: Run, through: Any
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed_soon:
        port = closed_soon.getsockname()[1]
    network.allowed_ports.add(port)
    app.extensions["portal_settings"] = replace(app.extensions["portal_settings"], smtp_port=port)
    open_ticket()
    run_jobs()
    [row] = deliveries()
    assert (row.state, row.attempts) == (DeliveryState.WAITING, 1)
    assert row.last_error


def test_a_connection_cut_before_the_answer_sends_again_under_the_same_message_id(
    open_ticket: Open, run_jobs: Run, through: Any
) -> None:
    through.cut_after_data()
    open_ticket()
    run_jobs()
    all_due()
    run_jobs()
    [row] = deliveries()
    assert row.state is DeliveryState.SENT
    assert [r.message["Message-ID"] for r in through.received] == [row.message_id] * 2


@contextmanager
def no_commit_of_sent(engine: str) -> Iterator[None]:
    """As if the process ended between the server's 250 and our commit: the row cannot become `sent`."""
    sqlite = engine == "sqlite"
    make = (
        [
            "CREATE TRIGGER cut BEFORE UPDATE ON delivery WHEN NEW.state = 'sent' BEGIN SELECT RAISE(ABORT, 'cut'); END"
        ]
        if sqlite
        else [
            "CREATE FUNCTION cut() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'cut'; END $$",
            "CREATE TRIGGER cut BEFORE UPDATE ON delivery FOR EACH ROW WHEN (NEW.state = 'sent') EXECUTE FUNCTION cut()",
        ]
    )
    with transaction():
        for statement in make:
            db.session.execute(text(statement))
    yield
    with transaction():
        db.session.execute(text("DROP TRIGGER cut" if sqlite else "DROP TRIGGER cut ON delivery"))


def test_cut_off_between_the_servers_250_and_our_commit_it_goes_out_again_and_is_recorded_once(
    open_ticket: Open, run_jobs: Run, through: Any, database: str
) -> None:
    ticket = open_ticket()
    with no_commit_of_sent(database):
        run_jobs()
        assert len(through.received) == 1
        [row] = deliveries()
        assert row.state is DeliveryState.WAITING
    all_due()
    run_jobs()
    [row] = deliveries()
    assert row.state is DeliveryState.SENT
    assert [r.message["Message-ID"] for r in through.received] == [row.message_id] * 2
    remembered = db.session.scalars(
        select(TicketMessageId.message_id).where(TicketMessageId.ticket_id == ticket.id)
    ).all()
    assert remembered == [row.message_id]


def test_without_a_server_each_mail_lies_whole_in_the_folder(
    app: Flask, open_ticket: Open, run_jobs: Run
) -> None:
    ticket = open_ticket()
    run_jobs()
    [row] = deliveries()
    assert row.state is DeliveryState.KEPT
    [path] = list((Path(app.extensions["portal_settings"].var_dir) / "mail").iterdir())
    assert path.suffix == ".eml"
    assert row.message_id.strip("<>") in path.name
    assert path.stat().st_mode & 0o077 == 0
    mail = email.message_from_bytes(path.read_bytes())
    assert (mail["Message-ID"], mail["To"].rpartition("<")[2]) == (row.message_id, "owner@harbour.example>")
    assert f"T-{ticket.number}" in parts_of(mail)["text/plain"]


def invite(user: User, purpose: LinkPurpose) -> str:
    with transaction():
        person = db.session.get_one(User, user.id)
        if purpose is LinkPurpose.INVITATION:
            users.invite(person)
            link = db.session.scalar(select(links.OneTimeLink).order_by(links.OneTimeLink.id.desc()).limit(1))
        else:
            from portal.infra import outbox
            from portal.people.events import PasswordResetAsked

            link = links.issue(person, purpose)
            outbox.record(PasswordResetAsked(link.id))
        assert link is not None
        return links.url_of(link.id)


@pytest.mark.parametrize("purpose", list(LinkPurpose))
def test_a_secret_link_is_in_the_mail_and_nowhere_in_the_database(
    purpose: LinkPurpose, cast: Cast, run_jobs: Run, through: Any, as_user: Callable[..., Any]
) -> None:
    url = invite(cast.colleague, purpose)
    secret = url.rpartition("/")[2]
    run_jobs()
    [received] = through.wait_for(1)
    parts = parts_of(received.message)
    assert url in parts["text/plain"]
    assert f'href="{url}"' in parts["text/html"]
    assert received.message["Auto-Submitted"] == "auto-generated"
    [row] = deliveries()
    assert secret not in repr([getattr(row, c.name) for c in row.__table__.columns])
    browser = as_user(cast.administrator)
    page, frame = (browser.get(f"/desk/outgoing/{row.id}{part}").text for part in ("", "/frame"))
    assert "(link hidden)" in page
    assert secret not in page + frame
    assert "one-time-link.invalid" not in page + frame


def test_a_link_that_was_replaced_before_its_mail_left_is_not_sent(
    cast: Cast, run_jobs: Run, through: Any
) -> None:
    invite(cast.colleague, LinkPurpose.RESET)
    second = invite(cast.colleague, LinkPurpose.RESET)
    run_jobs()
    [received] = through.wait_for(1)
    assert second in parts_of(received.message)["text/plain"]
    assert [d.reason for d in deliveries()] == [Reason.LINK_ENDED, None]


def stored(name: str, data: bytes) -> StoredFile:
    sha256, size = files.put(io.BytesIO(data), 50_000_000)
    return StoredFile(name, "image/png", size, sha256)


def test_small_files_of_a_reply_travel_and_large_ones_are_named_with_a_link(
    open_ticket: Open, act: Act, cast: Cast, run_jobs: Run, through: Any
) -> None:
    ticket = open_ticket(follow=[cast.colleague])
    run_jobs()
    small, large = stored("图 1.png", b"\x89PNG small"), stored("large.png", b"x" * 5_000_001)
    act(conversation.reply, cast.agent, ticket, Words("Here.", files=[small]))
    act(conversation.reply, cast.agent, ticket, Words("And here.", files=[large]))
    run_jobs()
    mails = [r.message for r in through.received if r.recipients == ("colleague@harbour.example",)]
    [with_file] = [m for m in mails if m.get_content_type() == "multipart/mixed"]
    [part] = [p for p in with_file.walk() if p.get_filename()]
    assert email.utils.collapse_rfc2231_value(part.get_filename()) == "图 1.png"
    assert part.get_payload(decode=True) == b"\x89PNG small"
    assert "1 file is attached:" in parts_of(with_file)["text/plain"]
    said = parts_of(mails[-1])["text/plain"]
    assert "large.png (5.0 MB)" in said
    assert "1 file lies on the page of the ticket:" in said
    assert f"/requests/{ticket.number}" in said


def test_an_invalid_address_fails_at_once(open_ticket: Open, cast: Cast, run_jobs: Run, through: Any) -> None:
    from portal.people.models import Contact

    with transaction():
        db.session.get_one(Contact, cast.owner.contact_id).emails[0].address = "a b@harbour.example"
    open_ticket()
    run_jobs()
    [row] = deliveries()
    assert row.state is DeliveryState.FAILED
    assert "not an address" in (row.last_error or "")
    assert through.received == []


def test_a_solution_with_words_is_a_persons_mail_and_the_closing_is_not(
    open_ticket: Open, act: Act, cast: Cast, run_jobs: Run, through: Any
) -> None:
    ticket = open_ticket()
    act(status.resolve, cast.agent, ticket, ClosureCode.ANSWERED, Words("Done."))
    with transaction():
        status.close_silent(record.Actor(is_system=True), clock.now() + status.SILENCE_CLOSES_AFTER)
    run_jobs()
    kinds = {d.message: d.auto_submitted for d in deliveries()}
    assert kinds["ticket_resolved_to_client"] is None
    assert kinds["ticket_closed_to_client"] == "auto-generated"
