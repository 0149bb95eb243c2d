"""Sending: claim, then the server without any transaction open, then settle. At least once, always under one Message-ID."""

from pathlib import Path
from typing import Any

from portal.dispatch.queries import visits
from portal.infra import files, mailer
from portal.infra.mailer import EnclosedFile, Letter
from portal.infra.transaction import transaction
from portal.kernel import refs
from portal.notify import render, rules, service
from portal.notify.models import Delivery, DeliveryState
from portal.notify.queries import telling
from portal.notify.queries import visits as known
from portal.notify.rules import Message
from portal.web.context import settings
from portal.web.languages import HTML_LANG


def send(payload: dict[str, Any]) -> None:
    """Send one delivery. Not atomic, and may run twice: cut off between the server's 250 and our commit, it goes out
    again under the same Message-ID, and is recorded once. A refusal that may pass is raised: the job comes back later.
    """
    with transaction():
        delivery = service.claim(payload["delivery_id"])
        enclosed = telling.files_of(delivery.entry_id) if delivery else []
        documents = _documents(delivery) if delivery else []
        sender = render.provider_name()
        text, html = service.with_secret(delivery) if delivery else ("", "")
    if delivery is None:
        return
    sizes = [a.size for a in enclosed]
    travelling = [
        EnclosedFile(a.name, a.content_type, files.read(a.sha256))
        for a in enclosed
        if rules.files_travel(sizes)
    ]
    for name, sha256 in documents:
        travelling.append(EnclosedFile(name, "application/pdf", files.read(sha256)))
    if delivery.calendar:
        travelling.append(_calendar(delivery.calendar))
    raw = mailer.compose(_letter(delivery, sender, text, html, travelling))
    try:
        state = _out(delivery, raw)
    except mailer.NotSent as refused:
        with transaction():
            again = service.settle_refused(
                delivery.id, refused.words, for_good=isinstance(refused, mailer.Never)
            )
        if again:
            raise
        return
    with transaction():
        service.settle_sent(delivery.id, state)


def _documents(delivery: Delivery) -> list[tuple[str, str]]:
    """The PDFs of a signed visit's sheets, by name and hash."""
    if delivery.message != Message.VISIT_SIGNED.value or delivery.visit_id is None:
        return []
    drawn = known.papers_that_travel(visits.by_id(delivery.visit_id))
    return [(f"{refs.sheet_number(int(p.ref.partition(':')[2]))}.pdf", p.sha256 or "") for p in drawn]


def _out(delivery: Delivery, raw: bytes) -> DeliveryState:
    if settings().smtp_host:
        mailer.hand_over(settings(), delivery.address, raw)
        return DeliveryState.SENT
    mailer.keep(Path(settings().var_dir) / "mail", delivery.created_at, delivery.message_id, raw)
    return DeliveryState.KEPT


def _calendar(text: str) -> EnclosedFile:
    """As mail programs know it: the method stands beside the kind (RFC 6047 2.4)."""
    method = "CANCEL" if "METHOD:CANCEL" in text else "PUBLISH"
    return EnclosedFile(
        "visit.ics",
        "text/calendar",
        text.encode(),
        {"method": method, "charset": "utf-8", "component": "VEVENT"},
    )


def _letter(delivery: Delivery, sender: str, text: str, html: str, enclosed: list[EnclosedFile]) -> Letter:
    return Letter(
        sender_name=sender,
        sender=settings().support_address,
        to_name=delivery.contact.name,
        to=delivery.address,
        subject=delivery.subject,
        text=text,
        html=html,
        message_id=delivery.message_id,
        at=delivery.created_at,
        language=HTML_LANG.get(delivery.language, "en"),
        reply_to=delivery.reply_to,
        in_reply_to=delivery.in_reply_to,
        references=delivery.references,
        auto_submitted=delivery.auto_submitted,
        loop_mark=refs.loop_mark(settings().secret_key),
        files=enclosed,
    )
