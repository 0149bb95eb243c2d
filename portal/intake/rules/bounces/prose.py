"""Delivery failures told in sentences, in the languages of mail servers: is it one, for whom, for good or not yet?

Owns the sentences and the places where servers put the address. Refuses to search the returned message: its text ends where the
original begins. Patterns have bounded repetitions and run on lines of bounded length.
"""

import re
from dataclasses import dataclass

_TEXT = 30_000
_LINES = 600
_LINE = 400

_FAILED = re.compile(
    r"(?i)(?:could ?n[o']t|can ?n[o']t|cannot|was ?n[o']t|were ?n[o']t|has not been|have not been|not be|"
    r"unable to|failed to|impossible to)"
    r"[\s\w']{0,30}(?:deliver|reach|sen[dt]|accept|complet|relay)|undeliver|non[- ]?deliver|"
    r"delivery[\w\s]{0,30}(?:fail|error|problem|aborted)|"
    r"(?:fail|error)[\w\s]{0,20}deliver|did(?: not|n[o']t) reach|failed (?:permanently|recipients?|addresses)|"
    r"returned (?:mail|message|to sender)|(?:message|mail) (?:was|is|has been) (?:rejected|returned|refused|"
    r"bounced|blocked)|"
    r"rejected (?:your|the) message|delivery (?:has )?fail|(?:recipient|address|mailbox)[\w\s]{0,20}(?:rejected|"
    r"not found|unknown|full)|"
    r"user unknown|no such user|over ?quota|quota exceeded|permanent(?:ly)? (?:fatal )?(?:error|fail)|fatal errors|"
    r"fehler bei der (?:nachrichten)?zustellung|"
    r"nicht (?:zugestellt|übermittelt|ausgeliefert|gesendet|zustellbar|erreicht)|unzustellbar|"
    r"zustellung[\w\s]{0,40}(?:fehl|nicht)|"
    r"n['’]a pas pu|n['’]ont pas pu|n['’]a pas été|pas pu être|impossible de (?:remettre|distribuer|livrer)|"
    r"non remis|échec de la remise|"
    r"échec de (?:la )?(?:distribution|livraison)|a échoué|no se (?:ha podido|pudo|puede)|"
    r"no pudo (?:ser )?entreg|no entregad|error de entrega|"
    r"não (?:pôde|foi possível|pode|foi) (?:ser )?(?:entreg|envi)|não (?:foi possível|entregue)|falha na entrega|"
    r"non è stat[oa]|impossibile (?:recapitare|consegnare)|mancat[oa] (?:recapito|consegna)|"
    r"niet (?:worden )?(?:afgeleverd|bezorgd|besteld)|kunde inte|kunne ikke|kan inte levereras|kan ikke leveres|"
    r"nie (?:można|mogła|została)|"
    r"не (?:может быть|удалось|было|была|доставлен)|недоставлен|ошибка доставки|"
    r"退信|退回|无法将|無法將|时失败|時失敗|"
    r"无法(?:投递|送达|发送|传递|递送|到达)|未能(?:投递|送达|发送|传递|成功)|投递(?:失败|不成功|错误)|发送失败|送信失败|不能投递|没有送达|未送达|未被送达|被拒|拒收|"
    r"無法(?:傳遞|傳送|投遞|送達|寄達|遞送)|傳遞失敗|未能傳|投遞失敗|寄送失敗|配信(?:不能|できません|に失敗|エラー)|配達(?:不能|できません|されません)|"
    r"送信できません|送ることができません|届けられません|エラーメール|전송(?:되지|할 수|에 실패| 실패)|반송|배달(?:되지| 실패)"
)
_WAITING = re.compile(
    r"(?i)(?:has |have )?not (?:yet )?been delivered|not yet (?:been )?deliver|still trying|still being|"
    r"will (?:be retried|retry|"
    r"keep trying|continue|try again|be attempted)|delivery attempts will|delivery (?:to[^\n]{1,200} )?(?:is|"
    r"has been|was) (?:delayed|postponed|deferred)|"
    r"(?:is|was|been|delivery)\s+(?:delayed|deferred|postponed)|warning message only|do not need to resend|"
    r"don'?t need to (?:resend|do anything)|"
    r"no action is required|just a warning|advisory-only|could not be delivered for \d|temporary (?:failure|"
    r"problem|error)|"
    r"noch nicht (?:zugestellt|ausgeliefert)|verzögert|wird weiterhin versucht|"
    r"zustellversuche werden fortgesetzt|retardée?|"
    r"nouvelle tentative|pas encore été|todavía no|se ha retrasado|ainda não|atrasad|in ritardo|vertraagd|"
    r"försenad|forsinket|opóźnion|"
    r"задерж|尚未(?:送达|投递|成功)|延迟|延期|将(?:继续|会继续|重试|再次)|会继续(?:尝试|重试)|稍后重试|无需重新发送|延遲|尚未傳|遅延|遅れて|再送を試み|지연"
)
_ORIGINAL = re.compile(
    r"(?i)^[-_=*>\s]{0,80}(?:original (?:message|mail)|(?:the )?(?:returned|undelivered) (?:message|mail)|"
    r"below (?:this|the next) line is a copy|"
    r"this is a copy of (?:the|your) message|(?:included|attached|below|here) is a copy of|a copy of (?:the|"
    r"your) (?:original )?message|"
    r"start of returned message|message (?:text|headers?|header) follows?|your (?:original )?message (?:follows|"
    r"reads)|unsent message below|"
    r"message header|header of the original|returned message follows|mensaje original|message d['’]origine|"
    r"ursprüngliche nachricht|originalnachricht|kopie der (?:nachricht|e-?mail)|原始邮件|原邮件(?!信息)|"
    r"以下是原|原信内容|原始郵件|元のメッセージ|"
    r"----- ?(?:原始|original))[^\n]{0,120}$"
)
_HEADER = re.compile(
    r"(?i)^(?:return-path|received|x-received|dkim-signature|mime-version|message-id|delivered-to):\s"
)

