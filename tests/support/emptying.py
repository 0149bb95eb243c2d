"""Empties a PostgreSQL database for the next test: copying the template anew takes a second, this takes some milliseconds.

What a test did to the tables themselves cannot be taken back here: such a database is refused, and made anew.
"""

import psycopg

_SHAPE = """
SELECT md5(concat(
  (SELECT string_agg(oid::text, ',' ORDER BY oid) FROM pg_class WHERE relnamespace = 'public'::regnamespace),
  (SELECT string_agg(concat(attrelid, attname, atttypid, attnotnull), ',' ORDER BY attrelid, attnum) FROM pg_attribute
    WHERE attrelid IN (SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r')),
  (SELECT string_agg(concat(oid, tgenabled), ',' ORDER BY oid) FROM pg_trigger),
  (SELECT string_agg(oid::text, ',' ORDER BY oid) FROM pg_constraint),
  (SELECT string_agg(oid::text, ',' ORDER BY oid) FROM pg_proc WHERE pronamespace = 'public'::regnamespace)))
"""
_FILLED = """
SELECT quote_ident(relname) FROM pg_class
WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND pg_relation_size(oid) > 0
"""
_OTHERS = """
SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'
"""
_COUNTERS = """
SELECT setval(format('%I.%I', schemaname, sequencename)::regclass, start_value, false) FROM pg_sequences
WHERE last_value IS NOT NULL
"""

_new: dict[str, tuple[str, set[str]]] = {}
"""What a database of this process was like when it was new: its shape, and the tables that the migrations filled."""


def learn(conninfo: str) -> None:
    """Remember a database that was just copied from the template."""
    with psycopg.connect(conninfo, autocommit=True) as connection:
        _new[conninfo] = _shape(connection), _filled(connection)


def empty(conninfo: str) -> bool:
    """Whether the database is again as it was when it was learned. Whoever is still at work in it is thrown out; connections that
    rest may stay. False: make it anew."""
    if conninfo not in _new:
        return False
    shape, kept = _new[conninfo]
    if kept != {"alembic_version"}:
        return False  # rows that a migration wrote are not told from a test's
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute(_OTHERS)
        if _shape(connection) != shape:
            return False
        deletions = [f"DELETE FROM {table}" for table in sorted(_filled(connection) - kept)]
        if deletions:
            # As a replica: neither foreign keys nor triggers ask.
            connection.execute("; ".join(["SET session_replication_role = replica", *deletions]).encode())
        connection.execute(_COUNTERS)
    return True


def forget(conninfo: str) -> None:
    """It is about to hold something else."""
    _new.pop(conninfo, None)


def _shape(connection: "psycopg.Connection[tuple[str]]") -> str:
    row = connection.execute(_SHAPE).fetchone()
    assert row
    return row[0]


def _filled(connection: "psycopg.Connection[tuple[str]]") -> set[str]:
    return {name for (name,) in connection.execute(_FILLED)}
