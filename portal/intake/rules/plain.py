"""Plain text in its old dress: flowed lines, enriched text, machine reports, the excuses of HTML programs."""

import re
from email.message import Message
from typing import Any

from portal.intake.rules import charsets, headers
from portal.intake.rules.transfer import Aside, content


def is_excuse(text: str) -> bool:
    """True for the plain part of programs that only write HTML: 'your client does not support…'."""
    return len(text) < 400 and bool(
        re.search(
            r"(?i)(?:does not|doesn't|cannot|can't|unable to) (?:support|display|view|read)|"
            r"html[- ](?:e-?mail|capable|format|version)|不支持HTML|无法显示HTML",
            text,
        )
    )


def say_different_things(text: str, html: str) -> bool:
    """True where hardly anything of the HTML's words is in the plain text: then neither stands for the other."""
    short = text[:40_000].lower()
    words = [w for w in re.split(r"\W+", html[:8_000].lower()) if len(w) > 1][:400]
    if len(words) < 4:
        return False
    return sum(w in short for w in words) < 0.3 * len(words)


def flowed(text: str, delsp: bool) -> str:
    """format=flowed (RFC 3676): a line that ends in a space goes on in the next one of the same quote depth."""
    out: list[list[str]] = []  # pieces: a paragraph may have as many lines as it likes
    open_depth = -1
    for line in text.split("\n"):
        match = re.match(r">*", line)
        depth = match.end() if match else 0
        body = line[depth:]
        body = body.removeprefix(" ")
        signature = body == "-- "
        if open_depth == depth and not signature:
            out[-1].append(body)
        else:
            out.append([(">" * depth + " " if depth else "") + body])
        flows = body.endswith(" ") and not signature
        if flows and delsp:
            out[-1][-1] = out[-1][-1][:-1]
        open_depth = depth if flows else -1
    return "\n".join(line if line == "-- " else line.rstrip() for line in map("".join, out))


def enriched(text: str) -> str:
    text = re.sub(r"(?i)<param>[^<]{0,2000}</param>", "", text).replace("<<", "\x01")
    text = re.sub(r"</?[A-Za-z][\w-]{0,60}>", "", text).replace("\x01", "<")
    return re.sub(r"\n(\n*)", lambda m: m.group(1) or " ", text)


def report(part: Message, aside: Aside) -> str:
    """The machine part of a delivery or reading report, as lines."""
    payload: Any = vars(part)["_payload"]  # get_payload() decodes by the label, and fails on some
    if isinstance(payload, list):
        blocks = ["\n".join(f"{k}: {headers.text(str(v), 2000)}" for k, v in p.raw_items()) for p in payload]
        bodies = [vars(p)["_payload"] for p in payload if not p.keys()]
        rest = [body for body in bodies if isinstance(body, str)]
        return charsets.clean("\n\n".join(b for b in [*blocks, *rest] if b.strip()))
    return charsets.decode(content(part, aside))