_A = r"(?P<a>[^\s<>()\[\]\",;:\\@'：，。、；（）《》“”|=]{1,100}@[A-Za-z0-9](?:[\w.-]{0,200}[\w])?)"
_ADDRESS = re.compile(_A)
_PLACES = (
    # <somebody@example.com>: and "somebody@example.com: user unknown" at the beginning of a line
    re.compile(rf"^\s{{0,20}}[*•>-]{{0,3}}\s{{0,4}}<(?:smtp:|mailto:)?{_A}>", re.I),
    re.compile(rf"(?i)rcpt to:\s{{0,3}}<{_A}>"),
    re.compile(
        rf"(?i)(?:failed|original|final|intended|affected|invalid|unknown|undeliverable|bad|recipient'?s?|"
        rf"destination)?[ -]{{0,2}}"
        rf"(?:recipients?|address(?:es|\(es\))?|email|users?|mailbox|to|rcpt|empfänger(?:adresse)?|"
        rf"destinataires?|destinatarios?|destinatari|"
        rf"ontvangers?|mottagare|modtager|odbiorca|получатель|адресат|收件人(?:地址|邮箱)?|收件者|收件地址|退信(?:收件人|地址)|"
        rf"收信人|"
        rf"目标邮箱|"
        rf"目标地址|宛先|受信者|受取人|받는 사람|수신자)(?: (?:address|name|is))?\s{{0,4}}[:：=]\s{{0,8}}"
        rf"[\[<\"'（(]{{0,2}}(?:smtp:|mailto:|rfc822;\s?)?{_A}"
    ),
    re.compile(
        rf"(?i)(?:message|mail|delivery|e-?mail|nachricht|email|messaggio|mensaje|mensagem|bericht|envoi|"
        rf"addressed|sent|send|deliver(?:ed)?|reach)"
        rf"[^\n@]{{0,60}}?\b(?:to|for|an|für|à|a|para|aan|till|til|do)\s{{1,3}}(?:the following (?:recipient|"
        rf"address)\s)?[<\"'\[]{{0,2}}{_A}"
    ),
    re.compile(
        rf"(?:发往|发给|发送给|发送到|发送至|投递到|投递至|投递给|寄往|寄给|寄給|送达|傳送給|傳送至|传递到|传递给|到达|給|给|至)\s{{0,3}}[<\"“'（(\[]{{0,2}}{_A}"
    ),
    re.compile(rf"^\s{{0,40}}[*•-]?\s{{0,4}}[\[(<\"']{{0,2}}{_A}[\])>\"']{{0,2}}\s{{0,10}}$"),
    re.compile(
        rf"^\s{{0,40}}[*•-]?\s{{0,4}}[\[(<\"']{{0,2}}{_A}[\])>\"']{{0,2}}(?::|,|\s-|\s\(|\s+on\s|\s\.\.\.|\s+\d|"
        rf"\s*[：，（])"
    ),
    re.compile(rf"(?i)\b(?:user|recipient|address|mailbox|account)\b[^\n@]{{0,40}}?[<\"'\[(]{{0,2}}{_A}"),
)
"""Where servers put the address, the surest place first; the first place that yields anything is believed."""

