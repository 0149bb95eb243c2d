"""What is new in a message, apart from the history below it.

Owns the marks by which mail programs announce a quotation, in the languages that are seen. Refuses to delete: every
line is in `new` or in `old`, and where nothing would be new, all of it is. Prose that only mentions 发件人 or 写道 stays.
"""

import re
from dataclasses import dataclass

from portal.intake.rules.html_text import QUOTE_END, QUOTE_MARK


@dataclass(frozen=True)
class Split:
    """`new`: written for this message. `old`: history, signature and phone lines, in their order."""

    new: str
    old: str


_WORDS = (
    r"original message|original appointment|original|replied message|reply message|forwarded message|"
    r"forwarded by .{1,80}|"
    r"ursprüngliche nachricht|originalnachricht|original[- ]nachricht|weitergeleitete nachricht|"
    r"message d['’]origine|message original|"
    r"message transféré|mensaje original|mensaje reenviado|mensagem original|mensagem encaminhada|"
    r"messaggio originale|"
    r"messaggio inoltrato|oorspronkelijk bericht|originele bericht|doorgestuurd bericht|"
    r"oprindelig meddelelse|oprindelig besked|"
    r"original(?:t)? meddelande|ursprungligt meddelande|vidarebefordrat meddelande|opprinnelig melding|"
    r"videresendt melding|"
    r"alkuperäinen viesti|välitetty viesti|wiadomość oryginalna|oryginalna wiadomość|wiadomość przekazana|"
    r"původní zpráva|"
    r"исходное сообщение|пересылаемое сообщение|пересланное сообщение|eredeti üzenet|mesaj original|"
    r"özgün ileti|"
    r"原始邮件|原邮件|邮件原件|转发邮件|转发的邮件|转发邮件信息|回复的原邮件|回复邮件|原始郵件|原始信件|轉寄郵件|轉寄的郵件|"
    r"元のメッセージ|転送メッセージ|원본 메시지|전달된 메시지"
)
_SEPARATOR = re.compile(
    rf"(?i)^\W{{0,3}}[-_=—–*]{{2,}}\s*(?:{_WORDS})(?:\s*[:：])?\s*[-_=—–*]{{0,}}\W{{0,3}}$"
)
_BEGIN = re.compile(
    r"(?i)^(?:begin forwarded message|anfang der weitergeleiteten (?:nachricht|e-mail)|"
    r"début du message (?:réexpédié|transféré)|"
    r"inizio messaggio inoltrato|inicio del mensaje reenviado|开始转发邮件|開始轉寄郵件|下面是被转发的邮件)\s*[:：]$"
)
FORWARD = re.compile(
    r"(?i)forward|weitergeleitet|transféré|réexpédié|reenviado|encaminhada|inoltrato|doorgestuurd|"
    r"vidarebefordrat|videresendt|"
    r"välitetty|przekazana|пересыл|пересла|转发|轉寄|転送|전달"
)
_FROM = (
    r"from|message du|von|de|da|van|från|fra|lähettäjä|od|nadawca|от|отправитель|feladó|kimden|"
    r"发件人|发信人|寄件者|寄件人|發件人|差出人|보낸\s?사람"
)
_OTHER = (
    r"sent|sent time|sent on|date|to|cc|bcc|subject|reply[- ]to|importance|gesendet|datum|an|betreff|"
    r"envoyé|envoyé le|à|objet|sujet|copie à|"
    r"enviado|enviado el|enviada em|enviado em|enviada|para|asunto|assunto|data|fecha|inviato|a|oggetto|"
    r"verzonden|aan|onderwerp|skickat|till|ämne|"
    r"sendt|til|emne|dato|lähetetty|vastaanottaja|päivämäärä|päiväys|aihe|wysłano|wysłane|do|temat|dw|"
    r"odesláno|komu|předmět|отправлено|дата|кому|"
    r"тема|копия|отправлен|dátum|címzett|tárgy|kime|konu|tarih|gönderildi|"
    r"发送时间|发送日期|发件时间|日\s*期|时\s*间|收件人|收信人|抄\s*送|密送|主\s*题|主\s*旨|傳送日期|寄件日期|收件者|收件人|副本|"
    r"送信日時|日時|宛先|件名|날짜|보낸\s?날짜|받는\s?사람|제목|참조"
)
_LABEL = re.compile(
    rf"(?i)^[\s>|]*\*{{0,2}}(?:(?P<f>{_FROM})|(?P<o>{_OTHER}))\s?\*{{0,2}}\s*(?:[:：]\*{{0,2}}|\|)\s*(?P<v>.*)$"
)
_VERBS = (
    r"wrote|writes|escribió|escribio|a écrit|schrieb|ha scritto|scrive|scriveva|escreveu|schreef|"
    r"het volgende geschreven|geschreven|"
    r"skrev|kirjoitti|napisał|napisała|napisał\(a\)|napisał/a|pisze|napsal|napsala|napsal\(a\)|napísal|"
    r"написал|написала|написал\(а\)|пишет|писал|"
    r"написав|írta|a scris|yazdı|şunu yazdı|đã viết|έγραψε|写道|寫道|写了|のメール|wrote|님이 작성|작성"
)
_TAIL = re.compile(
    rf"(?i)(?:^|[\s\d点分日>）)\"”」，,])(?:{_VERBS})(?P<rest>[^:：]{{0,120}})?[:：]\s*\**$|写道\s*$|寫道\s*$"
)
_START = re.compile(
    r"(?i)^[>\s]*(?:on|am|le|el|em|a|il|op|den|på|w dniu|dnia|dana|at|in data|no dia|kl|ke|ti|ma|man|tir|"
    r"ons|tor|tors|fre|lør|søn|mån|tis|lör|sön|vào|la|"
    r"mon|tue|wed|thu|fri|sat|sun|пн|вт|ср|чт|пт|сб|вс|\d{1,2}|\d{4})[\s,.\d]|^[>\s]*(?:在|于|於)\s*\S|"
    r"^[\"“*']?[^\n:：。！？]{0,80}<?[\w.+-]+@[\w.-]+"
)
_DATE = re.compile(
    r"(?:19|20)\d\d|\d{1,2}[:.]\d\d(?!\d)|\d{1,2}h\d\d|\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}|"
    r"\d{1,2}\s?月\s?\d{1,2}\s?日|\d{1,2}\. ?\w{3,9}"
)
_ADDRESS = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+")
_BARE_HEAD = re.compile(
    r"(?i)^(?:\d|(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*[,.]|(?:пн|вт|ср|чт|пт|сб|вс)[a-я]*[,.]|(?:lun|mar|"
    r"mer|jeu|ven|sam|dim)[a-z]*[,.])"
    r".{6,200}<?[\w.+-]+@[\w.-]+>?\s*[:：]$"
)
_STRONG_ZH = re.compile(
    r"^[>\s]*(?:[^。！？]{0,80}?[<（(]?[\w.+-]+@[\w.-]+[>）)]?\s*)?(?:在|于|"
    r"於)\s*[\d年月日号周週星期一二三四五六日天/.\-:： ,，、上下午早晚中午凌晨()（）+GMTCSTUapmAPM]*?"
    r"(?:[,，]?\s*[^。！？]{0,100})?(?:写道|寫道)\s*[:：]?$"
)
_MOBILE = re.compile(
    r"(?i)^(?:sent (?:from|via|using|with) (?!here|there|"
    r"it\b)[^.,;:!?<]{2,60}(?:\. please excuse.{0,80})?(?:\s?<https?://\S+>)?|get outlook for .{2,30}|"
    r"envoy[ée] (?:de|depuis|à partir de) (?:mon|ma|l)?.{2,50}|von mein.{2,40} gesendet.{0,30}|"
    r"gesendet (?:von|mit|über) .{2,50}|"
    r"enviad[oa] (?:desde|do|de|a partir do) (?:mi|meu|o)? ?.{2,50}|inviato da(?:l mio)? .{2,50}|"
    r"verstuurd vanaf .{2,40}|verzonden (?:vanaf|met) .{2,40}|"
    r"skickat från .{2,40}|sendt fra .{2,40}|lähetetty .{2,40}|wysłan[eo] z .{2,40}|отправлено (?:с|"
    r"из) .{2,40}|"
    r"发自(?:我的)?\s?.{1,30}|從我的\s?.{1,20}(?:傳送|寄出)|从我的?\s?.{1,20}发送|来自(?:我的)?\s?(?:华为|小米|荣耀|vivo|oppo|三星|魅族|"
    r"一加|红米|iphone|ipad|android|安卓|手机|qq邮箱|网易邮箱).{0,30}|"
    r"发送自\s?.{1,40}|通过\s?.{1,30}发送|使用\s?.{1,30}发送|获取\s?outlook for .{2,20}|下载\s?outlook for .{2,20}|"
    r"傳自\s?.{1,30}|"
    r"由\s?(?:网易邮箱|qq邮箱|foxmail|[a-z]{3,20}).{0,12}发出?|iphone\s?から送信|나의 iphone에서 보냄)[。.]?$"
)
_DELIMITER = re.compile(r"^(?:--|-- |—|——|__|___+|--+|~~+|\*\*\*+|==+)\s*$")
_SIGNATURE = re.compile(r"^--\s*$|^—\s*$|^--\s\S{1,3}$")
_RULE = re.compile(r"^[\s>]*(?:[-_=—–*]\s?){3,}$|^[\s>]*$")
_FOOTER = re.compile(r"^_{20,}$")
_NAME = re.compile(r"^-[A-Z][\w.]+(?: [A-Z][\w.]+){0,3}$")
_QUOTED = re.compile(r"^\s{0,3}(?:>|\|\s|｜)")


