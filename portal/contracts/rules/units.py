"""What prices and lines of quotes are counted in: the words for one, for several, and after a price."""

from dataclasses import dataclass

from portal.kernel.marking import N_


@dataclass(frozen=True)
class Unit:
    """English words, translated where they are drawn. `many`: after any number but one, as in 2.5 person-days; `each`: as in
    1,200.00 a person-day, "" where nothing is priced so in a contract."""

    one: str
    many: str
    each: str = ""


UNITS = {
    "piece": Unit(N_("piece"), N_("pieces")),
    "person_day": Unit(N_("person-day"), N_("person-days"), N_("a person-day")),
    "hour": Unit(N_("hour"), N_("hours"), N_("an hour")),
    "visit": Unit(N_("visit"), N_("visits"), N_("a visit")),
    "lump": Unit(N_("lump sum"), N_("lump sums")),
    "month": Unit(N_("month"), N_("months"), N_("a month")),
    "year": Unit(N_("year"), N_("years"), N_("a year")),
    "page": Unit(N_("page"), N_("pages"), N_("a page")),
    "period": Unit(N_("period"), N_("periods"), N_("a period")),
    "record": Unit(N_("record"), N_("records"), N_("a record")),
    "incident": Unit(N_("incident"), N_("incidents"), N_("an incident")),
    "instalment": Unit(N_("instalment"), N_("instalments"), N_("an instalment")),
}


def after(code: str, *, one: bool) -> str:
    """The English words after a number; an unknown unit as it stands."""
    unit = UNITS.get(code)
    return code if unit is None else unit.one if one else unit.many
