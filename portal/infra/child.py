"""A child process for work on untrusted bytes: limited in time and memory, kept between calls, replaced when it dies.

Owns the process, the pipe and the watchdog. Refuses to unpickle what the child says: answers are JSON and plain bytes.
"""

import atexit
import json
import os
import resource
import select
import signal
import struct
import subprocess
import sys
import threading
import time
from contextlib import suppress
from importlib import import_module
from typing import IO, Any

from portal.config import ROOT

_HEAD = struct.Struct(">QQ")
_STARTS_WITHIN = 30
"""Seconds for a new child's first word; starting is no part of a call's time."""
_CHUNK = 1 << 20


class ChildFailed(Exception):
    """The child gave no answer. `code`: "timeout", "memory", "crashed", or "starved" where the machine gave it no time."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Child:
    """One persistent process that answers `function(bytes) -> (plain values, list of bytes)`, named as "module:function".

    `seconds` bound a call by the clock, from the first byte sent to the last byte answered: what takes longer is killed
    then. The same number of CPU seconds is set in the child as well (rounded up to the whole second that the kernel
    counts in), for the time when the parent is gone. `megabytes` bound its address space and its answer.
    Thread-safe, one call at a time.
    """

    def __init__(self, function: str, *, seconds: float, megabytes: int, calls: int = 2000) -> None:
        self.function, self.seconds, self.megabytes, self.calls = function, seconds, megabytes, calls
        self._process: subprocess.Popen[bytes] | None = None
        self._owner = 0
        self._served = 0
        self._lock = threading.Lock()
        atexit.register(self.close)

    def call(self, data: bytes) -> tuple[Any, list[bytes]]:
        """The answer. Raises ChildFailed when the child was killed, crashed or took too long; the next call has a new one.

        A child that has served many calls and runs out of memory is given this one again, fresh, if there is time left.
        """
        with self._lock:
            process = self._ready()
            began, served = time.monotonic(), self._served
            try:
                return self._ask(process, data, began + self.seconds)
            except ChildFailed as error:
                left = began + self.seconds - time.monotonic()
                if error.code != "memory" or not served or left < self.seconds / 2:
                    raise
            return self._ask(self._ready(), data, time.monotonic() + left)

    def _ask(self, process: subprocess.Popen[bytes], data: bytes, deadline: float) -> tuple[Any, list[bytes]]:
        worked = _cpu_seconds(process.pid)
        try:
            line = _Line(process, deadline, self.megabytes << 20)
            line.write(_HEAD.pack(len(data), 0) + data)
            values, blobs = line.read_answer()
        except TimeoutError:
            starved = _cpu_seconds(process.pid) - worked < self.seconds / 5
            self._end()
            raise ChildFailed("starved" if starved else "timeout") from None
        except (OSError, EOFError, ValueError):
            self._end()
            raise ChildFailed("timeout" if process.returncode == -signal.SIGXCPU else "crashed") from None
        except BaseException:
            self._end()
            raise
        self._served += 1
        if self._served >= self.calls:
            self._end()
        if isinstance(values, dict) and values.get("child_failed"):
            self._end()
            raise ChildFailed(str(values["child_failed"]))
        return values, blobs

    def close(self) -> None:
        with self._lock:
            self._end()

    def _ready(self) -> subprocess.Popen[bytes]:
        if self._process is not None and self._owner != os.getpid():
            self._process = None  # the parent forked: its child is not ours
        if self._process is not None and self._process.poll() is None:
            return self._process
        self._end()
        self._process = subprocess.Popen(  # noqa: S603 — our own interpreter and module
            [
                sys.executable,
                "-m",
                "portal.infra.child",
                self.function,
                str(self.seconds),
                str(self.megabytes),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
            cwd=ROOT,
            env={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1"},
        )
        self._owner, self._served = os.getpid(), 0
        try:
            word = _Line(self._process, time.monotonic() + _STARTS_WITHIN, 1).read(1)
        except (OSError, EOFError):
            word = b""
        if word != b"!":
            self._end()
            raise RuntimeError("the reading process does not start")
        return self._process

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is not None and self._owner == os.getpid():
            with suppress(OSError):
                process.kill()
            process.wait()
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    with suppress(OSError):
                        pipe.close()


class _Line:
    """The two pipes of a process until a deadline: neither a full nor a silent one holds the parent any longer."""

    def __init__(self, process: subprocess.Popen[bytes], deadline: float, room: int) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self._in, self._out = process.stdin.fileno(), process.stdout.fileno()
        self._deadline, self._room = deadline, room

    def _wait(self, descriptor: int, event: int) -> None:
        left = self._deadline - time.monotonic()
        poll = select.poll()
        poll.register(descriptor, event)
        if left <= 0 or not poll.poll(left * 1000):
            raise TimeoutError

    def write(self, data: bytes) -> None:
        os.set_blocking(self._in, False)
        rest = memoryview(data)
        while rest:
            self._wait(self._in, select.POLLOUT)
            with suppress(BlockingIOError):
                rest = rest[os.write(self._in, rest[:_CHUNK]) :]

    def read(self, size: int) -> bytes:
        """Exactly `size` bytes; ValueError where the answer is larger than it may be."""
        self._room -= size
        if self._room < 0:
            raise ValueError(size)
        parts: list[bytes] = []
        while size:
            self._wait(self._out, select.POLLIN)
            piece = os.read(self._out, min(size, _CHUNK))
            if not piece:
                raise EOFError
            parts.append(piece)
            size -= len(piece)
        return b"".join(parts)

    def read_answer(self) -> tuple[Any, list[bytes]]:
        size, count = _HEAD.unpack(self.read(_HEAD.size))
        values = json.loads(self.read(size))
        return values, [self.read(_HEAD.unpack(self.read(_HEAD.size))[0]) for _ in range(count)]


def _cpu_seconds(pid: int) -> float:
    """What a process has worked so far: the kernel's clock of that process (Linux); 0 where there is none."""
    try:
        return time.clock_gettime((~pid << 3) | 2)
    except (OSError, AttributeError):
        return 0.0


