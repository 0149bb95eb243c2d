"""Why a ticket is passed over by a change of several, in words."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from portal.tickets.rules.bulk import Skip
from portal.tickets.service.bulk import Planned

WHY: dict[Skip, Any] = {
    Skip.ENDED: _l("it has ended"),
    Skip.SOLVED_ALREADY: _l("it is solved already"),
    Skip.NOT_SOLVED: _l("it is not solved yet"),
    Skip.THERE_ALREADY: _l("it is in that phase already"),
    Skip.TAGGED_ALREADY: _l("its tags are so already"),
    Skip.HAS_IT_ALREADY: _l("they have it already"),
    Skip.TAKEN_WITHOUT_REASON: _l("somebody has it: write a reason, and both read it"),
    Skip.NOT_FROM_HERE: _l("it cannot take this step now"),
    Skip.READ_ALREADY: _l("you have read it already"),
    Skip.GONE: _l("there is no such ticket"),
}


def why(one: Planned) -> str:
    """The reason, or what the step itself answered."""
    return one.refusal or (str(WHY[one.skip]) if one.skip else "")


def done(results: list[Planned]) -> str:
    """What was done and what was left, in one flash."""
    skipped = [one for one in results if one.skip]
    count = len(results) - len(skipped)
    sentence = ngettext("%(num)s ticket is changed.", "%(num)s tickets are changed.", count)
    if not skipped:
        return sentence
    named = "; ".join(f"T-{one.number}: {why(one)}" for one in skipped[:10])
    left = ngettext("%(num)s was left: %(named)s", "%(num)s were left: %(named)s", len(skipped), named=named)
    return _("%(done)s %(left)s", done=sentence, left=left)
