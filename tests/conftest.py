"""Fixtures for all tests. The parts that they are made of are in tests/support, the people in tests/cast.py.

Whoever uses `app` gets a database built by the real migrations. Integration tests whose subject may differ between the engines
(concurrency, jobs, ledgers, counting, search, lists by hand-written SQL, storing mail) are marked `both` and run on each. The
others run on one, chosen by their module's name, so that it stays the same from run to run and each engine carries half of
them; `make test PORTAL_TEST_ENGINES=all` runs all on both.
"""

import os
import shutil
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from flask import Flask

from tests.support import databases, network, run_folder
from tests.support.client import Client, apart

hypothesis.settings.register_profile("quick", deadline=None, derandomize=bool(os.environ.get("CI")))
hypothesis.settings.register_profile("soak", deadline=None, max_examples=5000)
hypothesis.settings.load_profile("quick")

SHARED_MAIL = Path(__file__).resolve().parents[2] / "shared" / "mail"


def pytest_configure(config: pytest.Config) -> None:
    if run_folder.VARIABLE not in os.environ:
        run_folder.make()
    network.install()
    if config.getoption("markexpr") == "soak":
        hypothesis.settings.load_profile("soak")


def pytest_unconfigure(config: pytest.Config) -> None:
    if os.environ.get(run_folder.OWNER) == str(os.getpid()):
        if (run_folder.folder() / "postgres.done").exists():
            folder = Path((run_folder.folder() / "postgres.done").read_text())
            folder.with_suffix(".stop").touch()
        run_folder.remove()


def _engines(test: pytest.Item) -> tuple[str, ...]:
    if "integration" not in test.path.parts:
        return ("sqlite",)
    if test.get_closest_marker("both") or os.environ.get("PORTAL_TEST_ENGINES") == "all":
        return databases.ENGINES
    name = test.path.relative_to(Path(__file__).parent).as_posix()
    return (databases.ENGINES[zlib.crc32(name.encode()) % len(databases.ENGINES)],)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """`database` is what the module's docstring says in tests/integration and SQLite elsewhere, unless a mark names engines."""
    if "database" not in metafunc.fixturenames:
        return
    mark = metafunc.definition.get_closest_marker("databases")
    names = mark.args if mark else _engines(metafunc.definition)
    metafunc.parametrize(
        "database",
        [pytest.param(n, marks=pytest.mark.postgresql) if n == "postgresql" else n for n in names],
        indirect=True,
    )


@pytest.fixture(autouse=True)
def _no_unasked_connections() -> Iterator[None]:
    """Fails a test that reached for a mail server or another machine, even if the code under test swallowed the error."""
    network.seen.clear()
    yield
    assert not network.seen, f"unasked: {network.seen}"


@pytest.fixture
def database(request: pytest.FixtureRequest) -> str:
    """The engine of this test: sqlite or postgresql."""
    return str(request.param)


@pytest.fixture(scope="session")
def worker_name() -> str:
    """Of this test process: gw0, gw1 … or main."""
    return os.environ.get("PYTEST_XDIST_WORKER", "main")


@pytest.fixture(scope="session")
def _applications() -> Iterator[dict[str, Flask]]:
    apps: dict[str, Flask] = {}
    yield apps
    for app in apps.values():
        databases.dispose(app)


def _var_dir(name: str) -> Path:
    folder = run_folder.folder() / f"var-{name}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def _for_tests(app: Flask) -> Flask:
    app.config.update(TESTING=True, WTF_CSRF_ENABLED=False, SERVER_NAME=None)
    app.test_client_class = Client
    return app


@pytest.fixture
def app(
    request: pytest.FixtureRequest, database: str, worker_name: str, _applications: dict[str, Flask]
) -> Iterator[Flask]:
    """The portal over a fresh database (marked `demo`: with the demo in it); its application context is open, so tests can
    call services and queries.

    The application is made once a process, its database and var folder are new for each test. CSRF is off.
    """
    name = f"test_{worker_name}"
    var_dir = _var_dir(name)

    def let_go() -> None:
        if database in _applications:
            databases.dispose(_applications[database])

    if request.node.get_closest_marker("demo"):
        url = databases.with_demo(database, name, var_dir, let_go)
    else:
        url = databases.fresh(database, name, let_go)
    if database not in _applications:
        _applications[database] = _for_tests(databases.application(url, var_dir))
    with _applications[database].app_context():
        yield _applications[database]


@pytest.fixture
def make_app(database: str, worker_name: str) -> Iterator[Callable[..., Flask]]:
    """`make_app(**settings)` makes a portal with other settings over one fresh database; several calls share it.

    CSRF is on. No application context is open.
    """
    url = databases.fresh(database, f"made_{worker_name}")
    var_dir = _var_dir(f"made_{worker_name}")
    made: list[Flask] = []

    def make(**settings: Any) -> Flask:
        app = databases.application(url, var_dir, **settings)
        app.config.update(TESTING=True)
        app.test_client_class = Client
        made.append(app)
        return app

    yield make
    for app in made:
        databases.dispose(app)


