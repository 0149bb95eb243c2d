"""What a call or a remote session was about, in words."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from portal.infra.plain import Plain
from portal.tickets.rules.words import Outcome, Phase
from portal.web import filters

OUTCOME_FOR_CLIENT: dict[Outcome, Any] = {
    Outcome.SOLVED: _l("Solved"),
    Outcome.CALL_AGAIN: _l("We call again"),
    Outcome.CLIENT_TRIES: _l("You try our advice"),
    Outcome.NOT_REACHED: _l("We did not reach you"),
    Outcome.NOT_SOLVABLE: _l("Not solvable this way"),
}


def work_facts(work: Plain, *, reader_is_staff: bool) -> list[tuple[str, Any]]:
    """What a call or a remote session was about, as (word, value); the client reads the outcome in the client's words."""
    rows: list[tuple[str, Any]] = [
        (_("Spoke to"), work.contact.name if work.contact else ""),
        (_("Symptom"), filters.paragraphs(work.symptom)),
        (_("Advice") if work.phase is Phase.PHONE else _("What was done"), filters.paragraphs(work.advice)),
    ]
    if not reader_is_staff:
        rows.append((_("Outcome"), str(OUTCOME_FOR_CLIENT[work.outcome])))
    if work.call_again_at:
        rows.append((_("Next call"), filters.when(work.call_again_at)))
    if work.touches_data:
        rows.append((_("Data"), _("The session touched the client's data")))
    rows.append((_("Last backup"), work.last_backup))
    rows.append((_("Why not"), filters.paragraphs(work.why_not)))
    if reader_is_staff:
        rows.append((_("Phone number"), work.number))
    return rows