def split(text: str, answers: bool = False) -> Split:
    """Divide `text` (LF lines, may carry the marks of html_text). `answers`: headers say that this is a reply."""
    lines = [
        line.replace("&nbsp;", " ").replace("\u00a0", " ") if "nbsp" in line or "\u00a0" in line else line
        for line in text.split("\n")
    ]
    shown = text.split("\n")
    old = [False] * len(lines)
    _mark(lines, old, answers)
    _mark_signature(lines, old)
    new = "\n".join(
        s
        for s, o, line in zip(shown, old, lines, strict=True)
        if not o and line not in (QUOTE_MARK, QUOTE_END)
    )
    rest = "\n".join(
        s for s, o, line in zip(shown, old, lines, strict=True) if o and line not in (QUOTE_MARK, QUOTE_END)
    )
    new = re.sub(r"\n{3,}", "\n\n", new).strip("\n").rstrip()
    if not new.strip():
        everything = "\n".join(
            s for s, line in zip(shown, lines, strict=True) if line not in (QUOTE_MARK, QUOTE_END)
        )
        return Split(everything.strip("\n").rstrip(), "")
    return Split(new, rest.strip("\n"))


def _mark(lines: list[str], old: list[bool], answers: bool) -> None:
    n = len(lines)
    attributed = False
    i = 0
    while i < n:
        line = lines[i]
        if line == QUOTE_MARK:
            end = _container_end(lines, i)
            inside = [x for x in lines[i + 1 : end] if x.strip()]
            if any(x.startswith(">") for x in inside) or any(
                _attribution(lines, k) for k in range(i + 1, min(end, i + 8))
            ):
                i += 1
                continue
            first = next((k for k in range(i + 1, end) if lines[k].strip()), None)
            if first is not None and _history_starts(lines, first):
                _begin_old(lines, old, i)
                return
            if end < n and inside and not _header_block(lines, i + 1) and len(inside) <= 1:
                i += 1
                continue
            for k in range(i, end):
                old[k] = True
            i = end
            continue
        if not line.strip() or line == QUOTE_END:
            i += 1
            continue
        if _history_starts(lines, i):
            _begin_old(lines, old, i)
            return
        end = _attribution(lines, i)
        if end:
            following = next(
                (k for k in range(end, n) if lines[k].strip() and lines[k] not in (QUOTE_MARK, QUOTE_END)), n
            )
            quoted = following < n and bool(_QUOTED.match(lines[following]))
            for k in range(i, end):
                old[k] = True
            attributed = True
            if not quoted and following < n:
                for k in range(i, n):
                    old[k] = True
                return
            i = end
            continue
        if line.lstrip().startswith(">"):
            if attributed or answers:
                old[i] = True
        elif attributed and old[i - 1] and _wrapped(lines[i - 1], line):
            old[i] = True
        elif (
            0 < i < n - 1
            and _MOBILE.match(line.strip())
            and not lines[i - 1].strip()
            and not lines[i + 1].strip()
        ):
            # Telephones put the answered message below their own line, often without another mark.
            old[i] = True
            if not any(_announced(lines, k) for k in range(i + 1, n)):
                old[i:] = [True] * (n - i)
                return
        i += 1
    # A quotation at the very end, without any announcement.
    last = n - 1
    while last >= 0 and (not lines[last].strip() or old[last] or _MOBILE.match(lines[last].strip())):
        last -= 1
    if last >= 0 and lines[last].lstrip().startswith(">"):
        k = last
        while k >= 0 and (not lines[k].strip() or lines[k].lstrip().startswith(">")):
            old[k] = True
            k -= 1


