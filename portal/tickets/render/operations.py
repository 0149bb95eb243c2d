"""The portal's own lines about whole tickets as sentences: merged, linked, split and the like."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from portal.kernel import refs
from portal.tickets.rules.linking import Way
from portal.tickets.rules.sight import Because, Sight
from portal.web import filters


def _names(details: Mapping[str, Any]) -> str:
    return str(_(", ")).join(str(n) for n in details.get("names", ()))


def sentence(details: Mapping[str, Any], who: str) -> str | None:
    """Who did what, in the reader's language; None for a line of another kind."""
    make = _SENTENCES.get(str(details.get("what")))
    return make(details, who or _("The portal")) if make else None


def _merged(details: Mapping[str, Any], who: str) -> str:
    return _(
        "%(name)s merged it into %(number)s, where it goes on",
        name=who,
        number=refs.ticket_number(details["into"]),
    )


def _merged_here(details: Mapping[str, Any], who: str) -> str:
    number, names = refs.ticket_number(details["from"]), _names(details)
    if names:
        return _(
            "%(name)s merged %(number)s into this one; now %(people)s can see it, too",
            name=who,
            number=number,
            people=names,
        )
    return _("%(name)s merged %(number)s into this one", name=who, number=number)


def _unmerged(details: Mapping[str, Any], who: str) -> str:
    return _("%(name)s took it out of %(number)s again", name=who, number=refs.ticket_number(details["into"]))


def _unmerged_from(details: Mapping[str, Any], who: str) -> str:
    number, names = refs.ticket_number(details["from"]), _names(details)
    if names:
        return _(
            "%(name)s took %(number)s out of this one again; %(people)s cannot see it any more",
            name=who, number=number, people=names,
        )  # fmt: skip
    return _("%(name)s took %(number)s out of this one again", name=who, number=number)


WAYS: Mapping[Way, Any] = {
    Way.RELATED: _l("has to do with"),
    Way.BLOCKS: _l("must be done before"),
    Way.BLOCKED_BY: _l("waits for"),
    Way.DUPLICATES: _l("is the same as"),
    Way.DUPLICATED_BY: _l("is the same as"),
    Way.SPLIT_FROM: _l("was split off from"),
    Way.SPLIT_OFF: _l("part of it went on as"),
    Way.CHILD: _l("is a part of"),
    Way.PARENT: _l("consists of"),
}
"""What stands before the other ticket's number; this ticket is the subject of the sentence."""


def _linked(details: Mapping[str, Any], who: str) -> str:
    way, number = str(WAYS[Way(details["way"])]), refs.ticket_number(details["number"])
    return _("%(name)s linked it: %(way)s %(number)s", name=who, way=way, number=number)


def _unlinked(details: Mapping[str, Any], who: str) -> str:
    way, number = str(WAYS[Way(details["way"])]), refs.ticket_number(details["number"])
    return _("%(name)s removed a link: %(way)s %(number)s", name=who, way=way, number=number)


def _split_from(details: Mapping[str, Any], who: str) -> str:
    return _("%(name)s split it off from %(number)s", name=who, number=refs.ticket_number(details["number"]))


def _split_off(details: Mapping[str, Any], who: str) -> str:
    return ngettext(
        "%(name)s copied %(num)s message into %(number)s, where it goes on",
        "%(name)s copied %(num)s messages into %(number)s, where they go on",
        details["count"], name=who, number=refs.ticket_number(details["number"]),
    )  # fmt: skip


def _moved(details: Mapping[str, Any], who: str) -> str:
    names = _names(details)
    sentence = _(
        "%(name)s moved it from %(before)s to %(after)s, requester %(requester)s",
        name=who, before=details["from"], after=details["to"], requester=details["requester"],
    )  # fmt: skip
    if names:
        sentence = _("%(sentence)s; no longer following: %(people)s", sentence=sentence, people=names)
    return _("%(sentence)s: %(reason)s", sentence=sentence, reason=details["reason"])


def why_sentence(sight: Sight, organisation: str, belongs: list[str], staff_role: str | None) -> str:
    """Why a person can see a ticket of this organisation, or cannot."""
    own = str(_(", ")).join(belongs)
    since = filters.when(sight.since) if sight.since else ""
    words = {
        Because.STAFF: _("Is of the staff (%(role)s); staff see every ticket.", role=str(ROLES.get(staff_role or "", ""))),
        Because.MANAGER: _("Manager of %(organisation)s, who sees all of its tickets.", organisation=organisation),
        Because.REQUESTER: _("Asked for it, and belongs to %(organisation)s.", organisation=organisation),
        Because.PARTICIPANT: _("Takes part since %(when)s.", when=since),
        Because.ASKED_BUT_LEFT: _("Asked for it, but does not belong to %(organisation)s any more.", organisation=organisation),
        Because.FOLLOWED_BUT_LEFT: _("Took part, but does not belong to %(organisation)s any more.", organisation=organisation),
        Because.OTHER_ORGANISATION: _("Belongs to %(own)s, not to %(organisation)s.", own=own, organisation=organisation),
        Because.NO_ORGANISATION: _("Belongs to no client organisation."),
        Because.NOT_INVOLVED: _(
            "Belongs to %(organisation)s, but neither asked for it nor takes part.", organisation=organisation
        ),
    }  # fmt: skip
    return str(words[sight.because])


ROLES = {
    "agent": _l("agent"),
    "engineer": _l("engineer"),
    "manager": _l("manager"),
    "administrator": _l("administrator"),
}


def _snoozed(details: Mapping[str, Any], who: str) -> str:
    if details.get("until"):
        when = filters.when_text(datetime.fromisoformat(details["until"]))
        return _("%(name)s put it out of sight until %(when)s", name=who, when=when)
    return _("%(name)s put it out of sight until the client writes", name=who)


def _woken(_details: Mapping[str, Any], _who: str) -> str:
    return _("Back in the queue")


def _tags(details: Mapping[str, Any], who: str) -> str:
    comma = str(_(", "))
    added, gone = _names(details), comma.join(str(n) for n in details.get("gone", ()))
    if added and gone:
        return _("%(name)s added the tags %(added)s and took away %(gone)s", name=who, added=added, gone=gone)
    if added:
        return _("%(name)s added the tags %(added)s", name=who, added=added)
    return _("%(name)s took away the tags %(gone)s", name=who, gone=gone)


_SENTENCES = {
    "snoozed": _snoozed,
    "woken": _woken,
    "tags": _tags,
    "moved": _moved,
    "linked": _linked,
    "unlinked": _unlinked,
    "split_from": _split_from,
    "split_off": _split_off,
    "merged": _merged,
    "merged_here": _merged_here,
    "unmerged": _unmerged,
    "unmerged_from": _unmerged_from,
}
