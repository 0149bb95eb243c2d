"""The yardstick: a Flask view with a signed-in person, one indexed query and one Jinja page, and nothing else.

Beside each page that is measured stands a bare one that sends as many bytes, drawn from as many rows of one indexed query. Its
template is compiled once, as anybody's; what the rows do not fill is plain text in it.
"""

from collections.abc import Callable

from flask import Flask, render_template
from flask_login import LoginManager, UserMixin, current_user, login_required
from jinja2 import DictLoader
from sqlalchemy import create_engine, text

from bench.measure import Operation

PAGE = """<!doctype html><html lang="en"><head><title>{{ name }}</title></head><body><p>{{ name }}</p><table>
{% for row in rows %}<tr><td>T-{{ row.number }}</td><td>{{ row.subject }}</td><td>{{ row.symptoms }}</td><td>{{ row.status }}</td>
<td>{{ row.urgency }}</td><td>{{ row.phase }}</td><td>{{ row.received_at }}</td><td>{{ row.last_word }}</td></tr>
{% endfor %}</table>FILLER</body></html>"""
QUERY = "SELECT number, subject, symptoms, status, urgency, phase, received_at, last_word FROM ticket WHERE number >= :number ORDER BY number LIMIT :rows"  # noqa: E501
FILLER = '<p class="quiet">Every page has its frame, its menus and its words; here they are plain text.</p>\n'


class Bare:
    """Bare pages over this database for this user; `like` makes one of the size of another page."""

    def __init__(self, url: str, user_id: int, first_number: int) -> None:
        self.user_id, self.number = user_id, first_number
        self.engine = create_engine(url)
        self.sizes: dict[str, int] = {}
        self.loader: dict[str, str] = {}
        self.app = app = Flask("bare")
        app.config.update(SECRET_KEY="bare")
        app.jinja_env.loader = DictLoader(self.loader)
        login = LoginManager(app)

        class Person(UserMixin):
            def __init__(self, id_: str, name: str) -> None:
                self.id, self.name = id_, name

        @login.user_loader
        def load(id_: str) -> Person:
            with self.engine.connect() as connection:
                row = connection.execute(
                    text("SELECT email FROM user_account WHERE id = :id"), {"id": int(id_)}
                ).one()
            return Person(id_, row.email)

        @app.get("/<name>/<int:rows>")
        @login_required
        def page(name: str, rows: int) -> str:
            with self.engine.connect() as connection:
                found = connection.execute(text(QUERY), {"number": self.number, "rows": rows}).all()
            return render_template(name, rows=found, name=current_user.name)

        self.client = app.test_client()
        with self.client.session_transaction() as session:
            session["_user_id"] = str(user_id)
            session["_fresh"] = True

    def like(self, size: int, rows: int) -> Callable[[int], None]:
        """A bare page of `size` bytes out of `rows` rows, or of one row if it has none."""
        name, path = f"{size}.html", f"/{size}.html/{rows}"
        self.loader[name] = PAGE.replace("FILLER", "")
        empty = len(self.client.get(path).data)
        lines, rest = divmod(max(0, size - empty), len(FILLER))
        self.loader[name] = PAGE.replace("FILLER", FILLER * lines + "." * rest)
        self.app.jinja_env.cache.clear()  # type: ignore[union-attr]
        assert abs(len(self.client.get(path).data) - size) < 100 or size < empty

        def run(_i: int) -> None:
            assert self.client.get(path).status_code == 200

        return run

    def operation(self) -> Operation:
        """The smallest: one row."""
        return Operation("bare flask view", self.like(2000, 1), n=200)