def _begin_old(lines: list[str], old: list[bool], at: int) -> int:
    """Everything from here on is history, with the rule that is drawn above it."""
    while at > 0 and (_RULE.match(lines[at - 1]) or lines[at - 1] in (QUOTE_MARK, QUOTE_END)):
        at -= 1
    old[at:] = [True] * (len(lines) - at)
    return at


def _announced(lines: list[str], i: int) -> bool:
    """Whether a quotation of any kind begins in this line."""
    line = lines[i]
    if not line.strip():
        return False
    return (
        line.startswith(">") or line == QUOTE_MARK or _history_starts(lines, i) or _attribution(lines, i) > 0
    )


def _wrapped(before: str, line: str) -> bool:
    """True where `line` is the tail of a quoted line that a program broke without repeating the mark."""
    return (
        before.lstrip().startswith(">")
        and len(before) >= 60
        and before[-1:] not in ".!?。！？:"
        and line[:1].islower()
    )


def _container_end(lines: list[str], at: int) -> int:
    depth = 0
    for k in range(at, len(lines)):
        if lines[k] == QUOTE_MARK:
            depth += 1
        elif lines[k] == QUOTE_END:
            depth -= 1
            if depth <= 0:
                return k
    return len(lines)


def _history_starts(lines: list[str], i: int) -> bool:
    line = lines[i].strip()
    if len(line) <= 140 and (_SEPARATOR.match(line) or _BEGIN.match(line)):
        return True
    return _header_block(lines, i)


