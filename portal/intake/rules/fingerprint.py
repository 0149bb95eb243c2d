"""One message is one, wherever it was delivered; two messages are two, even under one Message-ID.

Owns the digest by which intake knows a message again. Refuses what servers add on the way: it is not part of the message.
"""

import hashlib
import re

# What the writer's program set. Servers on the way add Received, Delivered-To, verdicts and scores: those differ.
_WRITERS = frozenset(
    b"from to cc reply-to sender subject date message-id in-reply-to references content-type content-transfer-encoding "
    b"mime-version auto-submitted".split()
)


def fingerprint(raw: bytes) -> str:
    """A sha256 over the writer's headers and the body, line ends made equal.

    A mail without Message-ID and without Date also counts the first server's line, else a daily alarm in the same words
    would be one message for ever.
    """
    text = raw.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n").lstrip(b"\n")
    while text.startswith((b"From ", b">From ")):
        text = text.partition(b"\n")[2]
    block, _, body = text.partition(b"\n\n")
    digest = hashlib.sha256()
    names: set[bytes] = set()
    received = b""
    kept: list[bytes] = []
    for line in re.split(rb"\n(?![ \t])", block[: 1 << 20]):
        name = line.partition(b":")[0].strip().lower()
        names.add(name)
        if name == b"received":
            received = line
        elif name in _WRITERS or b":" not in line:
            kept.append(name + b":" + b" ".join(line.partition(b":")[2].split()))
    if b"message-id" not in names and b"date" not in names:
        kept.append(received)
    for line in sorted(kept):
        digest.update(line + b"\n")
    digest.update(b"\n")
    digest.update(body.rstrip(b"\n"))
    return digest.hexdigest()
