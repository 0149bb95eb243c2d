"""What import-linter cannot see: words that do not belong into a layer."""

import ast

import pytest

from tests.architecture import source

IMPURE = (
    "flask",
    "flask_",
    "wtforms",
    "werkzeug",
    "jinja2",
    "sqlalchemy",
    "alembic",
    "psycopg",
    "portal.infra",
    "portal.web",
    "portal.config",
)
VIEWS = ("views_client", "views_staff", "views_public", "views_member")


def names(path):
    for node in ast.walk(source.tree(path)):
        if isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.Attribute):
            yield node.attr


def calls(path):
    """Dotted names of what a file calls: `db.session.commit`."""
    for node in ast.walk(source.tree(path)):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func)


@pytest.mark.parametrize("path", source.in_layers("rules", "events"), ids=source.name_of)
def test_rules_and_events_load_nothing_impure(path):
    impure = {m for m in source.imported(path) if m.startswith(IMPURE) or m == "portal.kernel.clock"}
    assert impure == set()


@pytest.mark.parametrize("path", source.in_layers("rules"), ids=source.name_of)
def test_rules_do_not_look_at_the_clock(path):
    asked = {
        c
        for c in calls(path)
        if c.endswith((".now", ".utcnow", ".today")) or c in ("time.time", "time.monotonic")
    }
    assert asked == set()


@pytest.mark.parametrize("path", source.in_layers("service"), ids=source.name_of)
def test_services_leave_the_commit_to_their_caller(path):
    assert {c for c in calls(path) if c.endswith((".commit", ".rollback")) or c == "transaction"} == set()


@pytest.mark.parametrize(
    "path", source.in_layers("service", "queries", "rules", "models"), ids=source.name_of
)
def test_only_views_know_the_request_and_who_is_signed_in(path):
    assert {"current_user", "request", "g", "session"} & {
        alias.name for n in ast.walk(source.tree(path)) if isinstance(n, ast.ImportFrom) and (n.module or "").startswith("flask")
        for alias in n.names
    } == set()  # fmt: skip


@pytest.mark.parametrize("path", source.in_layers(*VIEWS), ids=source.name_of)
def test_views_hold_no_sql_and_no_session(path):
    sql = {
        c for c in calls(path) if c in ("select", "insert", "update", "delete", "text") or ".session." in c
    }
    assert sql == set()
    models = {m for m in source.imported(path) if m.startswith("portal.") and m.split(".")[2:3] == ["models"]}
    assert models == set()


@pytest.mark.parametrize("path", source.in_layers("queries"), ids=source.name_of)
def test_queries_write_nothing(path):
    written = {
        c
        for c in calls(path)
        if c in ("insert", "update", "delete")
        or c.endswith((".session.add", ".session.delete", ".flush", ".commit"))
    }
    assert written == set()


@pytest.mark.parametrize("path", source.in_layers("rules", "events"), ids=source.name_of)
def test_dataclasses_of_rules_and_events_are_frozen(path):
    thawed = [
        node.name
        for node in ast.walk(source.tree(path))
        if isinstance(node, ast.ClassDef)
        for decorator in node.decorator_list
        if "dataclass" in ast.unparse(decorator) and "frozen=True" not in ast.unparse(decorator)
    ]
    assert thawed == []
