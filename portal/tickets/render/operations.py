"""The portal's own lines about whole tickets as sentences: merged, linked, split and the like."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _

from portal.kernel import refs


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


_SENTENCES = {
    "merged": _merged,
    "merged_here": _merged_here,
    "unmerged": _unmerged,
    "unmerged_from": _unmerged_from,
}
