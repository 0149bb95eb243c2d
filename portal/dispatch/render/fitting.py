"""What speaks against a slot, in sentences; what a day off is called."""

from collections.abc import Sequence
from datetime import date, time
from typing import Any

from babel.dates import format_date
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from portal.assets.forms import KINDS
from portal.assets.models import DeviceKind
from portal.contracts.render import amounts
from portal.dispatch.render import visits
from portal.dispatch.rules.fitting import Misfit, Weight, Why
from portal.kernel import refs
from portal.kernel.working_time import DayKind
from portal.web import filters, languages

DAY: dict[DayKind, Any] = {
    DayKind.STATUTORY: _l("public holiday"),
    DayKind.BRIDGE: _l("day off around a holiday"),
    DayKind.WEEKEND: _l("weekend"),
    DayKind.MAKEUP: _l("make-up workday"),
    DayKind.WORKDAY: _l("workday"),
}
WARNING = {
    "clash": _l("Double-booked"),
    "leave": _l("On leave"),
}


def sentences(found: Sequence[Misfit]) -> list[dict[str, str]]:
    """Each with its tone: what nobody keeps, what a manager keeps with a reason, what is only told."""
    tones = {Weight.NEVER: "late", Weight.REASON: "late", Weight.TOLD: "soon"}
    return [{"words": sentence(m), "tone": tones[m.weight], "weight": m.weight.value} for m in found]


def sentence(misfit: Misfit) -> str:
    """What is wrong, and how it can be mended."""
    f: dict[str, Any] = dict(misfit.facts)
    match misfit.why:
        case Why.CLASH:
            return _(
                "%(engineer)s is at %(client)s then (%(visit)s, %(when)s).",
                engineer=f["engineer"], client=f["client"], visit=refs.visit_number(f["visit"]),
                when=visits.span(f["start"], f["end"]),
            )  # fmt: skip
        case Why.LEAVE:
            if f["first"] == f["last"]:
                return _(
                    "%(engineer)s is on leave on %(day)s.",
                    engineer=f["engineer"],
                    day=filters.day(f["first"]),
                )
            return _(
                "%(engineer)s is on leave from %(first)s to %(last)s.",
                engineer=f["engineer"], first=filters.day(f["first"]), last=filters.day(f["last"]),
            )  # fmt: skip
        case Why.EXPIRED:
            return _(
                "The certificate “%(name)s” of %(engineer)s, which %(kind)s needs, is valid until %(day)s only. "
                "Send somebody else, or note the new one.",
                name=f["name"], engineer=f["engineer"], kind=kind(f["kind"]), day=filters.day(f["until"]),
            )  # fmt: skip
        case Why.LACKING:
            return _(
                "%(kind)s needs “%(name)s”, and nothing like it is noted for %(engineer)s.",
                kind=kind(f["kind"]), name=f["name"], engineer=f["engineer"],
            )  # fmt: skip
        case Why.UNCERTIFIED:
            return _(
                "The contract wants certified people (%(clause)s), "
                "and %(engineer)s holds no certificate that is valid on that day.",
                clause=f["clause"], engineer=f["engineer"],
            )  # fmt: skip
        case Why.DAY_OFF:
            return _(
                "%(day)s is a day off (%(kind)s) under the contract.",
                day=filters.day(f["day"]), kind=DAY[f["kind"]],
            )  # fmt: skip
        case Why.OFF_HOURS:
            return _(
                "The contract's hours on %(day)s are %(opens)s–%(closes)s.",
                day=filters.day(f["day"]), opens=_hour(f["opens"]), closes=_hour(f["closes"]),
            )  # fmt: skip
        case Why.OTHER_WEEK:
            return _(
                "This round belongs to the week from %(first)s to %(last)s; nothing is carried over (%(clause)s).",
                first=filters.day(f["first"]), last=filters.day(f["last"]), clause=f["clause"],
            )  # fmt: skip
        case Why.PRICE:
            return _(
                "At this time the client pays %(price)s (%(clause)s) and agrees to it first.",
                price=amounts.money(f["price"]), clause=f["clause"],
            )  # fmt: skip
        case Why.CONFIRM_ANEW:
            return _("The client has confirmed the present time and has to confirm the new one.")


def kind(value: str) -> str:
    """A kind of device as people call it."""
    return str(KINDS[DeviceKind(value)]) if value in set(DeviceKind) else value


def _hour(at: time) -> str:
    return f"{at:%H:%M}"


def head(day: date) -> str:
    """Wed 11 Mar; 3月11日 周三."""
    locale = languages.written()
    return format_date(day, "M月d日 EEE" if locale == "zh_Hans" else "EEE d MMM", locale=locale)


def stretch(days: Sequence[date]) -> str:
    """The days of the board: one with its weekday, or from the first to the last."""
    return head(days[0]) if len(days) == 1 else f"{head(days[0])} – {head(days[-1])}"
