"""Times one operation: repeated runs, the median of each figure, one JSON line."""

import gc
import json
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

from tests.support.queries import counted

REPEATS = 5


@dataclass(frozen=True)
class Operation:
    """`run(i)` does it once and raises if it did not work; it is measured `n` times in each of the repeats."""

    op: str
    run: Callable[[int], object]
    n: int = 40
    counts_queries: bool = True
    like: Callable[[int], object] | None = None
    """The bare page of the same bytes and rows. The two take turns, so that a busy machine slows both alike."""


def line(operation: Operation, database: str | None, tickets: int | None) -> str:
    """Run it and describe it. Times in milliseconds; `cpu_ms` is this process's alone, not the database server's;
    `times_bare` is its proportion to the CPU of the bare page of the same bytes and rows.

    `per_s` is what one thread does one after the other.
    """
    serial = iter(range(10**9))
    for _ in range(2):  # what the first ones compile is not part of it
        operation.run(next(serial))
    runs, bares = [], []
    for _ in range(REPEATS):
        runs.append(_once(operation.run, operation.n, serial))
        if operation.like:
            bares.append(_once(operation.like, operation.n, serial)[3])
    p50, p95, per_s, cpu = (round(statistics.median(figures), 2) for figures in zip(*runs, strict=True))
    found: dict[str, object] = {
        "op": operation.op, "database": database, "tickets": tickets, "n": operation.n * REPEATS, "p50_ms": p50, "p95_ms": p95,
        "per_s": per_s, "cpu_ms": cpu, "queries": None,
    }  # fmt: skip
    if operation.counts_queries:
        with counted() as statements:
            operation.run(next(serial))
        found["queries"] = len(statements)
    if bares:
        ratio = statistics.median(run[3] / bare for run, bare in zip(runs, bares, strict=True))
        found |= {"bare_cpu_ms": round(statistics.median(bares), 2), "times_bare": round(ratio, 2)}
    return json.dumps(found)


def _once(run: Callable[[int], object], n: int, serial: "object") -> tuple[float, float, float, float]:
    gc.collect()
    times = []
    cpu, begun = time.process_time(), time.perf_counter()
    for _ in range(n):
        start = time.perf_counter()
        run(next(serial))  # type: ignore[call-overload]
        times.append((time.perf_counter() - start) * 1000)
    elapsed, cpu = time.perf_counter() - begun, time.process_time() - cpu
    times.sort()
    p95 = times[min(len(times) - 1, round(0.95 * (len(times) - 1)))]
    return statistics.median(times), p95, n / elapsed, cpu * 1000 / n
