"""The first steps: what is taken out, what is no mail of a person, and whether the sender is who they say.

Owns that only our own server's word counts. Refuses to ask which ticket it belongs to: threading.py does.
"""

from dataclasses import replace

from portal.intake.rules.mail import ParsedMail
from portal.intake.rules.mailboxes import bare
from portal.intake.rules.routing.facts import Facts, Found
from portal.intake.rules.routing.outcomes import Hold, Ignore, Outcome, Report

Step = tuple[str, Outcome | Found]
REPORTS_AN_HOUR = 20
"""More than this on tickets from one address within an hour wait for staff: two machines talk to each other."""
_OURS = "x-portal-"


def control(found: Found, facts: Facts) -> Step:
    """Take out what only our own servers may say: X-Portal headers without our mark, and verdicts of other servers or of
    ours that do not stand topmost (RFC 8601, 5: anybody can write them)."""
    mail = found.mail
    marked = bool(facts.loop_mark) and facts.loop_mark in mail.headers.get("x-portal-loop", ())
    strange = [name for name in mail.headers if name.startswith(_OURS)] if not marked else []
    ours = [
        v for v in mail.flags.verdicts if facts.mailbox.authserv_id and v.server == facts.mailbox.authserv_id
    ]
    topmost = {
        method: min(v.position for v in ours if v.method == method) for method in {v.method for v in ours}
    }
    kept = tuple(v for v in ours if v.position == topmost[v.method])
    taken = bool(strange) or len(kept) != len(mail.flags.verdicts)
    if not taken:
        return "none", found
    left = {name: values for name, values in mail.headers.items() if name not in strange}
    return "taken_out", replace(
        found, mail=replace(mail, headers=left, flags=replace(mail.flags, verdicts=kept))
    )


def shape(found: Found, facts: Facts) -> Step:
    """It must say who writes; a report may come without."""
    if "@" in facts.writer.email:
        return "ok", found
    return "no_sender", found if found.mail.flags.bounce else Hold("no_sender")


def loop(found: Found, facts: Facts) -> Step:
    """Our own mail come back: by its id, by our mark, or because it says that we wrote it. Or a list's copy of what came
    straight to us before."""
    if facts.sent_by_us:
        return "own_id", Ignore("own_mail")
    if facts.loop_mark and facts.loop_mark in found.mail.headers.get("x-portal-loop", ()):
        return "own_mark", Ignore("own_mail")
    if bare(found.mail.sender.email) in facts.own_addresses:
        return "own_address", Ignore("own_mail")
    if facts.came_before:
        return "list_copy", Ignore("list_copy")
    return "no", found


def automatic(found: Found, facts: Facts) -> Step:
    """A machine's mail is kept and never answered: beside its ticket if it names one, else for staff or put aside."""
    flags = found.mail.flags
    if not (flags.auto or flags.bounce or flags.challenge):
        return "no", found
    kind = kind_of(found.mail)
    number = next(iter((*facts.token_numbers, *facts.reference_numbers)), None)
    if number is not None:
        number = facts.tickets[number].goes_on_in
    if kind == "challenge":  # a person has to answer it, or our mail never arrives
        return kind, Hold(kind, number)
    if number is not None:
        if facts.replies_last_hour >= REPORTS_AN_HOUR:
            return kind, Hold("too_many", number)
        return kind, Report(kind, number)
    if kind in ("bounce", "bounce_temporary"):
        return kind, Ignore(kind) if facts.answers_ours else Hold("bounce_unproven")
    if kind == "abuse":
        return kind, Hold(kind)
    if kind == "automatic" and facts.sender is not None and _unasked(found.mail):
        return "unasked", Hold("automatic_unasked")  # a device that writes by itself may report a fault
    return kind, Ignore(kind)


def kind_of(mail: ParsedMail) -> str:
    """Which machine's mail it is, as a reason."""
    flags = mail.flags
    if flags.bounce:
        return "bounce_temporary" if flags.bounce_temporary else "bounce"
    if flags.feedback_report:
        return "abuse"
    if flags.challenge:
        return "challenge"
    return "receipt" if flags.read_receipt else "automatic"


def _unasked(mail: ParsedMail) -> bool:
    return "auto-generated" in " ".join(mail.headers.get("auto-submitted", ())).lower()


def bulk(found: Found, facts: Facts) -> Step:
    """Newsletters and lists open nothing, nor does what wants no answer, for a new ticket is acknowledged. What answers a
    ticket goes on to the next step."""
    if facts.token_numbers or facts.reference_numbers:
        return "no", found
    if found.mail.flags.bulk:
        return "bulk", Hold("bulk")
    if found.mail.flags.no_autoreply and facts.sender is not None:
        return "unasked", Hold("automatic_unasked")
    return "no", found


def authentic(found: Found, facts: Facts) -> Step:
    """DMARC as our own server saw it, for the address in From. A failure is held: somebody else wrote that name.

    It says nothing about a writer whom a list or Reply-To names.
    """
    if not facts.mailbox.authserv_id:
        return "not_asked", found
    verdict = next((v for v in found.mail.flags.verdicts if v.method == "dmarc"), None)
    domain = found.mail.sender.email.lower().rpartition("@")[2]
    if verdict is None or verdict.domain not in ("", domain):
        return "none", found
    if verdict.result == "fail":
        number = next(iter((*facts.token_numbers, *facts.reference_numbers)), None)
        return "fail", Hold("auth_fail", number, facts.domain_organisation)
    if verdict.result != "pass":
        return "none", found
    if facts.writer.email.lower() != found.mail.sender.email.lower():
        return "not_writer", found
    return "pass", replace(found, authentic="pass")
