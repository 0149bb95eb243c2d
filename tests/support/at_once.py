"""Several people at the same moment, each in a thread and a session of their own."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from flask import Flask

from portal.infra.db import db

T = TypeVar("T")


def at_once(app: Flask, acts: Sequence[Callable[[], T]]) -> list[T]:
    """What each of them got, in their order. None begins before all are there; a fault of one is raised after all are done."""
    start = threading.Barrier(len(acts))

    def one(act: Callable[[], T]) -> T:
        with app.app_context():
            try:
                start.wait(30)
                return act()
            finally:
                db.session.remove()

    db.session.rollback()
    with ThreadPoolExecutor(len(acts)) as pool:
        return [running.result() for running in [pool.submit(one, act) for act in acts]]
