"""Is this mail a delivery failure, whose, of which status, and will the server try again?

Owns the order in which the witnesses are heard: fields, the list of known servers, sentences. Refuses to call a person a machine:
without a machine's mark on the outside, the inside is not asked.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from email.message import Message

from portal.intake.rules import headers, transfer
from portal.intake.rules.bounces import known, prose, report, status
from portal.intake.rules.mail import ParsedMail

_SENDERS = re.compile(
    r"(?i)^(?:mailer-?daemon|mail-?daemon|mail\.daemon|mdaemon|post-?master|mail-?system|mailsystem|"
    r"mail-?delivery|maildelivery|"
    r"delivery(?:-?(?:status|reports?|notification))?|bounces?|mail-?gateway|mta|smtpd?|system-?administrator|"
    r"microsoftexchange[0-9a-f]{6,40}|non-?delivery|undeliverable|ndr|returned?-?mail|\"?system administrator\"?|"
    r"mail-?administrator|mailadmin|daemon|systembounce|bounce-?notification)(?:$|[-+._=])"
)
_DAEMONS = re.compile(r"(?i)(?:mailer-?daemon|post-?master|mdaemon)(?:@|$)")
_DAEMON_NAMES = re.compile(r"(?i)mail(?:er)?[- ]?(?:delivery|daemon)|mail system")
_NAMES = re.compile(
    r"(?i)mail administrator|postmaster|"
    r"system administrator|systemadministrator|"
    r"microsoft (?:outlook|exchange)|administrateur|administrador|系统管理员|系統管理員|退信|邮件系统|システム管理者"
)
_SUBJECT = re.compile(
    r"(?i)^\W{0,3}(?:\[[^\]]{1,40}\]\s{0,3})?(?:\*{1,10}spam\*{0,10}\s{0,3})?(?:un(?:able to )?deliver|"
    r"delivery (?:status|failure|failed|problem|error|has failed|report|notification:|failure notice|delayed|incomplete|"
    r"unsuccess|time|to)|"
    r"(?:mail|message|e-?mail)[ :]{1,2}(?:delivery|deliver|could not|undeliver|status|notification|"
    r"not delivered|system error|failure|error|"
    r"failed|returned|was not|bounced|delayed|returned)|mail could|mail not|"
    r"failure notice|failure delivery|failed (?:mail|delivery)|returned (?:mail|message|e-?mail|to sender|due)|"
    r"returning|return(?:ed)? receipt|"
    r"could ?n[o']t|cannot (?:send|deliver)|can't deliver|non[- ]?(?:delivery|remis|deliverable)|not delivered|"
    r"nondeliver|"
    r"automatically rejected|error (?:sending|delivering|mail)|permanent|bounced|bounce|warning: |problem(?:s)? deliver|rejected|"
    r"blocked|message (?:rejected|refused)|"
    r"notification (?:d['’]état|de)|notice of|nachricht (?:nicht|unzu)|unzustellbar|zustell|fehler|rückläufer|"
    r"échec|non remis|avis de non|message non|rapport de non|no se (?:puede|pudo)|no entregad|entrega|"
    r"mensaje no|devuelto|devolv|mail devuelt|"
    r"não|falha|mensagem não|impossibile|mancat|messaggio non|recapito|onbestelbaar|niet bezorgd|olevererbar|"
    r"kan inte|ulevert|kan ikke|"
    r"nie dostarcz|niedostarcz|zwrot|не доставл|недоставл|ошибка|невозможно|"
    r"退信|系统退信|[^\n]{0,40}退信(?:通知)?$|来自.{1,40}的退信|退回|邮件(?:投递|发送|退回|未|无法|被退)|投递(?:失败|不)|发送失败|发信失败|未送达|未能送达|"
    r"无法(?:投递|送达|传递)|传递(?:失败|状态|延迟)|送达|"
    r"延迟|投递延迟|傳遞|無法傳|未傳遞|寄送失敗|配信|配達|エラーメール|送信できません|반송|전송 실패|배달)"
)
_ENDS = re.compile(
    r"(?i)(?:non remis|delivery failed|undeliverable|undelivered)\W{0,3}(?:\(delivery failed\))?\W{0,3}$"
)
_DELAYED = re.compile(r"(?i)(?:warning: |delayed mail|delivery (?:delayed|status notification \(delay\)))")
_DELAY_SUBJECT = re.compile(
    r"(?i)delay|deferred|warning|not yet|still|verzögert|retard|atras|ritardo|vertraag|försen|forsink|задерж|延迟|"
    r"延遲|遅延|지연"
)


NOTHING, BY_SUBJECT, A_MACHINE, SURE = range(4)


@dataclass(frozen=True)
class Bounce:
    """`is_report`: fields were there, perhaps of success alone. Addresses in lower case."""

    bounce: bool = False
    is_report: bool = False
    recipients: tuple[str, ...] = ()
    status: str = ""
    temporary: bool = False


def judge(mail: ParsedMail, message: Message, aside: transfer.Aside, report_type: str) -> Bounce:
    """Hear the witnesses. `report_type`: of a multipart/report, else empty."""
    if report_type == "feedback-report":
        return Bounce()  # it returns a mail that arrived, whatever it says about it
    outside = _outside(mail, message, report_type)
    is_report, blocks = report.recipients(message, deep=outside >= SURE) if outside else (False, [])
    if (
        not is_report
        and not report_type
        and outside >= SURE
        and "final-recipient:" in mail.body_text[:60_000].lower()
    ):
        blocks = report.in_text(mail.body_text)  # the fields, pasted into the text
        is_report = bool(blocks)
    failed = [b for b in blocks if b.action == "failed"]
    delayed = [b for b in blocks if b.action == "delayed"]
    if is_report and blocks and not failed and not delayed:
        return Bounce(is_report=True)
    chosen = failed or delayed
    named = tuple(dict.fromkeys(b.address for b in chosen if b.address))
    if named:
        return Bounce(True, is_report, named, _status(chosen, mail, not failed), not failed)
    if not outside:
        return Bounce(is_report=is_report)
    ignore = frozenset(
        a.email.lower() for a in (mail.sender, *mail.to, *mail.cc, *mail.reply_to) if a.email
    ) | frozenset(a.lower() for a in mail.delivered_to)
    told = prose.told(mail.body_text, ignore, sure=outside >= SURE)
    if report_type == "disposition-notification" and not told.said:
        return Bounce()  # a receipt, by whomever; Dovecot also writes its refusals in this form
    temporary, permanent = known.failures(message, aside) if outside >= SURE or told.said else ([], [])
    found = permanent or temporary
    waits = bool(temporary and not permanent) or (told.temporary and bool(_DELAYED.match(mail.subject)))
    if not found and (told.said or outside >= SURE):
        found = list(told.addresses)
        waits = told.temporary
    formal = status.written(told.words) or status.reply_code(told.words)
    known_words = outside == BY_SUBJECT and (temporary or permanent)
    if outside < SURE and not is_report and not formal and not known_words:
        # A vacation that names a colleague, or a person who complains that mail cannot be delivered.
        return Bounce()
    if not found:
        found = _failed_header(mail)
    if chosen or found or is_report:
        if not found:
            found = _of_original(mail, ignore)
        waits = not failed if chosen else waits
        return Bounce(True, is_report, tuple(found), _status(chosen, mail, waits, told.words), waits)
    if outside >= SURE and (told.said or _SUBJECT.match(mail.subject)):
        waits = told.temporary or bool(_DELAY_SUBJECT.search(mail.subject))
        return Bounce(
            True, False, tuple(_of_original(mail, ignore)), status.derived(told.words, waits), waits
        )
    return Bounce(is_report=is_report)


def _outside(mail: ParsedMail, message: Message, report_type: str) -> int:
    """How much the outside looks like a server's notice."""
    local = mail.sender.email.rpartition("@")[0]
    from_server = bool(_SENDERS.match(local)) or (not mail.sender.email and bool(mail.sender.name))
    subject = bool(_SUBJECT.match(mail.subject) or _ENDS.search(mail.subject))
    null_path = "".join(mail.headers.get("return-path", ("",))[:1]).replace(" ", "") == "<>"
    submitted = "".join(mail.headers.get("auto-submitted", ("",))[:1]).lower()
    if report_type == "delivery-status" or "x-failed-recipients" in mail.headers or "(rejected" in submitted:
        return SURE
    if headers.get(message, "x-ms-exchange-message-is-ndr"):
        return SURE
    if re.match(r"(?i)(?:do[-._]?)?not?[-._]?reply", local):
        return A_MACHINE if null_path or submitted.startswith("auto-") else NOTHING  # a parcel, not a mail
    marked = subject or null_path or not mail.sender.email
    if (from_server and (marked or not local.lower().startswith("post"))) or (
        subject and (null_path or not mail.sender.email)
    ):
        return SURE
    path = "".join(mail.headers.get("return-path", ("",))[:1]).strip(" <>").lower()
    if subject and (_DAEMONS.match(path) or _DAEMON_NAMES.search(mail.sender.name)):
        return SURE
    from_server = from_server or bool(subject and _NAMES.search(mail.sender.name))
    if report_type or submitted.startswith("auto-") or null_path or from_server or not mail.sender.email:
        return A_MACHINE
    if (
        path
        and path == mail.sender.email.lower()
        and re.match(
            r"(?i)\s{0,3}(?:hi|hello|dear|good (?:morning|day|afternoon)|您好|你好|hallo|guten|bonjour|hola)\b",
            mail.body_text,
        )
    ):
        return NOTHING  # a server greets nobody, and wants no answer
    # A subject alone: gateways write from any address. A person's answer begins with Re:, and cites nothing of ours.
    return BY_SUBJECT if subject and not mail.in_reply_to else NOTHING


def _status(blocks: Sequence[report.Recipient], mail: ParsedMail, waits: bool, words: str = "") -> str:
    for block in blocks:
        if block.status:
            return block.status
    said = " ".join(b.words for b in blocks)
    if said.strip():
        return status.derived(said, waits)
    return status.derived(words or mail.body_text[:5000], waits)


def _failed_header(mail: ParsedMail) -> list[str]:
    found = (
        a.email.lower()
        for value in mail.headers.get("x-failed-recipients", ())
        for a in headers.addresses(value)
    )
    return list(dict.fromkeys(a for a in found if "@" in a))


def _of_original(mail: ParsedMail, ignore: frozenset[str]) -> list[str]:
    """Whom the returned mail was for, where the notice itself names nobody."""
    for attachment in mail.attachments[:20]:
        if attachment.role == "machine" or attachment.type in ("message/rfc822", "text/rfc822-headers"):
            text = attachment.data[:30_000].decode("utf-8", "replace").replace("\r\n", "\n")
            found = prose.recipients_of_original(text, ignore)
            if found:
                return found
    return []
