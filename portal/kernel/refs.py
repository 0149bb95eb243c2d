"""Names of things that travel outside: ticket numbers, signed reply addresses, random secrets and their hashes."""

import base64
import hashlib
import hmac
import re
import secrets

_TICKET = re.compile(r"(?<![\w-])[Tt]-?(\d{4,10})(?!\w)")
_PLUS = re.compile(r"\+t(\d+)-([a-z2-7]{16})@", re.IGNORECASE)


def ticket_number(number: int) -> str:
    """The public form of a ticket's number, short enough to be said on the phone: T-1042."""
    return f"T-{number}"


def visit_number(number: int) -> str:
    """V-1001."""
    return f"V-{number}"


def sheet_number(number: int) -> str:
    """S-1001."""
    return f"S-{number}"


def quote_number(number: int) -> str:
    """Q-1001."""
    return f"Q-{number}"


def ticket_numbers_in(text: str) -> list[int]:
    """Numbers named in free text, in order, without repeats. A bare number is not a name."""
    return list(dict.fromkeys(int(n) for n in _TICKET.findall(text)))


def parse_ticket_number(text: str) -> int | None:
    """What a person typed into a search for a number: "1042", "T-1042", "t1042"; None for other words."""
    match = re.fullmatch(r"\s*(?:[Tt]\s*-?\s*)?(\d{3,10})\s*", text)
    return int(match.group(1)) if match else None


def _signature(secret: str, number: int) -> str:
    digest = hmac.new(secret.encode(), f"reply:{number}".encode(), hashlib.sha256).digest()
    return base64.b32encode(digest[:10]).decode().lower()


def reply_address(secret: str, mailbox: str, number: int) -> str:
    """The mailbox's address with a signed sub-address (RFC 5233) that names the ticket.

    `support@example.com` becomes `support+t1042-abcdefghijklmnop@example.com`. 80 bits of HMAC-SHA256: not to be guessed.
    """
    local, _, domain = mailbox.rpartition("@")
    return f"{local}+t{number}-{_signature(secret, number)}@{domain}"


def ticket_of_reply_address(secret: str, address: str) -> int | None:
    """The ticket's number if the address carries a signature of ours, else None. Case does not matter."""
    match = _PLUS.search(address + ("" if "@" in address else "@"))
    if not match:
        return None
    number = int(match.group(1))
    return number if hmac.compare_digest(_signature(secret, number), match.group(2).lower()) else None


def loop_mark(secret: str) -> str:
    """What every mail of ours bears, so that it is known when it comes back. Says nothing about which mail it is."""
    return hmac.new(secret.encode(), b"loop", hashlib.sha256).hexdigest()[:32]


def new_secret() -> str:
    """A random, URL-safe secret of 256 bits."""
    return secrets.token_urlsafe(32)


_PIN_DIGITS = 8


def new_pin() -> str:
    """Eight random digits, the first not 0: easy to say, hard to guess."""
    return str(secrets.randbelow(9 * 10 ** (_PIN_DIGITS - 1)) + 10 ** (_PIN_DIGITS - 1))


def spoken_pin(pin: str | None) -> str:
    """In two halves, as it is read out: 4821 7305."""
    return f"{pin[:4]} {pin[4:]}" if pin else ""


def pin_in(text: str) -> str | None:
    """A PIN as somebody typed it, with blanks or dashes or without; None for anything else."""
    digits = "".join(c for c in text if c not in " -\u3000\u00a0")
    return digits if len(digits) == _PIN_DIGITS and digits.isascii() and digits.isdecimal() else None


def hash_of(secret: str) -> str:
    """What is stored of a random secret. Not for passwords, which are guessable and want argon2."""
    return hashlib.sha256(secret.encode()).hexdigest()


def keyed_secret(secret: str, purpose: str) -> str:
    """A URL-safe secret that can be derived again for the same purpose, and by nobody without the key."""
    digest = hmac.new(secret.encode(), purpose.encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")
