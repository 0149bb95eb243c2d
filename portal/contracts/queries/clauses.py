"""Which clause of a contract says something: for saying by what right it is asked."""

from sqlalchemy import bindparam, select

from portal.contracts.models import ContractForm, ContractVersion, CoverageDecision
from portal.contracts.queries import formbook
from portal.contracts.rules import forms
from portal.contracts.rules.forms import Clause
from portal.infra.db import db, fetch

_GOVERNING = (
    select(CoverageDecision.contract_id, CoverageDecision.version_number)
    .where(CoverageDecision.ref == bindparam("ref"))
    .order_by(CoverageDecision.id.desc())
    .limit(1)
    .subquery()
)
_TEXT = (
    select(ContractForm.text)
    .join(ContractVersion, ContractVersion.form_sha256 == ContractForm.sha256)
    .join(_GOVERNING, ContractVersion.contract_id == _GOVERNING.c.contract_id)
    .order_by((ContractVersion.number == _GOVERNING.c.version_number).desc(), ContractVersion.number.desc())
    .limit(1)
)
"""Built once: the page of a ticket asks it."""


def table_clause(ref: str, table: str, *, rule: str = "") -> str | None:
    """What clause the contract that governs `ref` ("ticket:17") has for a table of its form, such as phone_first or
    data_consent: "" where the form has no such table, None where no contract governs. In one statement, of the wording that was
    decided by; the caller has seen to it that the asker may know.

    A wording that was signed before the table existed says the same in its clauses: `rule` names the one that carries it."""
    found = fetch(_TEXT, {"ref": ref})
    if not found:
        return None
    return forms.says(formbook.read(found[0][0]), table, "clause", rule)


def clause_with(contract_id: int, version_number: int | None, rule: str) -> Clause | None:
    """The clause of a contract's wording (the newest, where no version is named) that carries a rule such as TS-30; None if none
    does. The caller has seen to it that the asker may know the contract."""
    query = (
        select(ContractForm.text)
        .join(ContractVersion, ContractVersion.form_sha256 == ContractForm.sha256)
        .where(ContractVersion.contract_id == contract_id)
        .order_by((ContractVersion.number == version_number).desc(), ContractVersion.number.desc())
        .limit(1)
    )
    text = db.session.scalar(query)
    found = formbook.read(text).clauses.values() if text else ()
    return next((c for c in found if rule in c.rules), None)
