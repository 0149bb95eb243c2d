"""The document of a service sheet: drawn from what was frozen with the last signature."""

from portal.dispatch.models import ServiceSheet, Visit
from portal.infra import papers
from portal.people import queries as people


def ref_of(sheet: ServiceSheet) -> str:
    """One document a sheet."""
    return f"sheet:{sheet.number}"


def order(visit: Visit) -> None:
    """Ask for the PDF of each signed sheet of a visit; twice is once."""
    provider = people.provider()
    for sheet in visit.sheets:
        if sheet.facts is not None and sheet.number is not None:
            ours = {"name": provider.name if provider else "", "phone": provider.phone if provider else ""}
            language = "zh" if visit.organisation.language == "zh_Hans" else "both"
            papers.order(ref_of(sheet), "sheet", language, sheet.facts | {"provider": ours})
