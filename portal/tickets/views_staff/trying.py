"""A draft contract tried on last month's tickets, before anybody signs it."""

from collections import Counter

from flask import render_template
from flask.typing import ResponseReturnValue

from portal.contracts.render import answers
from portal.kernel import clock
from portal.tickets.queries import trying as queries
from portal.tickets.views_staff.door import blueprint
from portal.web import guards


@blueprint.get("/contracts/<int:contract_id>/last-month")
def last_month(contract_id: int) -> ResponseReturnValue:
    """What each ticket would have been under it, and whether its answer came in time. It is a question: nothing is kept."""
    record, played = queries.last_month(guards.actor(), contract_id, clock.now())
    rows = [(p, answers.answer(p.details, None)) for p in played]
    return render_template(
        "tickets/staff/last_month.html",
        record=record,
        rows=rows,
        most=queries.MOST,
        totals=Counter(answer.sentence for _p, answer in rows).most_common(),
        kept=sum(p.in_time is True for p in played),
        late=sum(p.in_time is False for p in played),
        nav="contracts_staff.listing",
    )
