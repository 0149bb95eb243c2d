"""What a child may be asked in the tests: work that ends well, and work that does not."""

import os
import signal
import time

_kept: list[bytes] = []


def answer(data: bytes) -> tuple[object, list[bytes]]:
    """Does what the first word says."""
    word, _, rest = data.partition(b" ")
    if word == b"loop":
        while True:
            pass
    if word == b"sleep":
        time.sleep(60)
    if word == b"eat":
        return len(bytearray(1 << 30)), []
    if word == b"hoard":  # a leak: every call leaves its bytes behind
        _kept.append(bytes(int(rest)))
        return len(_kept), []
    if word == b"die":
        os.kill(os.getpid(), signal.SIGSEGV)
    if word == b"raise":
        raise RecursionError
    if word == b"print":
        print("noise that is no answer")
    if word == b"write":
        with open("/tmp/portal-child-was-here", "w") as file:
            file.write("x" * 10)
    if word == b"much":
        return None, [b"x" * 20_000_000] * 10
    return {"said": rest.decode(), "pid": os.getpid(), "environment": sorted(os.environ)}, [rest]
