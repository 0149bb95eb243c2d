"""Values of custom fields in the reader's words: on pages, and in the lines that say what was changed."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from flask_babel import gettext as _

from portal.tickets.queries.fields import Filled
from portal.tickets.rules.fields import FieldType, Label, words
from portal.web import filters, languages


def facts(filled: Iterable[Filled]) -> list[tuple[str, str]]:
    """Label and value each, as ui.facts takes them."""
    spoken = languages.language()
    return [(one.definition.label.in_(spoken), value_text(one)) for one in filled]


def value_text(one: Filled) -> str:
    return _text(one.definition.type, words(one.definition, one.value).in_(languages.language()))


def _text(kind: FieldType, value: str) -> str:
    if kind is FieldType.YES_NO:
        return {"yes": _("Yes"), "no": _("No")}.get(value, value)
    if kind is FieldType.DATE and value:
        return filters.day(date.fromisoformat(value))
    return value


def sentence(details: Mapping[str, Any], who: str) -> str:
    """The line of a value that was filled in or corrected."""
    spoken = languages.language()
    label, before, after = (Label(*details[key]).in_(spoken) for key in ("label", "from", "to"))
    kind = FieldType(details["type"])
    before, after = _text(kind, before), _text(kind, after)
    if not before:
        return _("%(name)s filled in “%(label)s”: %(after)s", name=who, label=label, after=after)
    if not after:
        return _("%(name)s emptied “%(label)s”; it was “%(before)s”", name=who, label=label, before=before)
    return _(
        "%(name)s changed “%(label)s” from “%(before)s” to “%(after)s”",
        name=who, label=label, before=before, after=after,
    )  # fmt: skip
