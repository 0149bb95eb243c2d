"""What staff do to a contract once it is entered: keep its signed paper, end a line of its coverage, correct its ledger."""

from datetime import date, datetime

from flask_babel import lazy_gettext as _l

from portal.contracts.models import (
    ContractRecord,
    ContractState,
    ContractVersion,
    CoverageLine,
    LedgerBucket,
    LedgerEntry,
)
from portal.contracts.service import buckets, entering, ledger
from portal.contracts.service.ledger import Insufficient, Why
from portal.infra.db import db
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.errors import NotFound, Refused


def sign(version: ContractVersion, side: str, name: str, at: datetime) -> None:
    """One side's signature; with both, what the contract grants is there at once, not only with the next job."""
    entering.sign(version, side, name, at)
    if version.contract.state is ContractState.SIGNED:
        db.session.flush()
        buckets.keep(version.contract_id, clock.now())


def keep_scan(version: ContractVersion, sha256: str, name: str) -> None:
    """The scan of the signed paper, whose bytes are stored already; a later one takes its place."""
    version.scan_sha256, version.scan_name = sha256, name


def end_coverage(record: ContractRecord, line_id: int, valid_to: date, reason: str) -> CoverageLine:
    """End a line of this contract's coverage; raises NotFound, and Refused as entering.uncover does."""
    found = next((line for line in record.coverage if line.id == line_id), None)
    if found is None:
        raise NotFound
    entering.uncover(found, valid_to, reason)
    return found


def correct(
    actor: Actor,
    record: ContractRecord,
    bucket_id: int,
    quantity: int,
    key: str,
    reason: str,
    approver_id: int,
) -> LedgerEntry:
    """Correct a bucket of this contract by hand; the approver is somebody else. Raises NotFound, Refused."""
    bucket = db.session.get(LedgerBucket, bucket_id)
    if bucket is None or bucket.contract_id != record.id or bucket.closed_at is not None:
        raise NotFound
    if approver_id == actor.contact_id:
        raise Refused(_l("Somebody else must approve it."), field="approver")
    if quantity == 0 or not reason.strip():
        raise Refused(_l("Say by how much, and why."), field="quantity")
    try:
        return ledger.adjust(actor, bucket, quantity, key, Why(reason=reason, approver_id=approver_id))
    except Insufficient:
        raise Refused(_l("Less is left than you want to take away."), field="quantity") from None
