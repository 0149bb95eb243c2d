"""Documents: drawn by the worker from frozen facts, the same bytes each time, once after a kill, and waiting where the machine
cannot draw."""

import os
import signal
import subprocess
import sys
import zipfile
from io import BytesIO

import pytest
from sqlalchemy import select

from portal.infra import files, papers, pdf
from portal.infra.db import db
from portal.infra.jobs import Job
from portal.infra.papers import Paper
from portal.infra.transaction import transaction
from portal.notify.models import Delivery, DeliveryState
from portal.web import printing
from tests.integration.dispatch.conftest import climbed, make, plan, told
from tests.integration.quotes.test_pages import Browser, on
from tests.support.client import apart

__all__ = ["climbed"]
PICTURE = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63606060000000040001f61738550000000049454e44ae426082"
)


def drawn(app, ref):
    paper = papers.of([ref])[ref]
    with app.app_context():
        return paper, printing._drawn(paper.template, paper.language, paper.facts)


@pytest.mark.databases("sqlite")
def test_a_sent_quote_becomes_one_pdf_with_the_same_bytes_each_time(cast, app, sent, run_jobs, as_user):
    with on("2026-02-10 10:01"):
        run_jobs()
    paper, (html, pictures) = drawn(app, f"quote:{sent}:1")
    content = files.read(paper.sha256)
    assert content.startswith(b"%PDF-")
    assert pdf.pdf_of(html, pictures, paper.ref) == content
    assert "http" not in html.replace("http-equiv", "")
    with on("2026-02-10 11:00"):
        for who in (cast.owner, cast.agent):
            assert asked(as_user, who, f"/quotes/{sent}/pdf") == (200, content)
        assert asked(as_user, cast.stranger, f"/quotes/{sent}/pdf")[0] == 404
        assert f"Q-{sent}.pdf" in Browser(as_user, cast.agent).get(f"/desk/quotes/{sent}").text


@pytest.mark.databases("sqlite")
def test_a_document_reaches_nothing_but_its_own_pictures(tmp_path):
    """An address of the network and of the disk both stay unread: the PDF is the same as without them."""
    (tmp_path / "x.png").write_bytes(PICTURE)
    plain = pdf.pdf_of("<p>a</p>", {}, "x")
    for address in (
        f"file://{tmp_path}/x.png",
        "http://127.0.0.1:9/x.png",
        "paper:y",
        "data:image/png;base64,AAAA",
    ):
        assert pdf.pdf_of(f'<p>a</p><img src="{address}">', {}, "x") == plain
    assert len(pdf.pdf_of('<p>a</p><img src="paper:y">', {"y": PICTURE}, "x")) > len(plain)


def asked(as_user, who, path):
    """Status and bytes of an answer."""
    got = Browser(as_user, who).get(path)
    found = got.status_code, got.data
    got.close()
    return found


def run_apart(code, **environ):
    """A process of its own, as on a machine that lacks something."""
    given = {**os.environ, **environ}
    return subprocess.run(
        [sys.executable, "-c", code], env=given, capture_output=True, text=True, check=False, timeout=120
    )


TRY = """
from portal.infra import pdf
try:
    pdf.pdf_of("<p>中文</p>", {}, "x")
except pdf.Lacking as lacking:
    print(lacking.what)
"""


def test_without_pango_and_without_chinese_fonts_it_says_which(tmp_path):
    nothing = tmp_path / "fonts.conf"
    nothing.write_text(f'<?xml version="1.0"?><fontconfig><dir>{tmp_path}</dir></fontconfig>')
    assert run_apart(TRY, FONTCONFIG_FILE=str(nothing)).stdout.strip() == "fonts"
    for name in ("libpango-1.0.so.0", "libpango-1.0-0", "libpango-1.0.so"):
        (tmp_path / name).write_bytes(b"this is no library")
    assert run_apart(TRY, LD_LIBRARY_PATH=str(tmp_path)).stdout.strip() == "pango"


@pytest.mark.databases("sqlite")
def test_a_document_that_cannot_be_drawn_waits_says_what_to_install_and_is_made_later(
    cast, app, sent, run_jobs, as_user, tmp_path, monkeypatch
):
    nothing = tmp_path / "fonts.conf"
    nothing.write_text(f'<?xml version="1.0"?><fontconfig><dir>{tmp_path}</dir></fontconfig>')
    with monkeypatch.context() as machine, on("2026-02-10 10:01"):
        machine.setenv("FONTCONFIG_FILE", str(nothing))
        run_jobs()
        page = Browser(as_user, cast.agent).get(f"/desk/quotes/{sent}").text
        assert "apt-get install fonts-noto-cjk" in page
        assert asked(as_user, cast.agent, f"/quotes/{sent}/pdf")[0] == 404
        assert db.session.scalar(select(Job).where(Job.kind == papers.KIND)) is None  # it does not run hot
    with on("2026-02-10 10:20"):
        with transaction():
            assert papers.order_waiting() == 1
        run_jobs()
        assert asked(as_user, cast.agent, f"/quotes/{sent}/pdf")[0] == 200


