"""The words by which mail programs announce a quotation, in the languages that are seen.

Owns the words and the shapes of one line. Refuses to decide: fold.py does, from several lines together. Every pattern is
anchored, its repetitions are bounded, and it is run on lines of bounded length: linear in the text.
"""

import re

LONGEST = 500
"""Characters of a line that may announce something; a longer one is text."""

_WORDS = (
    r"original message|original appointment|original e?-?mail|original|replied message|reply message|forwarded message|"
    r"forwarded by .{1,80}|ursprüngliche nachricht|ursprüngliche e-?mail|originalnachricht|"
    r"original[- ]nachricht|weitergeleitete nachricht|"
    r"message d['’]origine|message original|message initial|message transféré|mensaje original|"
    r"mensaje reenviado|mensagem original|"
    r"mensagem encaminhada|messaggio originale|messaggio inoltrato|oorspronkelijk bericht|originele bericht|"
    r"doorgestuurd bericht|"
    r"oprindelig meddelelse|oprindelig besked|videresendt meddelelse|original(?:t)? meddelande|ursprungligt meddelande|"
    r"vidarebefordrat meddelande|opprinnelig melding|videresendt melding|alkuperäinen viesti|välitetty viesti|"
    r"wiadomość oryginalna|oryginalna wiadomość|wiadomość przekazana|původní zpráva|přeposlaná zpráva|"
    r"исходное сообщение|пересылаемое сообщение|пересланное сообщение|eredeti üzenet|mesaj original|özgün ileti|"
    r"orijinal ileti|"
    r"原始邮件|原邮件|邮件原件|邮件原文|原始信息|原始消息|初始邮件|原邮件信息|转发邮件|转发的邮件|转发邮件信息|转发的原邮件|回复的原邮件|回复的邮件|回复邮件|"
    r"原始郵件|原始信件|原始訊息|轉寄郵件|轉寄的郵件|轉寄信件|回覆的原郵件|"
    r"元のメッセージ|転送メッセージ|원본 메시지|전달된 메시지"
)
SEPARATOR = re.compile(
    rf"(?i)^\W{{0,3}}[-_=—–*]{{2,60}}\s{{0,10}}(?:{_WORDS})(?:\s{{0,3}}[:：])?\s{{0,10}}[-_=—–*]{{0,60}}\W{{0,3}}$"
)
TITLE = re.compile(rf"(?i)^[>\s]{{0,6}}(?:{_WORDS})\s{{0,3}}[:：]?$")
"""The same words without any rule around them: a title only where a header block follows."""
BEGIN = re.compile(
    r"(?i)^(?:begin forwarded message|anfang der weitergeleiteten (?:nachricht|e-mail)|"
    r"début du message (?:réexpédié|transféré)|"
    r"inizio messaggio inoltrato|inicio del mensaje reenviado|开始转发邮件|开始转发的邮件|開始轉寄郵件|"
    r"下面是被转发的邮件|以下是转发的邮件)\s{0,3}[:：]$"
)
FORWARD = re.compile(
    r"(?i)forward|weitergeleitet|transféré|réexpédié|reenviado|encaminhada|inoltrato|doorgestuurd|"
    r"vidarebefordrat|videresendt|"
    r"välitetty|przekazana|přeposlan|пересыл|пересла|转发|轉寄|転送|전달"
)
FORWARD_SUBJECT = re.compile(
    r"(?i)^\s{0,3}(?:\[[^\]]{1,40}\]\s{0,3}){0,2}(?:fwd?|wg|tr|rv|enc|i|vb|vs|vl|pd|doorst|转发|轉寄|轉發|転送|전달)\s{0,2}[:：]"
)