def _header_block(lines: list[str], i: int) -> bool:
    """Three or more different header labels close together, a sender among them, each with a value."""
    first = _LABEL.match(lines[i])
    if not first or len(lines[i]) > 400:
        return False
    seen: set[str] = set()
    sender = False
    blanks = 0
    for k in range(i, min(len(lines), i + 16)):
        line = lines[k]
        if not line.strip(" >|*-"):
            blanks += 1
            if (blanks > 1 and len(seen) >= 2) or blanks > 4:
                break
            continue
        match = _LABEL.match(line)
        if match:
            blanks = 0
            label = re.sub(r"\s", "", (match.group("f") or match.group("o")).lower())
            if match.group("f"):
                value = match.group("v").strip(" *|")
                sender = sender or bool(value) or k + 1 < len(lines)
            seen.add(label)
        elif line[:1] in " \t;," or (
            len(seen) >= 1 and (_ADDRESS.search(line) or (len(line) < 100 and blanks == 0))
        ):
            if not line[:1].isspace() and not _ADDRESS.search(line):
                blanks += 1
            continue
        else:
            break
    return (sender and len(seen) >= 3) or (
        sender
        and len(seen) == 2
        and bool(_ADDRESS.search(lines[i]) and (_DATE.search(" ".join(lines[i : i + 3]))))
    )


