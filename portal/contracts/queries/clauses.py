"""Which clause of a contract carries a rule: for saying by what right something is asked."""

from sqlalchemy import select

from portal.contracts.models import ContractForm, ContractVersion
from portal.contracts.queries import formbook
from portal.contracts.rules.forms import Clause
from portal.infra.db import db


def clause_with(contract_id: int, rule: str) -> Clause | None:
    """The clause of a contract's newest wording that carries a rule such as TS-09; None if none does. The caller has seen to it
    that the asker may know the contract."""
    query = (
        select(ContractForm.text)
        .join(ContractVersion, ContractVersion.form_sha256 == ContractForm.sha256)
        .where(ContractVersion.contract_id == contract_id)
        .order_by(ContractVersion.number.desc())
        .limit(1)
    )
    text = db.session.scalar(query)
    clauses = formbook.read(text).clauses.values() if text else ()
    return next((c for c in clauses if rule in c.rules), None)
