"""A child process for work on untrusted bytes: limited in time and memory, kept between calls, replaced when it dies.

Owns the process, the pipe and the watchdog. Refuses to unpickle what the child says: answers are JSON and plain bytes.
"""

import atexit
import json
import os
import resource
import select
import struct
import subprocess
import sys
import threading
import time
from contextlib import suppress
from importlib import import_module
from typing import IO, Any

from portal.config import ROOT

WALL = 3
"""Wall-clock seconds for each CPU second: on a busy machine an honest message is only slow, not hungry."""
_HEAD = struct.Struct(">QQ")


class ChildFailed(Exception):
    """The child gave no answer; `code` is "timeout", "memory" or "crashed"."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Child:
    """One persistent process that answers `function(bytes) -> (plain values, list of bytes)`, named as "module:function".

    `seconds` are CPU seconds a call, and WALL times as many by the clock; `megabytes` bound its address space.
    Thread-safe, one call at a time.
    """

    def __init__(self, function: str, *, seconds: float, megabytes: int, calls: int = 500) -> None:
        self.function, self.seconds, self.megabytes, self.calls = function, seconds, megabytes, calls
        self._process: subprocess.Popen[bytes] | None = None
        self._served = 0
        self._lock = threading.Lock()
        atexit.register(self.close)

    def call(self, data: bytes) -> tuple[Any, list[bytes]]:
        """The answer. Raises ChildFailed when the child was killed, crashed or took too long; the next call has a new one."""
        with self._lock:
            process = self._ready()
            watchdog = threading.Timer(self.seconds * WALL, process.kill)
            began = time.monotonic()
            watchdog.start()
            try:
                assert process.stdin is not None
                assert process.stdout is not None
                process.stdin.write(_HEAD.pack(len(data), 0) + data)
                process.stdin.flush()
                answer = _read_frame(process.stdout)
            except (OSError, EOFError, ValueError):
                self._end()
                raise ChildFailed(
                    "timeout" if time.monotonic() - began >= self.seconds * 0.98 else "crashed"
                ) from None
            except BaseException:
                self._end()
                raise
            finally:
                watchdog.cancel()
            self._served += 1
            if self._served >= self.calls:
                self._end()
            values, blobs = answer
            if isinstance(values, dict) and values.get("child_failed"):
                self._end()
                raise ChildFailed(str(values["child_failed"]))
            return values, blobs

    def close(self) -> None:
        with self._lock:
            self._end()

    def _ready(self) -> subprocess.Popen[bytes]:
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
            cwd=ROOT,
            env={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1"},
        )
        self._served = 0
        # Starting is no part of a message's time: wait for the first word.
        stdout = self._process.stdout
        assert stdout is not None
        if not select.select([stdout], [], [], 30)[0] or stdout.read(1) != b"!":
            self._end()
            raise RuntimeError("the reading process does not start")
        return self._process

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            with suppress(OSError):
                process.kill()
            process.wait()
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    with suppress(OSError):
                        pipe.close()


def _read_frame(stream: IO[bytes]) -> tuple[Any, list[bytes]]:
    size, count = _HEAD.unpack(_exactly(stream, _HEAD.size))
    values = json.loads(_exactly(stream, size))
    blobs = [_exactly(stream, _HEAD.unpack(_exactly(stream, _HEAD.size))[0]) for _ in range(count)]
    return values, blobs


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
        try:
            values, blobs = answer(_exactly(stdin, _HEAD.unpack(head)[0]))
        except MemoryError:
            values, blobs = {"child_failed": "memory"}, []
        except Exception:  # RecursionError and every fault of a parser: the message is held, the worker lives
            values, blobs = {"child_failed": "crashed"}, []
        body = json.dumps(values).encode()
        stdout.write(_HEAD.pack(len(body), len(blobs)) + body)
        for blob in blobs:
            stdout.write(_HEAD.pack(len(blob), 0))
            stdout.write(blob)
        stdout.flush()


if __name__ == "__main__":
    serve(sys.argv[1], float(sys.argv[2]), int(sys.argv[3]))
