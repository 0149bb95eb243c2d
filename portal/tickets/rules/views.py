"""Views of the queue: what an agent may be looking for, as plain values that an address or a saved view can hold."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from portal.tickets.rules.words import Kind, Phase, Urgency


class View(StrEnum):
    """By need. An agent's own words for a filter are a saved view."""

    UNANSWERED = "unanswered"
    MINE = "mine"
    TEAM = "team"
    UNASSIGNED = "unassigned"
    MENTIONS = "mentions"
    WAITING = "waiting"
    SNOOZED = "snoozed"
    RESOLVED = "resolved"
    OPEN = "open"


class Order(StrEnum):
    NEED = "need"
    """The nearest promise first, then the longest wait."""
    NEWEST = "newest"
    """The last word first."""


@dataclass(frozen=True)
class Sought:
    """A view, narrowed. Empty values narrow nothing. `words` searches all tickets, whatever their status, within the view's
    other filters. `assignee`: "me", "nobody", "u7" or "t2"."""

    view: View = View.UNANSWERED
    words: str = ""
    assignee: str = ""
    urgency: str = ""
    kind: str = ""
    phase: str = ""
    organisation_id: int | None = None
    order: Order = Order.NEED

    @property
    def is_narrowed(self) -> bool:
        return self != Sought(self.view)


_CHOICES: dict[str, type[StrEnum]] = {"urgency": Urgency, "kind": Kind, "phase": Phase}


def sought(values: Mapping[str, Any]) -> Sought:
    """From the arguments of an address or from what was saved; what cannot be read narrows nothing."""
    found = Sought()
    if values.get("view") in set(View):
        found = replace(found, view=View(values["view"]))
    if values.get("order") in set(Order):
        found = replace(found, order=Order(values["order"]))
    words = str(values.get("q") or "").strip()
    assignee = str(values.get("assignee") or "")
    known = assignee in ("me", "nobody") or (assignee[:1] in ("u", "t") and _is_id(assignee[1:]))
    organisation = str(values.get("organisation") or "")
    return replace(
        found,
        words=words,
        assignee=assignee if known else "",
        organisation_id=int(organisation) if _is_id(organisation) else None,
        **_chosen(values),
    )


def _chosen(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: values[name] for name, known in _CHOICES.items() if values.get(name) in set(known)}


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 16


def plain(what: Sought) -> dict[str, str]:
    """As arguments of an address, the empty ones left out; `sought` reads them back."""
    values = {
        "view": what.view.value,
        "q": what.words,
        "assignee": what.assignee,
        "urgency": what.urgency,
        "kind": what.kind,
        "phase": what.phase,
        "organisation": str(what.organisation_id or ""),
        "order": "" if what.order is Order.NEED else what.order.value,
    }
    return {name: value for name, value in values.items() if value}
