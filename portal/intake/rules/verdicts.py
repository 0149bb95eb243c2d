"""What servers on the way judged: is the sender who From says (RFC 8601), is it spam?

Owns the reading of their headers. Refuses to trust: anybody can write them. `Verdict.server` says whose word it is, and route.py
counts only our own server's.
"""

import re
from collections.abc import Iterable, Mapping, Sequence

from portal.intake.rules.mail import Verdict

_RESULT = re.compile(r"([A-Za-z][A-Za-z0-9-]{0,30})(?:\s?/\s?\d{1,3})?\s{0,3}=\s{0,3}([A-Za-z]{1,20})")
_PROPERTY = re.compile(
    r"([A-Za-z][A-Za-z0-9-]{0,30})\.([A-Za-z][A-Za-z0-9_-]{0,40})\s{0,3}=\s{0,3}(\S{1,320})"
)
_DOMAINS = {
    "dmarc": (("header", "from"),),
    "dkim": (("header", "d"), ("header", "i"), ("header", "from")),
    "spf": (("smtp", "mailfrom"), ("smtp", "mail"), ("smtp", "helo"), ("smtp", "envelope-from")),
}
_MOST = 40


def of(values: Sequence[str]) -> tuple[Verdict, ...]:
    """The verdicts of all Authentication-Results headers, the topmost (the last server's) first. Linear in their length."""
    found: list[Verdict] = []
    for position, value in enumerate(values[:_MOST]):
        segments = _segments(value)
        head = segments[0].split() if segments else []
        server = head[0].lower().strip('"') if head and "=" not in head[0] else ""
        for segment in segments[1:] if server else segments:
            result = _RESULT.match(segment)
            if result is None:
                continue
            method = result.group(1).lower()
            said = {
                (p.group(1).lower(), p.group(2).lower()): p.group(3).strip('"<>,').lower()
                for p in _PROPERTY.finditer(segment)
            }
            names = _DOMAINS.get(method, (("header", "from"), ("header", "d")))
            named = next((said[name] for name in names if name in said), "")
            found.append(Verdict(server, method, result.group(2).lower(), named.rpartition("@")[2], position))
            if len(found) >= _MOST:
                return tuple(found)
    return tuple(found)


def _segments(value: str) -> list[str]:
    """Divided at semicolons, comments (which nest) left out, quoted strings whole."""
    out: list[str] = []
    current: list[str] = []
    depth, quoted = 0, False
    for c in value[:8000]:
        if quoted:
            quoted = c != '"'
        elif c == '"' and depth == 0:
            quoted = True
        elif c == "(":
            depth += 1
            continue
        elif c == ")" and depth:
            depth -= 1
            current.append(" ")
            continue
        if depth:
            continue
        if c == ";" and not quoted:
            out.append("".join(current).strip())
            current = []
        else:
            current.append(c)
    out.append("".join(current).strip())
    return out


def contradicts(verdicts: Iterable[Verdict]) -> bool:
    """The last server says that the mail is not from whom it claims: DMARC fails; or, where DMARC is silent, SPF or DKIM fails
    and the other does not make up for it."""
    top = list(verdicts)
    if not top:
        return False
    first = next(v for v in top if v.position == 0) if any(v.position == 0 for v in top) else top[0]
    last_server = [v for v in top if v.server == first.server and (v.server or v.position == first.position)]
    results = {
        method: {v.result for v in last_server if v.method == method}
        for method in ("dmarc", "spf", "dkim", "compauth")
    }
    if results["dmarc"] & {"pass", "fail"}:
        return "pass" not in results["dmarc"]
    if "fail" in results["compauth"]:
        return True
    spf_fails = bool(results["spf"] & {"fail", "hardfail"})
    dkim_fails = "fail" in results["dkim"] and "pass" not in results["dkim"]
    return (spf_fails and "pass" not in results["dkim"]) or (dkim_fails and "pass" not in results["spf"])


# Header, and how its value begins where the filter means spam.
_SPAM = (
    ("x-spam-flag", re.compile(r"(?i)\s{0,5}(?:yes|true|1)\b")),
    ("x-spam-status", re.compile(r"(?i)\s{0,5}(?:yes|spam|true)\b")),
    ("x-spam", re.compile(r"(?i)\s{0,5}(?:yes|true|spam|1)\b")),
    ("x-spam-action", re.compile(r"(?i)\s{0,5}(?:reject|add header|rewrite)")),
    ("x-spam-result", re.compile(r"(?i)\s{0,5}(?:yes|spam)")),
    ("x-spamd-result", re.compile(r"(?i)\s{0,5}default:\s{0,3}true\b")),
    ("x-rspamd-action", re.compile(r"(?i)\s{0,5}(?:reject|add header|rewrite subject)")),
    ("x-barracuda-spam-flag", re.compile(r"(?i)\s{0,5}yes")),
    ("x-bogosity", re.compile(r"(?i)\s{0,5}(?:spam|yes)\b")),
    ("x-dspam-result", re.compile(r"(?i)\s{0,5}spam\b")),
    ("x-crm114-status", re.compile(r"(?i)\s{0,5}spam\b")),
    ("x-ses-spam-verdict", re.compile(r"(?i)\s{0,5}fail")),
    ("x-mailgun-sflag", re.compile(r"(?i)\s{0,5}yes")),
    ("x-proofpoint-spam-details", re.compile(r"(?i)\s{0,5}rule=(?!not)[a-z_]{0,40}spam\b")),
    ("x-ms-exchange-organization-scl", re.compile(r"\s{0,5}[5-9]\b")),
    ("x-forefront-antispam-report", re.compile(r"(?i).{0,600}?\b(?:sfv:spm|scl:[5-9])\b")),
    ("x-netease-spam", re.compile(r"(?i)\s{0,5}(?:yes|true|1)")),
    ("x-spam-report-verdict", re.compile(r"(?i)\s{0,5}spam")),
)
_SPAM_SUBJECT = re.compile(
    r"(?i)^\s{0,3}(?:\*{2,8}\s{0,2}(?:possible\s)?spam\s{0,2}\*{2,8}|[\[{(<【]\s{0,2}(?:suspected |"
    r"possible )?(?:spam|"
    r"junk|疑似垃圾邮件|垃圾邮件|垃圾郵件)"
    r"\s{0,2}\??[\]})>】])"
)


def is_spam(fields: Mapping[str, str], subject: str) -> bool:
    """A filter's word, in its header or before the subject. `fields`: the first value by lower-case name."""
    return any(name in fields and pattern.match(fields[name]) for name, pattern in _SPAM) or bool(
        _SPAM_SUBJECT.match(subject)
    )
