"""Why a mail did not arrive, as an enhanced status code (RFC 3463).

Owns the derivation from a server's words where no field says it. Refuses to contradict a code that is written down.
Every pattern is a plain alternation or has one bounded repetition: linear in the length of the text.
"""

import re

_ENHANCED = re.compile(r"(?<![\d.])([245]\.[0-7]\.\d{1,3})(?![\d]|\.\d)")
_MARKED = re.compile(
    r"(?i)(?:\b[45]\d\d[\s#-]{1,3}|status:?\s{0,3}|#|\(|smtp;\s?|code:?\s)([45]\.\d{1,3}\.\d{1,3})(?!\d|\.\d)"
)
_REPLY = re.compile(
    r"(?i)(?:^|[\s:;<>\"'(\[=]|said:\s?|smtp;\s?)([45]\d\d)(?:[\s-]|(?=[)\]\"',:;.]|$))(?!\s?(?:byte|kb|mb|"
    r"second|day|hour))",
    re.M,
)

# In the order of their weight: the first that is said decides. The class (4 or 5) is the caller's.
_WORDS: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "2.2",
        re.compile(
            r"(?i)(?:mail\s?box|inbox|mailfolder|account|user|quota|storage|boîte|posteingang|postfach|casilla|buzón|"
            r"邮箱|郵箱|信箱)[^\n]{0,60}?(?:\bfull\b|exceed|over[- ]?quota|out of|exhaust|voll\b|überschritten|pleine|"
            r"llen[ao]|已满|已滿|超出|超过|空间不足|不足)|over ?quota|quota exceed|exceeds? (?:allowed )?(?:the )?(?:maximum )?"
            r"(?:mailbox|storage)|not enough storage|insufficient (?:system )?(?:storage|disk)|容量を超え|容量不足"
        ),
    ),
    (
        "1.2",
        re.compile(
            r"(?i)host (?:or domain name )?(?:not found|unknown)|unknown host|host unknown|"
            r"unrouteable (?:mail )?domain|"
            r"domain (?:does ?n[o']t|not) (?:exist|found)|no such domain|bad destination (?:system|host)|"
            r"couldn'?t find any host|name or service not known|domain name not found|dns error|nxdomain|"
            r"name service error|all relevant mx records point to non-existent|invalid domain|"
            r"host nicht gefunden|unbekannte domain|domaine inconnu|域名不存在|"
            r"域名错误|域名解析|找不到.{0,10}(?:域名|主机)|無法解析"
        ),
    ),
    (
        "2.1",
        re.compile(
            r"(?i)(?:account|mailbox|user|recipient|address)[^\n]{0,50}?(?:disabled|inactive|suspended|"
            r"deactivated|expired|"
            r"locked|blocked by admin|not active|no longer (?:active|in use|available|accepting|valid|works?))|"
            r"(?:邮箱|账号|帐号|帐户|账户|用户)[^\n]{0,12}(?:停用|禁用|冻结|锁定|注销|过期)"
        ),
    ),
    (
        "1.1",
        re.compile(
            r"(?i)user (?:is )?unknown|unknown (?:user|recipient|address|account|local part|virtual|mailbox)|"
            r"no such (?:user|address|recipient|account|mailbox|person|local|email)|does ?n[o']t (?:have|exist|"
            r"like recipient)|"
            r"(?:user|recipient|address|mailbox|account)[^\n]{0,60}?(?:not (?:be )?(?:found|exist|known|listed|"
            r"local|recognized)|"
            r"unknown|unavailable|does ?n[o']t exist|invalid|rejected|undeliverable|non-?exist)|"
            r"invalid (?:recipient|address|mailbox|"
            r"user|final delivery)|not (?:our|a valid|listed in|a known) (?:customer|recipient|user|mailbox|"
            r"domino|address)|"
            r"no mailbox (?:here )?by that name|no (?:valid )?(?:recipients?|account|mailbox) (?:by|with|here|found)|"
            r"couldn'?t be found|wasn'?t found|bad (?:address|destination mailbox|user)|unrouteable address|"
            r"user doesn'?t|inexist|inconnu|desconocid|unbekannt|nicht gefunden|existiert nicht|ist ungültig|"
            r"n[’']existe pas|"
            r"introuvable|no existe|não existe|non esiste|sconosciut|onbekend|niet gevonden|okänd|ukendt|ukjent|"
            r"nieznany|nie istnieje|"
            r"не найден|не существует|неизвестн|不存在|无此用户|用户不存在|没有此用户|"
            r"無此|查无此|地址错误|地址有误|未找到|找不到|無法找到|"
            r"宛先不明|見つかりません|存在しません|不明な|存在하지|없는 주소|존재하지"
        ),
    ),
    (
        "3.4",
        re.compile(
            r"(?i)(?:message|mail|size|attachment|nachricht|邮件|郵件|附件)[^\n]{0,50}?(?:too (?:large|big|long)|"
            r"exceeds?|zu groß|"
            r"trop (?:gros|volumineux)|过大|太大|超过.{0,6}(?:大小|限制))|larger than"
        ),
    ),
    (
        "4.6",
        re.compile(r"(?i)too many hops|hop count exceeded|mail (?:forwarding )?loop|loops? back|邮件循环"),
    ),
    (
        "7.1",
        re.compile(
            r"(?i)spam|black ?list|block ?list|blocked|denied|policy|not (?:authorized|allowed|permitted|"
            r"accepted)|prohibited|"
            r"refused by|reputation|relay(?:ing)?|virus|unauthenticated|dmarc|\bspf\b|\bdkim\b|forbidden|verboten|"
            r"abgelehnt|refus[eé]|rechazad|拒收|拒绝|拒絕|垃圾邮件|黑名单|反垃圾|内容过滤|违规|敏感|病毒|拒否"
        ),
    ),
    (
        "4.7",
        re.compile(
            r"(?i)time[d ]?-?\s?out|expired|too long|retry time|retry timeout|not (?:yet )?been (?:able|"
            r"delivered)|still being retried|"
            r"could ?n[o']t be delivered for|queued|delayed|deferred|will (?:be retried|keep trying|continue)|"
            r"超时|重试|延迟|尚未|继续尝试|延遅|verzögert"
        ),
    ),
    (
        "4.1",
        re.compile(
            r"(?i)connection (?:refused|failed|dropped|reset|timed)|could ?n[o']t (?:connect|establish)|no answer from|"
            r"unable to connect|network (?:is )?unreachable|no route to host|连接失败|无法连接|連線失敗|接続できません"
        ),
    ),
)
_BY_REPLY = {"552": "2.2", "553": "1.3", "551": "1.6", "501": "1.3", "452": "2.2", "451": "3.0", "421": "4.2"}
_TEXT = 20_000


def written(text: str) -> str:
    """An enhanced code of failure that stands in `text`: behind a reply code, a # or a word first; empty where none does."""
    text = text[:_TEXT]
    found = _MARKED.search(text)
    if found:
        return found.group(1)
    return next((code for code in _ENHANCED.findall(text) if code[0] in "45"), "")


def reply_code(text: str) -> str:
    """The SMTP reply code of a failure in `text`, empty where none stands there."""
    found = _REPLY.search(text[:_TEXT])
    return found.group(1) if found else ""


def derived(text: str, temporary: bool) -> str:
    """The code for a server's words: written, else from what it says, else from the reply code, else x.0.0."""
    text = text[:_TEXT]
    code = written(text)
    if code:
        return code
    reply = reply_code(text)
    group = reply[:1] if reply else "4" if temporary else "5"
    for detail, pattern in _WORDS:
        if pattern.search(text):
            return f"{group}.{detail}"
    return f"{group}.{_BY_REPLY.get(reply, '0.0')}"
