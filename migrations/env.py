"""How migrations reach the database: the application's own engine, foreign keys off on SQLite while tables are rebuilt."""

from alembic import context
from flask import current_app
from sqlalchemy import Connection

from portal.infra.db import db


def _foreign_keys(connection: Connection, state: str) -> None:
    # By the driver itself: inside of the transaction that SQLAlchemy begins the pragma does nothing, without an error.
    connection.connection.driver_connection.execute(f"PRAGMA foreign_keys={state}")


def _run() -> None:
    with db.engine.connect() as connection:
        sqlite = connection.dialect.name == "sqlite"
        if sqlite:  # a table is rebuilt by dropping the old one, and its children would go or forbid it
            _foreign_keys(connection, "OFF")
        try:
            context.configure(
                connection=connection,
                target_metadata=db.metadata,
                **current_app.extensions["migrate"].configure_args,
            )
            with context.begin_transaction():
                context.run_migrations()
            if sqlite:
                broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
                if broken:
                    raise RuntimeError(f"foreign keys are broken after the migration: {broken[:5]}")
            connection.commit()
        finally:
            connection.rollback()
            if sqlite:
                _foreign_keys(connection, "ON")


if context.is_offline_mode():
    raise SystemExit("migrations need the database: they ask it what it is")
_run()
