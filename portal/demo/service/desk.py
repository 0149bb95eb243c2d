"""What the demo's desk keeps for itself: saved views, canned replies, a macro."""

from portal.demo.service import material
from portal.demo.service.cast import Cast
from portal.tickets.rules.canned import steps_of
from portal.tickets.rules.views import sought
from portal.tickets.service import canned, views


def keep(people: Cast) -> None:
    """Each for the member of the staff that the data names."""
    about = material.desk()
    for view in about["view"]:
        views.save(people.actor(view["by"]), view["name"], sought(view["sought"]), shared=view["shared"])
    for reply in about["reply"]:
        texts = reply["en"], reply["zh"]
        canned.keep_reply(people.actor(reply["by"]), None, reply["name"], *texts, shared=True)
    for macro in about["macro"]:
        steps = steps_of({**macro, "text_en": macro["en"], "text_zh": macro["zh"]})
        canned.keep_macro(people.actor(macro["by"]), None, macro["name"], steps, shared=True)
