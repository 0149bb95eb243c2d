"""Words of the desk's pages about contracts: contradictions in a wording, faults in a notice of days off."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from portal.contracts.rules.compiling import Warning
from portal.kernel.working_time import DayKind

KINDS = {
    None: _l("an ordinary day"),
    DayKind.WORKDAY: _l("working day"),
    DayKind.WEEKEND: _l("weekend"),
    DayKind.STATUTORY: _l("statutory holiday"),
    DayKind.BRIDGE: _l("day off beside a holiday"),
    DayKind.MAKEUP: _l("make-up working day"),
}
FAULTS = {
    "head": _l("The first line must be date,kind,name."),
    "columns": _l("Three columns are needed."),
    "date": _l("This is no date of the calendar (YYYY-MM-DD)."),
    "kind": _l("The kind must be statutory, bridge, weekend, makeup or workday."),
    "twice": _l("The date was named before."),
    "makeup_on_weekday": _l("A make-up working day falls on a Saturday or Sunday."),
    "bridge_on_weekend": _l("A day off beside a holiday falls on a weekday."),
    "published": _l("The day of publication is no date."),
    "one_year": _l("A notice names the days of one year."),
}


def warning(found: Warning) -> str:
    """A contradiction in one sentence, with its clause."""
    if found.code == "TERM_MISMATCH":
        return _(
            "The contract says %(months)s months, which end on %(by_length)s, but %(written)s is written (%(clause)s).",
            clause=found.clause,
            **found.facts,
        )
    if found.code == "CAP_ZERO":
        return _("What the provider answers for is limited to zero (%(clause)s).", clause=found.clause)
    return _("The contract contradicts itself (%(clause)s).", clause=found.clause)
