"""Whether a message only thanks. It must be sure: a complaint that begins with thanks is a complaint."""

import re
import unicodedata

_FOR = r" for (the|your) (help|support|quick (help|reply|response)|reply|assistance)"
_PHRASES = [
    r"(many |so much |a lot|very much )?(thank(s| you)|thx|cheers)"
    rf"( a lot| so much| very much| again| all| everyone| indeed|{_FOR})*",
    r"(that|it|this|everything|all) ?(is|'s|has|works?|worked|working|is working|runs)?"
    r"( (fine|great|perfectly|well|perfect|good|ok(ay)?|solved|fixed|done|now|again))+",
    r"(great|perfect|wonderful|excellent|super|ok(ay)?|got it|much appreciated|appreciate it|noted|resolved|solved)",
    r"(you can close( (it|this|the ticket))?|have a (nice|good) (day|weekend|evening))",
    r"(best|kind|warm)?( ?regards)|best( wishes)?|sincerely|yours",
    r"(非常|十分|太|多)?(感谢|谢谢|多谢|谢啦|谢了|辛苦(了|啦)?)(您|你|你们|大家|各位)*(的)?(帮助|支持|帮忙|协助|回复)?(了|啦|!)*",
    r"(好的?|好了|收到|已收到|明白了?|知道了|可以了|没问题了?|搞定(了)?|解决了|已(经)?解决(了)?|问题(已经?)?解决(了)?)",
    r"(正常了|恢复(正常)?了|已恢复|好用了|太好了|ok)",
    r"(祝|顺祝)?(商祺|工作顺利|生活愉快|周末愉快|好)",
]
_ONLY = re.compile(rf"(?:{'|'.join(_PHRASES)})", re.IGNORECASE)
_BREAKS = re.compile(r"[\s,.!;:()\-–—~,。!;:、…~?]+")
_LONGEST = 160
_GREETING = re.compile(
    r"^(hi|hello|dear|hey)( \w+){0,3}$|^(您好|你好|.{1,6}(工|经理|老师|先生|女士)(您好|你好)?)$",
    re.IGNORECASE,
)


def only_thanks(text: str) -> bool:
    """True if each piece of the text is thanks, a greeting, a closing formula or "it works"; the quoted history and
    the signature must be cut off before. A question mark, a number or an unknown word makes it False. Emoji do not count.
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    if not plain or len(plain) > _LONGEST or "?" in plain:
        return False
    plain = "".join(c for c in plain if unicodedata.category(c) not in ("So", "Sk", "Cf", "Mn"))
    pieces = [p.strip() for p in re.split(r"[\n,.!;:。、~…()]+", plain) if p.strip(" -–—")]
    thanked = False
    for index, piece in enumerate(pieces):
        if _whole(piece):
            thanked = True
        elif not (index == 0 and _GREETING.match(piece)):
            return False
    return thanked


def _whole(piece: str) -> bool:
    words = _BREAKS.sub(" ", piece).strip()
    if not words:
        return True
    match = _ONLY.match(words)
    if match is None or match.end() == 0:
        return False
    return _whole(words[match.end() :]) if match.end() < len(words) else True