@pytest.fixture
def client(app: Flask) -> Client:
    """A browser without a sign-in; see sign_in."""
    return app.test_client()  # type: ignore[return-value]


@pytest.fixture
def db_session(app: Flask) -> Any:
    """The test's own session, for looking at rows; writing wants `transaction()`, as everywhere."""
    from portal.infra.db import db

    return db.session


@pytest.fixture
def sign_in() -> Callable[..., Client]:
    """`sign_in(client, user)` gives the client that user's session, without the password's cost. Returns the client."""

    def give(client: Client, user: Any) -> Client:
        with client.session_transaction() as session:
            session["_user_id"] = f"{user.id}:{user.session_token}"
            session["_fresh"] = True
        return client

    return give


@pytest.fixture
def as_user(app: Flask, sign_in: Callable[..., Client]) -> Callable[[Any], Client]:
    """`as_user(user)` is a new browser in which that user is signed in."""
    return lambda user: sign_in(app.test_client(), user)


@pytest.fixture
def run_jobs(app: Flask) -> Callable[[], int]:
    """`run_jobs()` delivers all events and runs all due jobs, as the worker would; returns how many jobs ran."""

    def drain() -> int:
        def work() -> int:
            from portal import worker

            with app.app_context():
                return worker.drain()

        return int(apart(work))

    return drain


@pytest.fixture
def cast(app: Flask) -> Any:
    """The people and things of tests/cast.py, in this test's database."""
    from tests import cast as people

    return people.make()


@pytest.fixture
def smtp() -> Iterator[Any]:
    """A real SMTP server that this test may talk to: `.port`, `.received`, `.refuse(...)`, `.cut_after_data()`."""
    from tests.support.smtp import Listener

    listener = Listener()
    listener.start()
    network.allowed_ports.add(listener.port)
    yield listener
    network.allowed_ports.discard(listener.port)
    listener.stop()


@pytest.fixture(scope="session")
def _mail_server() -> Iterator[Any]:
    from tests.support import dovecot

    server = dovecot.start()
    yield server
    server.stop()


@pytest.fixture
def mailbox(_mail_server: Any) -> Iterator[Any]:
    """A real IMAP server with one empty mailbox: `.port`, `.user`, `.password`, `.append(raw)`, `.messages(folder)`."""
    ports = {_mail_server.port, _mail_server.tls_port}
    network.allowed_ports.update(ports)
    _mail_server.empty()
    yield _mail_server
    network.allowed_ports.difference_update(ports)


@pytest.fixture
def live_portal(tmp_path: Path, worker_name: str) -> Iterator[Callable[..., Any]]:
    """`live_portal("postgresql", smtp_host="127.0.0.1", ...)` is a Portal (tests/support/live.py), not started yet.

    Settings are given by field name; whatever was started is stopped at the end.
    """
    from tests.support.live import Portal

    made: list[Portal] = []

    def make(engine: str = "sqlite", **settings: Any) -> Portal:
        url = databases.fresh(engine, f"live_{worker_name}_{len(made)}")
        portal = Portal(
            tmp_path / f"portal{len(made)}", url, {k.upper(): str(v) for k, v in settings.items()}
        )
        made.append(portal)
        return portal

    yield make
    for portal in made:
        portal.stop()


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Chromium, one a test process."""
    from tests.support import browser as chromium

    with chromium.running() as running:
        yield running


@pytest.fixture
def open_window(browser: Any) -> Iterator[Callable[..., Any]]:
    """`open_window(base_url, size=PHONE, locale="zh-CN")` is a person's own browser window (tests/support/browser.py).

    At the end the test fails if a window saw a CSP violation, a script error or an answer of 5xx.
    """
    from tests.support import browser as chromium

    windows: list[chromium.Window] = []

    def make(base_url: str, **options: Any) -> chromium.Window:
        windows.append(chromium.open_window(browser, base_url, **options))
        return windows[-1]

    yield make
    faults = [fault for window in windows for fault in window.faults]
    for window in windows:
        window.context.close()
    assert not faults, "\n".join(faults)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks follow from what a test uses."""
    for item in items:
        names = getattr(item, "fixturenames", ())
        if "browser" in names:
            item.add_marker("browser")
        if "mailbox" in names:
            item.add_marker("dovecot")


@pytest.fixture(scope="session")
def shared_mail() -> Path:
    """The folder of real messages beside the repository; without it the test is skipped, and the summary says so."""
    if not SHARED_MAIL.is_dir():
        pytest.skip("real messages are read from ../shared/mail, which is not here")
    return SHARED_MAIL
