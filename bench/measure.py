"""Times one operation: repeated runs, the median of each figure, one JSON line."""

import gc
import json
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

from tests.support.queries import counted

REPEATS = 3


@dataclass(frozen=True)
class Operation:
    """`run(i)` does it once and raises if it did not work; it is measured `n` times in each of the repeats."""

    op: str
    run: Callable[[int], object]
    n: int = 40
    counts_queries: bool = True


def line(operation: Operation, database: str | None, tickets: int | None) -> str:
    """Run it and describe it. Times in milliseconds; `cpu_ms` is this process's alone, not the database server's.

    `per_s` is what one thread does one after the other.
    """
    serial = iter(range(10**9))
    operation.run(next(serial))  # what the first one compiles is not part of it
    runs = [_once(operation, serial) for _ in range(REPEATS)]
    p50, p95, per_s, cpu = (round(statistics.median(figures), 2) for figures in zip(*runs, strict=True))
    queries = None
    if operation.counts_queries:
        with counted() as found:
            operation.run(next(serial))
        queries = len(found)
    return json.dumps(
        {"op": operation.op, "database": database, "tickets": tickets, "n": operation.n * REPEATS, "p50_ms": p50, "p95_ms": p95,
         "per_s": per_s, "cpu_ms": cpu, "queries": queries},
    )  # fmt: skip


def _once(operation: Operation, serial: "object") -> tuple[float, float, float, float]:
    gc.collect()
    times = []
    cpu, begun = time.process_time(), time.perf_counter()
    for _ in range(operation.n):
        start = time.perf_counter()
        operation.run(next(serial))  # type: ignore[call-overload]
        times.append((time.perf_counter() - start) * 1000)
    elapsed, cpu = time.perf_counter() - begun, time.process_time() - cpu
    times.sort()
    p95 = times[min(len(times) - 1, round(0.95 * (len(times) - 1)))]
    return statistics.median(times), p95, operation.n / elapsed, cpu * 1000 / operation.n
