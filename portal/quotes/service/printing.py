"""The document of a quote: its facts as they are when it is sent, frozen for the PDF; words of ours in English, to be translated
when it is drawn."""

from decimal import Decimal

from portal.contracts.queries import clauses
from portal.contracts.rules import units
from portal.infra import papers
from portal.people import queries as people
from portal.quotes.models import Quote
from portal.quotes.rules import quoting


def ref_of(quote: Quote) -> str:
    """One document a revision."""
    return f"quote:{quote.number}:{quote.revision}"


def order(quote: Quote) -> None:
    """Ask for the PDF of a quote that was sent; twice is once."""
    provider = people.provider()
    clause = None
    if quote.contract_id is not None:
        clause = clauses.clause_with(quote.contract_id, quote.version_number, "TS-30")
    requester = quote.ticket.requester
    facts = {
        "number": quote.number, "revision": quote.revision, "kind": quoting.KINDS[quote.kind],
        "title": quote.title, "note": quote.note,
        "sent_at": quote.sent_at.isoformat() if quote.sent_at else None, "valid_until": quote.valid_until.isoformat(),
        "work_until": quote.work_until.isoformat() if quote.work_until else None, "total": f"{quote.total:,.2f}",
        "provider": {
            "name": provider.name if provider else "", "address": provider.address if provider else "",
            "phone": provider.phone if provider else "",
        },
        "client": {
            "name": quote.organisation.name, "address": quote.organisation.address, "phone": quote.organisation.phone,
            "contact": requester.name if requester else "",
        },
        "ticket": quote.ticket.number, "contract": quote.contract.number if quote.contract else None,
        "device": quote.device.name if quote.device else None,
        "clause": {"ref": clause.ref, "zh": clause.zh, "en": clause.en} if clause else None,
        "lines": [
            {
                "words": line.words, "quantity": _quantity(line.quantity),
                "unit": units.after(line.unit, one=line.quantity == 1),
                "price": f"{line.unit_price:,.2f}", "amount": f"{line.amount:,.2f}", "clause": line.clause,
            }
            for line in quote.lines
        ],
        "time_zone": quote.contract.time_zone if quote.contract else quote.organisation.time_zone,
    }  # fmt: skip
    papers.order(ref_of(quote), "quote", "zh" if quote.organisation.language == "zh_Hans" else "both", facts)


def _quantity(amount: Decimal) -> str:
    return f"{amount:.2f}".rstrip("0").rstrip(".")
