"""The mark of a mail that we send to ourselves: its number and a signature, in the subject, where every server leaves it."""

import hmac
import re

from portal.kernel import refs

_MARK = re.compile(r"\bHeartbeat (\d{1,18})-([A-Za-z0-9_-]{24})(?![A-Za-z0-9_-])")


def subject_of(secret: str, number: int) -> str:
    """The subject of the heartbeat with this number."""
    return f"Heartbeat {number}-{_signature(secret, number)}"


def number_in(secret: str, subject: str) -> int | None:
    """The number of the heartbeat with this subject; None for other mail, however it is called."""
    found = _MARK.search(subject)
    if found is None:
        return None
    number = int(found.group(1))
    return number if hmac.compare_digest(_signature(secret, number), found.group(2)) else None


def _signature(secret: str, number: int) -> str:
    return refs.keyed_secret(secret, f"heartbeat:{number}")[:24]