_FROM = (
    r"from|message du|von|de|da|van|från|fra|lähettäjä|od|nadawca|от|отправитель|feladó|kimden|gönderen|"
    r"发件人|发信人|发\s?件\s?人|寄件者|寄件人|發件人|發信人|差出人|送信者|보낸\s?사람"
)
_DATED = (
    r"sent|sent time|sent on|date|gesendet|gesendet am|datum|envoyé|envoyé le|enviado|enviado el|enviada em|"
    r"enviado em|enviada|data|fecha|"
    r"inviato|verzonden|skickat|sendt|dato|lähetetty|päivämäärä|päiväys|wysłano|wysłane|odesláno|отправлено|"
    r"дата|отправлен|dátum|tarih|"
    r"gönderildi|elküldve|发送时间|发送日期|发件时间|发件日期|发信时间|日\s{0,3}期|时\s{0,3}间|傳送日期|寄件日期|傳送時間|寄件時間|日\s{0,3}期|時\s{0,3}間|"
    r"送信日時|日時|日付|날짜|보낸\s?날짜"
)
_OTHER = (
    r"to|cc|bcc|subject|reply[- ]to|importance|an|betreff|kopie|à|objet|sujet|copie à|para|asunto|assunto|a|"
    r"oggetto|aan|onderwerp|till|ämne|"
    r"til|emne|vastaanottaja|aihe|do|temat|dw|komu|předmět|кому|тема|копия|címzett|tárgy|kime|kimden|konu|"
    r"收\s{0,3}件\s{0,3}人|收信人|抄\s{0,3}送|抄\s?送\s?人|密\s{0,3}送|主\s{0,3}题|主\s{0,3}旨|主\s{0,3}題|标\s{0,3}题|收件者|副\s{0,3}本|"
    r"重要性|附\s{0,3}件|"
    r"宛先|件名|받는\s?사람|제목|참조"
)
SUBJECT_LABELS = re.compile(
    r"(?i)^(?:subject|betreff|objet|sujet|asunto|assunto|oggetto|onderwerp|ämne|emne|aihe|temat|předmět|тема|"
    r"tárgy|konu|主题|主旨|主題|标题|件名|제목)$"
)
LABEL = re.compile(
    rf"(?i)^[\s>|]{{0,12}}\*{{0,2}}(?:(?P<f>{_FROM})|(?P<d>{_DATED})|"
    rf"(?P<o>{_OTHER}))\s?\*{{0,2}}\s{{0,10}}(?:[:：]\*{{0,2}}|\|)\s{{0,20}}(?P<v>.{{0,400}})$"
)

_VERBS = (
    r"wrote|writes|escribió|escribio|a écrit|schrieb|ha scritto|scrive|scriveva|escreveu|schreef|"
    r"het volgende geschreven|geschreven|skrev|"
    r"kirjoitti|napisał|napisała|napisał\(a\)|napisał/a|pisze|napsal|napsala|napsal\(a\)|napísal|написал|"
    r"написала|написал\(а\)|пишет|писал|"
    r"написав|írta|a scris|yazdı|şunu yazdı|đã viết|έγραψε|"
    r"写道|寫道|写到|寫到|写于|寫於|写了|来信|のメール|書きました|書いた|님이 작성|작성"
)
CLOSES = re.compile(
    rf"(?i)(?:{_VERBS})(?:[^:：]{{0,120}})?[:：]\s{{0,3}}[>*]{{0,2}}$|(?:写道|寫道|写到|wrote)\s{{0,2}}(?:-{{2,6}}|>)?$|"
    r"[>\])\"]\s{0,2}[:：]$|@[\w.-]{1,100}\s?[:：]$|^\d{4}[/-]\d{1,2}[/-]\d{1,2}\s.{0,120}@[\w.-]{1,100}>$"
)
"""A line on which an attribution may end: asked of each line once."""
TAIL = re.compile(
    rf"(?i)(?:^|[\s\d点分日>）)\"”」，,])(?:{_VERBS})(?P<rest>[^:：]{{0,120}})?[:：]\s{{0,3}}\**$|(?:写道|寫道|"
    rf"写到)\s{{0,2}}-{{0,6}}$|\swrote\s{{0,2}}-{{0,6}}$"
)
CHINESE_TAIL = re.compile(r"(?:写道|寫道|写到|寫到|来信)\s{0,3}[:：]?\s{0,3}-{0,6}$")
START = re.compile(
    r"(?i)^[->\s]{0,10}(?:on|am|le|el|em|a|il|op|den|på|w dniu|dnia|dana|at|in data|no dia|kl|ke|ti|ma|man|tir|"
    r"ons|tor|tors|fre|lør|søn|mån|tis|lör|sön|vào|la|"
    r"mon|tue|wed|thu|fri|sat|sun|пн|вт|ср|чт|пт|сб|вс|\d{1,2}|\d{4})[\s,.\d]|^[>\s]{0,6}(?:在|于|於)\s{0,3}\S|"
    r"^[\"“*']?[^\n:：。！？]{0,80}<?[\w.+-]{1,80}@[\w.-]"
)
DATE = re.compile(
    r"(?:19|20)\d\d|\d{1,2}[:.]\d\d(?!\d)|\d{1,2}h\d\d|\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}|"
    r"\d{1,2}\s?月\s?\d{1,2}\s?日|\d{1,2}\. ?\w{3,9}"
)
ADDRESS = re.compile(r"[\w.+-]{1,80}@[\w-]{1,80}\.[\w.-]")
FRAMED = re.compile(r"[<(\[](?:mailto:)?[\w.+-]{1,80}@[\w.-]{1,200}[>)\]]")
QUOTING = re.compile(
    r"(?i)^(?:quoting|zitat von|citando|citerar|cytowanie|en réponse à|in reply to) .{2,200}:$"
)
"""Horde, and other web mails that name nobody's verb."""
OLD_GMAIL = re.compile(r"^\d{4}[/-]\d{1,2}[/-]\d{1,2}\s.{0,200}<[\w.+-]{1,80}@[\w.-]{1,200}>$")
BARE_HEAD = re.compile(
    r"(?i)^(?:\d|(?:mon|tue|wed|thu|fri|sat|sun)[a-z]{0,6}[,.]|(?:пн|вт|ср|чт|пт|сб|вс)[a-я]{0,10}[,.]|"
    r"(?:lun|mar|mer|jeu|ven|sam|dim)[a-z]{0,6}[,.]|星期.[,，])"
)
BARE_TAIL = re.compile(r"<?[\w.+-]{1,80}@[\w.-]{1,200}>?\s{0,3}[:：]$")

