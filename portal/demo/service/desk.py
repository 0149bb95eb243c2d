"""What the demo's desk keeps for itself: saved views, canned replies, a macro; and a field of tickets."""

from collections.abc import Mapping

from portal.demo.service import material
from portal.demo.service.cast import Cast
from portal.tickets.models.ticket import Ticket
from portal.tickets.queries import fields as known
from portal.tickets.rules.canned import steps_of
from portal.tickets.rules.fields import FieldType, Label, Moment, Needed
from portal.tickets.rules.views import sought
from portal.tickets.rules.words import Kind
from portal.tickets.service import canned, fields, views


def keep(people: Cast, told: Mapping[str, Ticket]) -> None:
    """Each for the member of the staff that the data names. `told`: the tickets by their keys, of which some have an answer."""
    about = material.desk()
    for view in about["view"]:
        views.save(people.actor(view["by"]), view["name"], sought(view["sought"]), shared=view["shared"])
    for reply in about["reply"]:
        texts = reply["en"], reply["zh"]
        canned.keep_reply(people.actor(reply["by"]), None, reply["name"], *texts, shared=True)
    for macro in about["macro"]:
        steps = steps_of({**macro, "text_en": macro["en"], "text_zh": macro["zh"]})
        canned.keep_macro(people.actor(macro["by"]), None, macro["name"], steps, shared=True)
    for field in about["field"]:
        kinds = frozenset(Kind(kind) for kind in field["kinds"])
        drawn = fields.Drawn(
            Label(*field["label"]), FieldType(field["type"]), kinds, field["client_fills"],
            Needed(field["needed"]), field["options"],
        )  # fmt: skip
        now = known.now_of(fields.define(people.actor("admin"), drawn))
        for key, place in field["answers"].items():
            value = now.options[place - 1].key
            fields.answer(people.actor("chen"), told[key], {now.id: value}, Moment.CORRECTING)
