"""The queue in words: views, the nearest promise with its tone and shape, who is looking, and the filter that is set."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from portal.contracts.render.answers import METRICS
from portal.tickets.queries.presence import Onlooker
from portal.tickets.render.timeline import KIND, PHASE, URGENCY
from portal.tickets.rules.views import Order, Sought, View
from portal.tickets.rules.words import Kind, Phase, Urgency
from portal.web import filters

SOON = timedelta(hours=1)
VIEWS: dict[View, Any] = {
    View.UNANSWERED: _l("Unanswered"),
    View.MINE: _l("Mine"),
    View.TEAM: _l("My team's"),
    View.UNASSIGNED: _l("Unassigned"),
    View.MENTIONS: _l("Mentions me"),
    View.WAITING: _l("Waiting"),
    View.SNOOZED: _l("Out of sight"),
    View.RESOLVED: _l("To be confirmed"),
    View.OPEN: _l("All open"),
}
ORDERS: dict[Order, Any] = {
    Order.NEED: _l("Nearest promise first"),
    Order.NEWEST: _l("Newest word first"),
}


@dataclass(frozen=True, slots=True)
class Due:
    """The nearest promise of a row. `tone` never stands alone: a shape and words go with it."""

    tone: str
    icon: str
    words: str
    title: str


def due(at: datetime, metric: str | None, now: datetime) -> Due:
    """Words first, then how long: "Answer · 2 h 10 min left", "Arrive · 40 min late"."""
    word = str(METRICS.get(metric or "", metric or ""))
    left = at - now
    span = filters.duration_text(left)
    if left < timedelta(0):
        tone, icon, words = (
            "late",
            "exclamation-octagon-fill",
            _("%(what)s · %(span)s late", what=word, span=span),
        )
    elif left <= SOON:
        tone, icon, words = "soon", "hourglass-split", _("%(what)s · %(span)s left", what=word, span=span)
    else:
        tone, icon, words = "good", "clock", _("%(what)s · %(span)s left", what=word, span=span)
    return Due(tone, icon, words, filters.when_text(at))


def onlookers(them: list[Onlooker]) -> str:
    """Who else is there, the ones who type first: "Ada is typing a reply · Mia is looking"."""
    words = {
        "reply": _l("%(name)s is typing a reply"),
        "note": _l("%(name)s is typing a note"),
        "": _l("%(name)s is looking"),
    }
    said = [
        str(words.get(o.typing, words[""])) % {"name": o.name}
        for o in sorted(them, key=lambda o: not o.typing)
    ]
    return " · ".join(said)


def as_search(what: Sought) -> str:
    """Words with the filters that the search has fields for; the others are left out."""
    fields = [f"kind:{what.kind}" if what.kind else "", "is:mine" if what.assignee == "me" else ""]
    return " ".join([what.words, *filter(None, fields)])


def narrowed(what: Sought) -> str:
    """What narrows a view, in words; empty if nothing does. People and organisations are named by the filter alone."""
    words = [
        str(KIND[Kind(what.kind)]) if what.kind else "",
        str(URGENCY[Urgency(what.urgency)]) if what.urgency else "",
        str(PHASE[Phase(what.phase)]) if what.phase else "",
        _ASSIGNED.get(what.assignee, _("one person or team")) if what.assignee else "",
        _("one organisation") if what.organisation_id else "",
        str(ORDERS[what.order]) if what.order is not Order.NEED else "",
    ]
    return " · ".join(str(word) for word in words if word)


_ASSIGNED: dict[str, Any] = {"me": _l("mine"), "nobody": _l("nobody's")}
