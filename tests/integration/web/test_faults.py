"""When something of ours breaks, a person still gets words."""

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

from portal.infra.db import db


@pytest.fixture
def broken(make_app: Callable[..., Flask], tmp_path: Path) -> Flask:
    """A portal whose database has gone: its tables are not there any more."""
    app = make_app()
    app.config["TESTING"] = False
    with app.app_context():
        db.drop_all()
    return app


@pytest.mark.databases("sqlite")
def test_without_its_tables_the_portal_says_so_in_both_languages(broken: Flask) -> None:
    answer = broken.test_client().get("/sign-in", headers={"Accept": "text/html"})
    assert answer.status_code == 503
    assert "Nothing that you saved is lost" in answer.text
    assert 'lang="zh-Hans"' in answer.text
    assert "Traceback" not in answer.text


@pytest.mark.databases("sqlite")
def test_health_is_asked_of_the_process_alone(broken: Flask) -> None:
    assert broken.test_client().get("/healthz").status_code == 200


def test_a_page_that_is_not_there_is_a_404_in_the_visitors_language(make_app: Callable[..., Flask]) -> None:
    client = make_app().test_client()
    english = client.get("/nothing-here", headers={"Accept-Language": "en"})
    chinese = client.get("/nothing-here", headers={"Accept-Language": "zh-CN,zh;q=0.9"})
    assert (english.status_code, chinese.status_code) == (404, 404)
    assert 'lang="en"' in english.text
    assert 'lang="zh-Hans"' in chinese.text


def test_every_answer_carries_the_strict_policy(make_app: Callable[..., Flask]) -> None:
    for path in ("/sign-in", "/nothing-here", "/healthz"):
        policy = make_app().test_client().get(path).headers["Content-Security-Policy"]
        assert "unsafe-" not in policy
        assert "default-src 'none'" in policy
