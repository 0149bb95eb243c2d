"""`make bench`: JSON lines on standard output, what it is doing on standard error.

BENCH_TICKETS=1000,10000 and BENCH_DATABASES=sqlite,postgresql choose the sizes and engines.
"""

import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from flask import Flask

from bench import calls, filling, intake, mail, operations, search
from bench import engine as engine_rules
from bench.bare import Bare
from bench.measure import Operation, line
from tests.support import databases, run_folder
from tests.support.client import Client

Group = Callable[[Flask, filling.Filled, Bare], list[Operation]]
GROUPS: list[Group] = [
    lambda _app, _filled, bare: [bare.operation()],
    operations.pages,
    search.operations,
    calls.finding,
    operations.writing,
    lambda app, _filled, _bare: engine_rules.sweep(app),
]
"""What is measured, in this order: each group is made when its turn comes, over the filled database."""


def say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)


def one(engine: str, tickets: int) -> None:
    """All operations over one database of one size."""
    say(f"{engine}: filling {tickets} tickets …")
    url = databases.fresh(engine, f"bench_{tickets}")
    app = databases.application(url, run_folder.folder() / f"bench-var-{engine}-{tickets}")
    app.config.update(WTF_CSRF_ENABLED=False)
    app.test_client_class = Client
    with app.app_context():
        filled = filling.fill(tickets, datetime.now(UTC))
        bare = Bare(url, filled.agent_user_id, filled.number)
        for group in GROUPS:
            for operation in group(app, filled, bare):
                print(line(operation, engine, tickets), flush=True)
        for words in intake.lines(app, engine, tickets):
            print(words, flush=True)
    databases.dispose(app)


def main() -> None:
    sizes = [int(n) for n in os.environ.get("BENCH_TICKETS", "1000,10000").split(",")]
    engines = os.environ.get("BENCH_DATABASES", "sqlite,postgresql").split(",")
    run_folder.make()
    try:
        for operation in [*engine_rules.pure(), *mail.reading()]:
            print(line(operation, None, None), flush=True)
        for engine in engines:
            for tickets in sizes:
                one(engine, tickets)
    finally:
        started = run_folder.folder() / "postgres.done"
        if started.exists():
            Path(started.read_text()).with_suffix(".stop").touch()
        run_folder.remove()


if __name__ == "__main__":
    main()