def _exactly(stream: IO[bytes], size: int) -> bytes:
    data = stream.read(size)
    if len(data) != size:
        raise EOFError
    return data


def serve(function: str, seconds: float, megabytes: int) -> None:
    """The child's side: answer until the parent closes the pipe, and die with it."""
    module, _, name = function.partition(":")
    answer = getattr(import_module(module), name)
    limit = megabytes * 1024 * 1024
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    stdin, stdout = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    stdout.write(b"!")
    stdout.flush()
    while True:
        head = stdin.read(_HEAD.size)
        if len(head) != _HEAD.size:
            return
        used = resource.getrusage(resource.RUSAGE_SELF)
        budget = int(used.ru_utime + used.ru_stime + seconds) + 1
        resource.setrlimit(resource.RLIMIT_CPU, (budget, resource.getrlimit(resource.RLIMIT_CPU)[1]))
        blobs: list[bytes] = []
        try:
            values, blobs = answer(_exactly(stdin, _HEAD.unpack(head)[0]))
            body = json.dumps(values).encode()
        except MemoryError:
            body, blobs = b'{"child_failed": "memory"}', []
        except Exception:  # RecursionError and every fault of a parser: the message is held, the worker lives
            body, blobs = b'{"child_failed": "crashed"}', []
        stdout.write(_HEAD.pack(len(body), len(blobs)) + body)
        for blob in blobs:
            stdout.write(_HEAD.pack(len(blob), 0))
            stdout.write(blob)
        stdout.flush()
        values, body = None, b""  # not beside the next one
        blobs.clear()


if __name__ == "__main__":
    serve(sys.argv[1], float(sys.argv[2]), int(sys.argv[3]))
