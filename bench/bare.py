"""The yardstick: a Flask view with a signed-in person, one indexed query and one Jinja page, and nothing else."""

from flask import Flask, render_template_string
from flask_login import LoginManager, UserMixin, current_user, login_required
from sqlalchemy import create_engine, text

from bench.measure import Operation

PAGE = """<!doctype html><html lang="en"><head><title>{{ ticket.subject }}</title></head><body><p>{{ name }}</p>
<h1>T-{{ ticket.number }} {{ ticket.subject }}</h1><p>{{ ticket.symptoms }}</p></body></html>"""


def operation(url: str, user_id: int, number: int) -> Operation:
    """The view over this database, asked for this ticket by this user."""
    app = Flask("bare")
    app.config.update(SECRET_KEY="bare")
    engine = create_engine(url)
    login = LoginManager(app)

    class Person(UserMixin):
        def __init__(self, id_: str, name: str) -> None:
            self.id, self.name = id_, name

    @login.user_loader
    def load(id_: str) -> Person:
        with engine.connect() as connection:
            row = connection.execute(
                text("SELECT email FROM user_account WHERE id = :id"), {"id": int(id_)}
            ).one()
        return Person(id_, row.email)

    @app.get("/<int:number>")
    @login_required
    def page(number: int) -> str:
        query = text("SELECT number, subject, symptoms FROM ticket WHERE number = :number")
        with engine.connect() as connection:
            ticket = connection.execute(query, {"number": number}).one()
        return render_template_string(PAGE, ticket=ticket, name=current_user.name)

    client = app.test_client()
    with client.session_transaction() as session:
        session["_user_id"] = str(user_id)
        session["_fresh"] = True

    def run(_i: int) -> None:
        assert client.get(f"/{number}").status_code == 200

    return Operation("bare flask view", run, n=200)
