"""Calls that machines wrote down: fax and voice messages sent on as mail.

Owns their marks and the caller's number. Refuses a person who only speaks of a fax.
"""

import re
from collections.abc import Mapping

from portal.intake.rules.mail import ParsedMail

_DIGIT = r"(?:\(\d{1,5}\)|\d)"
"""Brackets are an area code, and "(2 pages)" is none."""
_NUMBER = rf"(?P<n>(?:\+|00)?{_DIGIT}(?:[ ./-]{{0,2}}{_DIGIT}){{4,22}})"
_FAX = r"(?:e?fax|telefax|télécopie|传真|傳真|ファックス|ファクス|факс)"
_VOICE = (
    r"(?:voice ?mail|voice[- ]message|audio message|sprachnachricht|sprachmitteilung|message vocal|messagerie vocale|"
    r"mensaje de voz|mensagem de voz|messaggio vocale|语音留言|语音邮件|语音信箱|语音消息|"
    r"語音留言|語音信箱|留守番電話|ボイスメール|голосов\w{0,4})"
)
_FROM = r"(?:from|of|by|von|de|da|van|от|no\.?|nr\.?|caller|callerid|来自|發自|发自|来电|來電|来电号码|主叫|号码|[:：#\-–—<(\"“])"
_SUBJECTS = (
    ("fax", re.compile(rf"(?i){_FAX}[^\n\d+]{{0,60}}?{_FROM}[^\n\d+]{{0,60}}?{_NUMBER}")),
    ("fax", re.compile(rf"(?i)(?:{_FROM})\s{{0,3}}[\"“<(]?{_NUMBER}[^\n]{{0,30}}?(?:的)?\s?{_FAX}")),
    ("voicemail", re.compile(rf"(?i){_VOICE}[^\n\d+]{{0,60}}?{_FROM}[^\n\d+]{{0,60}}?{_NUMBER}")),
    ("voicemail", re.compile(rf"(?i)(?:{_FROM})\s{{0,3}}[\"“<(]?{_NUMBER}[^\n]{{0,30}}?(?:的)?\s?{_VOICE}")),
    # Asterisk: [PBX]: New message 3 in mailbox 100 from "Wang" <13800138000>
    (
        "voicemail",
        re.compile(rf"(?i)new message \d{{1,5}} in mailbox \d{{1,8}} from [^\n\d]{{0,80}}?{_NUMBER}"),
    ),
)
_SENDERS = re.compile(
    r"(?i)(?:^|[._-])(?:e?fax(?:server|gateway|mail)?|hylafax|voice-?mail|voice|asterisk|freepbx|pbx|ipbx|3cx|"
    r"unity|callmanager|"
    r"mailbox|telephony|no-?reply|messages?|notifications?|vm|uc)(?:$|[._\-\d])"
)
_CALLER = (
    ("x-asterisk-callerid", "voicemail"),
    ("x-callingtelephonenumber", "voicemail"),
    ("x-voicemessagesendername", "voicemail"),
    ("x-fax-callerid", "fax"),
    ("x-faxnumber", "fax"),
    ("x-fax-number", "fax"),
    ("x-fax-from", "fax"),
    ("x-sender-fax", "fax"),
    ("x-fax-csid", "fax"),
    ("x-caller-id", ""),
    ("x-callerid", ""),
    ("x-caller", ""),
)
_FILES = {"fax": ("application/pdf", "image/tiff", "image/"), "voicemail": ("audio/", "video/3gpp")}


def of(mail: ParsedMail, fields: Mapping[str, str]) -> tuple[str, str]:
    """("fax" | "voicemail", the caller's number) or ("", ""). Of a hidden caller the number is empty.

    `fields`: the first value by lower-case name.
    """
    context = fields.get("message-context", "").strip().lower()  # RFC 3458
    kind = {"voice-message": "voicemail", "fax-message": "fax"}.get(context, "")
    for name, means in _CALLER:
        if name in fields and (means or kind or _likely(mail)):
            kind = kind or means or _likely(mail)
            number = _plain(fields[name])
            if number:
                return kind, number
    for means, pattern in _SUBJECTS:
        found = pattern.search(mail.subject[:300])
        if found and (kind or _by_machine(mail, means)):
            return kind or means, _plain(found.group("n"))
    return kind, ""


def _likely(mail: ParsedMail) -> str:
    for means, types in _FILES.items():
        if any(a.type.startswith(types) for a in mail.attachments):
            return means
    return ""


def _by_machine(mail: ParsedMail, means: str) -> bool:
    """The sender or an attached recording makes it a machine's note; a person who mentions a number has neither."""
    local = mail.sender.email.partition("@")[0]
    digits = re.sub(r"\D", "", local)
    return (
        bool(_SENDERS.search(local))
        or len(digits) >= 6
        or (means == "voicemail" and any(a.type.startswith(_FILES[means]) for a in mail.attachments))
        or (means == "fax" and any(a.type.startswith(_FILES[means][:2]) for a in mail.attachments))
    )


def _plain(text: str) -> str:
    """Digits, with a leading + where there is one; empty below three digits, so that "anonymous" is no number."""
    found = re.search(rf"\+?{_DIGIT}(?:[ ./-]{{0,2}}{_DIGIT}){{2,25}}", text)
    if found is None:
        return ""
    digits = re.sub(r"\D", "", found.group(0))
    return ("+" if found.group(0).startswith("+") else "") + digits if len(digits) >= 3 else ""
