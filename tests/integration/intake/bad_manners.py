"""What a message could do to its reader, for the tests of the child process."""

import os
import tempfile
import time
from typing import Any


def answer(data: bytes) -> tuple[Any, list[bytes]]:
    if data == b"sleep":
        time.sleep(60)
    elif data == b"loop":
        while True:
            pass
    elif data == b"eat":
        bytearray(1 << 32)
    elif data == b"die":
        os._exit(3)
    elif data == b"raise":
        raise ValueError
    elif data == b"recurse":
        return answer_deeper(0), []
    elif data == b"write":
        with tempfile.TemporaryFile(buffering=0) as file:
            file.write(b"x")
    elif data == b"print":
        os.write(1, b"noise")
    return {"size": len(data), "text": "你好"}, [data, b""]


def answer_deeper(depth: int) -> int:
    return answer_deeper(depth + 1)