MOBILE = re.compile(
    r"(?i)^(?:sent (?:from|via|using|with) (?!here|there|"
    r"it\b)[^.,;:!?<]{2,60}(?:\. please excuse.{0,80})?(?:\s?<https?://\S{1,300}>)?|"
    r"get outlook for .{2,30}|envoy[ée] (?:de|depuis|à partir de) (?:mon|ma|l)?.{2,50}|von mein.{2,40} gesendet.{0,30}|"
    r"gesendet (?:von|mit|über) .{2,50}|enviad[oa] (?:desde|do|de|a partir do) (?:mi|meu|o)? ?.{2,50}|"
    r"inviato da(?:l mio)? .{2,50}|"
    r"verstuurd vanaf .{2,40}|verzonden (?:vanaf|met) .{2,40}|skickat från .{2,40}|sendt fra .{2,40}|lähetetty .{2,40}|"
    r"wysłan[eo] z .{2,40}|отправлено (?:с|из) .{2,40}|"
    r"发自(?:我的)?\s?.{1,30}|從我的\s?.{1,20}(?:傳送|寄出)|從 ?.{1,30}(?:傳送|寄出)|"
    r"从我的?\s?.{1,20}发送|从 ?(?:windows|android|ios|"
    r"mac).{0,20}发送|"
    r"来自(?:我的)?\s?(?:华为|小米|荣耀|vivo|oppo|三星|魅族|一加|红米|iphone|ipad|android|安卓|手机|qq邮箱|网易邮箱|galaxy).{0,30}|"
    r"发送自\s?.{1,40}|通过\s?.{1,30}发送|使用\s?.{1,30}发送|获取\s?outlook for .{2,20}|下载\s?outlook for .{2,20}|"
    r"取得 ?outlook for .{2,20}|傳自\s?.{1,30}|寄自\s?.{1,30}|"
    r"由\s?(?:网易邮箱|qq邮箱|foxmail|[a-z]{3,20}).{0,12}发出?|iphone\s?から送信|나의 iphone에서 보냄)[。.]?$"
)
_LINK = re.compile(r"\s?<https?://[^<>\s]{1,300}>$")


def is_mobile(line: str) -> bool:
    """Whether `line` is what a telephone or a mail program writes below every message."""
    return len(line) <= LONGEST and bool(MOBILE.match(_LINK.sub("", line.strip())[:200]))


RULE = re.compile(r"^[\s>]*(?:[-_=—–*]\s?){3,200}$|^[\s>]*$")
QUOTED = re.compile(r"^\s{0,3}(?:>|\|\s|｜)")
