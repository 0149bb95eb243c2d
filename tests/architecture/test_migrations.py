"""The migrations make the tables that the models describe, on both engines, and can be taken back."""

import shutil
from collections.abc import Iterator

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import inspect, text

from tests.architecture import source
from tests.support import databases, run_folder

pytestmark = pytest.mark.databases("sqlite", "postgresql")
SCRIPTS = ScriptDirectory(str(source.ROOT / "migrations"))
IN_ORDER = [script.revision for script in reversed(list(SCRIPTS.walk_revisions()))]
BY_SQL_ALONE = ("alembic_version",)
"""Tables that no model describes: Alembic's own."""
TRIGGERS = """SELECT name FROM sqlite_master WHERE type = 'trigger'"""
TRIGGERS_PG = """SELECT tgname FROM pg_trigger WHERE NOT tgisinternal"""


@pytest.fixture
def bare(database, worker_name, tmp_path) -> Iterator[Flask]:
    """The portal over a database without a table."""
    app = databases.application(databases.bare(database, f"bare_{worker_name}"), tmp_path)
    with app.app_context():
        yield app
    databases.dispose(app)


def engine():
    from portal.infra.db import db

    return db.engine


def tables() -> set[str]:
    return {t for t in inspect(engine()).get_table_names() if not t.startswith(BY_SQL_ALONE)}


def triggers() -> set[str]:
    with engine().connect() as connection:
        return set(connection.scalars(text(TRIGGERS if engine().dialect.name == "sqlite" else TRIGGERS_PG)))


def is_modelled(_object, name, kind, _reflected, _compared) -> bool:
    return not (kind in ("table", "index") and name and name.startswith(BY_SQL_ALONE))


def test_the_migrations_are_one_line_without_branches():
    assert SCRIPTS.get_heads() == IN_ORDER[-1:]


def test_migrations_and_models_say_the_same(bare):
    from portal.infra.db import db

    upgrade()
    with engine().connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "render_as_batch": True, "include_object": is_modelled}
        )
        assert compare_metadata(context, db.metadata) == []


def test_every_step_goes_up_and_down_and_up_again(bare):
    for revision in IN_ORDER:
        upgrade(revision=revision)
        present = tables()
        downgrade(revision="-1")
        upgrade(revision=revision)
        assert tables() == present
    downgrade(revision="base")
    assert tables() == set()


def test_no_trigger_is_lost_on_the_way(bare):
    """A batch migration on SQLite rebuilds the table and drops its triggers in silence."""
    before: set[str] = set()
    for revision in IN_ORDER:
        upgrade(revision=revision)
        after = triggers()
        assert before <= after, f"{revision} lost {before - after}"
        before = after


@pytest.mark.databases("sqlite")
def test_a_table_that_is_rebuilt_keeps_the_rows_that_hang_on_it(app):
    from portal.infra.db import db
    from tests import cast

    cast.make()
    folder = run_folder.folder() / "migrations-rebuild"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(source.ROOT / "migrations", folder, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "versions" / "rebuild.py").write_text(
        f"""revision, down_revision, branch_labels, depends_on = "rebuild", {IN_ORDER[-1]!r}, None, None
from alembic import op
def upgrade():
    for table in ("organisation", "contact", "user_account"):
        with op.batch_alter_table(table, recreate="always"):
            pass
def downgrade():
    pass
"""
    )
    count = "SELECT (SELECT count(*) FROM site), (SELECT count(*) FROM membership), (SELECT count(*) FROM user_account)"
    with db.engine.connect() as connection:
        before = connection.execute(text(count)).one()
    db.session.rollback()
    upgrade(directory=str(folder))
    with db.engine.connect() as connection:
        assert connection.execute(text(count)).one() == before
        assert connection.execute(text("PRAGMA foreign_keys")).scalar() == 1