def _attribution(lines: list[str], i: int) -> int:
    """Where lines i… are 'On <date>, <who> wrote:' in some language: the index after it, else 0."""
    first = lines[i].strip()
    if not first or len(first) > 500:
        return 0
    joined = ""
    for k in range(i, min(len(lines), i + 5)):
        line = lines[k].strip()
        if not line or line in (QUOTE_MARK, QUOTE_END):
            return 0
        if k > i and _QUOTED.match(line) and not first.startswith(">") and line not in (">:", ">"):
            return 0
        if k > i and re.match(r"(?i)(?:on|am|le|el|在|于)\s.*\d", line):
            return 0  # the nearest start wins
        joined = f"{joined} {line}".strip()
        if len(joined) > 600:
            return 0
        if k > i and line in (">:", ">"):
            joined = joined.removesuffix(" " + line) + line
        if _BARE_HEAD.match(joined) and _ADDRESS.search(joined) and _DATE.search(joined):
            return k + 1  # a date, an address and a colon, no verb
        tail = _TAIL.search(joined)
        if not tail:
            continue
        plain = joined.lstrip("> ")
        next_line = next((x for x in lines[k + 1 :] if x.strip() and x not in (QUOTE_MARK, QUOTE_END)), "")
        quoted_next = next_line.lstrip().startswith(">")
        dated = bool(_DATE.search(plain))
        address = bool(_ADDRESS.search(plain))
        if re.search(r"(?:写道|寫道)\s*[:：]?\s*$", plain):
            strong = (
                bool(_STRONG_ZH.match(plain))
                and dated
                and (address or bool(re.search(r"[,，]\s*\S|日\s*\S|\d\s*写道", plain)))
            )
            if re.search(r"日的|里写道|中写道|上写道|里面写道", plain) and not address:
                strong = False
        else:
            strong = (
                bool(_START.match(plain)) and dated and not re.search(r"[.!?] [A-Z]\w+ (?!.*@)", plain[:60])
            )
        if strong or (quoted_next and (dated or address)):
            return k + 1
        return 0
    return 0


def _mark_signature(lines: list[str], old: list[bool]) -> None:
    """Phone lines at the end of what is new, and a signature behind its delimiter."""
    new = [
        k
        for k in range(len(lines))
        if not old[k] and lines[k].strip() and lines[k] not in (QUOTE_MARK, QUOTE_END)
    ]
    for position in range(len(new) - 1, -1, -1):
        if _SIGNATURE.match(lines[new[position]]) and len(new) - position <= 16:
            if position > 0:
                for k in new[position:]:
                    old[k] = True
                new = new[:position]
            break
    for position in range(1, len(new)):
        if _FOOTER.match(lines[new[position]]) and re.search(
            r"(?i)mailing list|邮件列表|gruppe", " ".join(lines[k] for k in new[position:][:3])
        ):
            for k in new[position:]:
                old[k] = True
            new = new[:position]
            break
    if len(new) > 1 and _NAME.match(lines[new[-1]]) and not lines[new[-1] - 1].strip():
        old[new.pop()] = True
    while new and (_MOBILE.match(lines[new[-1]].strip()) or _DELIMITER.match(lines[new[-1]].strip())):
        if len(new) == 1:
            break
        old[new.pop()] = True
