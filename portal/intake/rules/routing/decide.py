"""What becomes of a mail: the steps in their order, each of which decides or passes on what it found.

Owns the order. Refuses to look anything up: the facts are gathered before.
"""

from collections.abc import Callable

from portal.intake.rules.mail import ParsedMail
from portal.intake.rules.routing import opening, threading, trust
from portal.intake.rules.routing.facts import Facts, Found
from portal.intake.rules.routing.outcomes import Decision, Hold

STEPS: tuple[tuple[str, Callable[[Found, Facts], trust.Step]], ...] = (
    ("control", trust.control),
    ("shape", trust.shape),
    ("loop", trust.loop),
    ("automatic", trust.automatic),
    ("bulk", trust.bulk),
    ("authentic", trust.authentic),
    ("token", threading.token),
    ("references", threading.references),
    ("subject", threading.subject),
    ("right", threading.right),
    ("merged", threading.merged),
    ("closed", threading.closed),
    ("known", opening.known),
    ("rate", opening.rate),
    ("organisation", opening.organisation),
    ("defaults", opening.defaults),
    ("acknowledgement", opening.acknowledgement),
)


def decide(mail: ParsedMail, facts: Facts) -> Decision:
    """Take the steps in order until one decides. The last one always does."""
    found = Found(mail)
    taken: list[tuple[str, str]] = []
    for name, step in STEPS:
        finding, result = step(found, facts)
        taken.append((name, finding))
        if not isinstance(result, Found):
            return Decision(result, tuple(taken))
        found = result
    return Decision(Hold("unknown_sender"), tuple(taken))