_OFFICES = re.compile(
    r"(?i)^(?:postmaster|mailer-daemon|mail-daemon|abuse|hostmaster|support|helpdesk|help|webmaster|no-?reply|"
    r"bounces?)@"
)


@dataclass(frozen=True)
class Told:
    """`said`: the text speaks of a delivery that failed or waits. `words`: the server's own, without the original."""

    said: bool
    addresses: tuple[str, ...]
    temporary: bool
    words: str


def told(text: str, ignore: frozenset[str], *, sure: bool) -> Told:
    """What the sentences say. `ignore`: addresses in lower case that cannot be the ones: our own, the writing server's. `sure`:
    the outside says that it is a failure, so addresses are looked for whatever the sentences are."""
    lines = [line[:_LINE] for line in text[:_TEXT].split("\n")[:_LINES]]
    spoken: list[str] = []
    for number, line in enumerate(lines):
        if number and (_ORIGINAL.match(line) or _HEADER.match(line)):
            break
        spoken.append(line)
    words = "\n".join(spoken)
    said = bool(_FAILED.search(words) or _WAITING.search(words))
    return Told(
        said, tuple(_addresses(spoken, ignore)) if said or sure else (), bool(_WAITING.search(words)), words
    )


def _addresses(lines: list[str], ignore: frozenset[str]) -> list[str]:
    with_one = [line for line in lines if "@" in line]
    for place in _PLACES:
        found = _kept((m.group("a") for line in with_one for m in place.finditer(line)), ignore)
        if found:
            return found
    rest = _kept((m.group("a") for line in with_one for m in _ADDRESS.finditer(line)), ignore)
    return rest if len(rest) == 1 else []


def _kept(found: object, ignore: frozenset[str]) -> list[str]:
    assert hasattr(found, "__iter__")
    plain = dict.fromkeys(str(a).lower().rstrip(".-_") for a in found)
    known = [a for a in plain if a not in ignore and not _OFFICES.match(a) and "." in a.rpartition("@")[2]]
    return known[:200]


def recipients_of_original(headers_text: str, ignore: frozenset[str]) -> list[str]:
    """The one address in the To of a returned message's headers; nothing where there are several, for any could be meant."""
    block = headers_text[:_TEXT].partition("\n\n")[0]
    unfolded = re.sub(r"\n[ \t]+", " ", block)
    for line in unfolded.split("\n"):
        if line[:3].lower() == "to:":
            found = _kept((m.group("a") for m in _ADDRESS.finditer(line[:2000])), ignore)
            return found if len(found) == 1 else []
    return []
