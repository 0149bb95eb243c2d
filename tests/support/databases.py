"""Throw-away databases built by the real migrations once a run, then copied: a file on SQLite, a template on PostgreSQL.

The copy on PostgreSQL is made once a process and emptied for each test that follows (tests/support/emptying.py).
"""

import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

from tests.support import emptying, postgres, run_folder

ENGINES = ("sqlite", "postgresql")
TEMPLATE = "portal_template"
SECRET = "a key for tests only, long enough to sign with"


def _nothing() -> None:
    """Nobody has a connection."""


def server() -> postgres.Server:
    """The run's private PostgreSQL server, started by the first process that asks."""
    name = run_folder.once("postgres", lambda: str(postgres.start(run_folder.owner()).folder))
    return postgres.Server(Path(name))


def migrate(url: str, var_dir: Path, revision: str = "head") -> None:
    """Bring a database to a revision by the migrations alone."""
    from flask_migrate import upgrade

    app = application(url, var_dir)
    with app.app_context():
        upgrade(revision=revision)
    dispose(app)


def application(url: str, var_dir: Path, **settings: object):
    """The portal over a database, with the settings of tests: fast, offline, no outgoing mail server."""
    from portal.app import create_app
    from portal.config import Settings

    var_dir.mkdir(parents=True, exist_ok=True)
    given = {
        "database_url": url,
        "var_dir": var_dir,
        "secret_key": SECRET,
        "public_url": "http://portal.test",
        "log_level": "ERROR",
    }
    return create_app(Settings(**given | settings))


def dispose(app) -> None:
    """Close an application's connections."""
    from portal.infra.db import db

    with app.app_context():
        for engine in db.engines.values():
            engine.dispose()


def _template_sqlite() -> str:
    path = run_folder.folder() / "template.sqlite3"
    migrate(f"sqlite:///{path}", run_folder.folder() / "template-var")
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    return str(path)


def _template_postgresql() -> str:
    server().execute(f"CREATE DATABASE {TEMPLATE}")
    migrate(server().url(TEMPLATE), run_folder.folder() / "template-var")
    return TEMPLATE


def _demo(engine: str) -> str:
    """The name of a database with the demo in it, loaded once a run; nobody opens it again."""
    name = f"demo_{engine}"
    app = application(fresh(engine, name), run_folder.folder() / f"var-{name}")
    app.test_cli_runner().invoke(args=["demo", "load"], catch_exceptions=False)
    dispose(app)
    if engine == "sqlite":
        with sqlite3.connect(run_folder.folder() / f"{name}.sqlite3") as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()
        return str(run_folder.folder() / f"{name}.sqlite3")
    return name


def with_demo(engine: str, name: str, var_dir: Path, let_go: Callable[[], None] = _nothing) -> str:
    """The URL of a database that has the demo in it, and its files in `var_dir`. `let_go`: see fresh."""
    template = run_folder.once(f"demo-{engine}", lambda: _demo(engine))
    shutil.copytree(run_folder.folder() / f"var-demo_{engine}", var_dir, dirs_exist_ok=True)
    let_go()
    return _copied(engine, name, template)


def fresh(engine: str, name: str, let_go: Callable[[], None] = _nothing) -> str:
    """The URL of an empty, migrated database of that name. `let_go` closes the connections to one that is made anew; where it is
    only emptied they may stay."""
    if engine == "postgresql" and emptying.empty(server().conninfo(name)):
        return server().url(name)
    let_go()
    if engine == "sqlite":
        return _copied(engine, name, run_folder.once(f"template-{engine}", _template_sqlite))
    url = _copied(engine, name, run_folder.once(f"template-{engine}", _template_postgresql))
    emptying.learn(server().conninfo(name))
    return url


def _copied(engine: str, name: str, template: str) -> str:
    if engine == "sqlite":
        path = run_folder.folder() / f"{name}.sqlite3"
        for suffix in ("-wal", "-shm", "-journal"):
            Path(f"{path}{suffix}").unlink(missing_ok=True)
        shutil.copyfile(template, path)
        return f"sqlite:///{path}"
    emptying.forget(server().conninfo(name))
    with run_folder.locked("create-database"):  # the template can be copied by one connection at a time
        server().execute(
            f"DROP DATABASE IF EXISTS {name} WITH (FORCE)",
            f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy",
        )
    return server().url(name)


def bare(engine: str, name: str) -> str:
    """The URL of a database without any table."""
    if engine == "sqlite":
        path = run_folder.folder() / f"{name}.sqlite3"
        for suffix in ("", "-wal", "-shm", "-journal"):
            Path(f"{path}{suffix}").unlink(missing_ok=True)
        return f"sqlite:///{path}"
    server().execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)", f"CREATE DATABASE {name}")
    return server().url(name)