KILLED = """
import os, signal
from portal.app import create_app
from portal.config import Settings
from portal import worker
from portal.infra import {where}
def stop(*_more, **_given):
    os.kill(os.getpid(), signal.SIGKILL)
{where}.{what} = stop
app = create_app(Settings.from_environ())
with app.app_context():
    worker.drain()
"""


@pytest.mark.parametrize(("where", "what"), [("pdf", "pdf_of"), ("files", "put"), ("papers", "settle")])
def test_a_worker_killed_while_it_draws_leaves_one_document_and_one_number(
    where, what, cast, app, sent, run_jobs, database
):
    """Before it is drawn, before it is kept, and before it is settled."""
    url = app.config["SQLALCHEMY_DATABASE_URI"]
    settings = app.extensions["portal_settings"]
    environ = {"DATABASE_URL": url, "VAR_DIR": str(settings.var_dir), "SECRET_KEY": settings.secret_key}
    apart(lambda: None)
    killed = run_apart(KILLED.format(where=where, what=what), **environ)
    assert killed.returncode == -signal.SIGKILL, killed.stderr[-2000:]
    assert papers.of([f"quote:{sent}:1"])[f"quote:{sent}:1"].made_at is None
    with transaction():
        db.session.execute(
            Job.__table__.update().values(lease_until=None)
        )  # its lease would end in two minutes
    run_jobs()
    rows = db.session.scalars(select(Paper)).all()
    assert [(p.ref, p.made_at is not None) for p in rows] == [(f"quote:{sent}:1", True)]
    kept = [
        p for p in (settings.var_dir / "files").rglob("*") if p.is_file() and p.read_bytes()[:5] == b"%PDF-"
    ]
    assert [p.name for p in kept] == [rows[0].sha256]


@pytest.mark.rule("HW-16", "HW-17", "TS-28")
def test_a_signed_sheet_is_mailed_with_its_pdf_and_gathered_for_the_fee_claim(
    cast, enter, climbed, run_jobs, as_user, db_session
):
    from tests.integration.contracts.conftest import TS_BLANKS

    enter("annual_support", TS_BLANKS)
    number = climbed("2026-03-10 09:00")
    with told("2026-03-10 10:00"):
        from portal.dispatch.queries import visits
        from portal.kernel.actor import SYSTEM

        visit = plan(cast, number, "2026-03-11 09:00", "2026-03-11 11:00", pay_extra=True)
        found = visits.visit_for(SYSTEM, visit, lock=True)
        if found.agreed_at is None and found.price:
            from portal.dispatch.service import planning
            from tests.integration.tickets import opened

            planning.agree(opened.actor(cast.agent), found, "王敏", "by phone")
    sha256, _size = files.put(BytesIO(PICTURE), 1000)
    import tests.integration.dispatch.conftest as days

    days.SIGNATURE, before = sha256, days.SIGNATURE
    try:
        make(cast, visit, "2026-03-11 09:10", "2026-03-11 10:40")
    finally:
        days.SIGNATURE = before
    with on("2026-03-11 11:00"):
        run_jobs()
        run_jobs()
    mail = db_session.scalars(select(Delivery).where(Delivery.message == "visit_signed_to_client")).all()
    assert [(d.contact.name, d.state) for d in mail] == [("王小明", DeliveryState.KEPT)]
    paper = db_session.scalar(select(Paper).where(Paper.template == "sheet"))
    sheet = int(paper.ref.partition(":")[2])
    with on("2026-03-12 09:00"):
        for who, code in (
            (cast.owner, 200),
            (cast.engineer, 200),
            (cast.colleague, 404),
            (cast.stranger, 404),
        ):
            assert asked(as_user, who, f"/sheets/{sheet}/pdf")[0] == code
        for path in (
            f"/desk/devices/{cast.till.id}/sheets",
            f"/desk/tickets/{number}/visits",
            f"/desk/visits/{visit}",
        ):
            assert f"/sheets/{sheet}/pdf" in Browser(as_user, cast.agent).get(path).text, path
        contract = found.contract_id
        page = Browser(as_user, cast.client_manager).get(
            f"/contracts/{contract}/sheets?start=2026-03-01&end=2026-03-31"
        )
        assert f"S-{sheet}" in page.text
        for who in (cast.client_manager, cast.agent):
            packed = (
                Browser(as_user, who)
                .get(f"/contracts/{contract}/sheets.zip?start=2026-03-11&end=2026-03-11")
                .data
            )
            assert zipfile.ZipFile(BytesIO(packed)).namelist() == [f"S-{sheet}.pdf"]
        for path in ("sheets", "sheets.zip"):
            assert Browser(as_user, cast.stranger).get(f"/contracts/{contract}/{path}").status_code == 404
        agent = as_user(cast.agent)
        none = agent.get(f"/contracts/{contract}/sheets.zip?start=2026-02-01&end=2026-02-02")
        assert none.status_code == 303
        assert "No service sheet of these days has its PDF yet." in agent.get(none.headers["Location"]).text
