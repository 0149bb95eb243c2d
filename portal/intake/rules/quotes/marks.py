"""The words by which mail programs announce a quotation, in the languages that are seen.

Owns the words and the shapes of one line. Refuses to decide: fold.py does, from several lines together. Every pattern is
anchored, its repetitions are bounded, and it is run on lines of bounded length: linear in the text.
"""

import re

LONGEST = 500
"""Characters of a line that may announce something; a longer one is text."""

_WORDS = (
    r"original message|original appointment|original e?-?mail|original|replied message|reply message|"
    r"forwarded message(?: from .{1,120})?|forwarding messages|"
    r"forwarded by .{1,80}|ursprüngliche nachricht|ursprüngliche e-?mail|originalnachricht|"
    r"original[- ]nachricht|weitergeleitete nachricht|"
    r"message d['’]origine|message original|message initial|message transféré|mensaje original|"
    r"mensaje reenviado|mensagem original|"
    r"mensagem encaminhada|messaggio originale|messaggio inoltrato|oorspronkelijk bericht|originele bericht|"
    r"doorgestuurd bericht|"
    r"oprindelig meddelelse|oprindelig besked|videresendt meddelelse|original(?:t)? meddelande|ursprungligt meddelande|"
    r"vidarebefordrat meddelande|opprinnelig melding|videresendt melding|alkuperäinen viesti|välitetty viesti|"
    r"wiadomość oryginalna|oryginalna wiadomość|wiadomość przekazana|původní zpráva|přeposlaná zpráva|"
    r"исходное сообщение|пересылаемое сообщение|пересланное сообщение|перенаправленное сообщение|"
    r"eredeti üzenet|mesaj original|özgün ileti|"
    r"orijinal ileti|"
    r"原始邮件|原邮件|邮件原件|邮件原文|原始信息|原始消息|初始邮件|原邮件信息|转发邮件|转发的邮件|转发的消息|转发邮件信息|转发的原邮件|回复的原邮件|回复的邮件|回复邮件|"
    r"原始郵件|原始信件|原始訊息|轉寄郵件|轉寄的郵件|轉寄信件|回覆的原郵件|"
    r"元のメッセージ|転送メッセージ|転送されたメッセージ|オリジナルメッセージ|원본 메시지|원본 메일|전달된 메시지|"
    r"оригінальне повідомлення|переслане повідомлення|pôvodná správa|preposlaná správa|izvorna poruka|"
    r"proslijeđena poruka|izvirno sporočilo|mesajul original|mesaj redirecționat|αρχικό μήνυμα|"
    r"προωθημένο μήνυμα|הודעה מקורית|הודעה שהועברה|الرسالة الأصلية|رسالة أصلية|رسالة معاد توجيهها|"
    r"thư gốc|tin nhắn gốc|thư đã chuyển tiếp|yönlendirilen ileti|yönlendirilmiş ileti|оригинално съобщение|"
    r"препратено съобщение|pesan asli|pesan terusan|missatge original|továbbított üzenet|lähetetty viesti"
)
SEPARATOR = re.compile(
    rf"(?i)^\W{{0,3}}[-_=—–*]{{2,60}}\s{{0,10}}(?:{_WORDS})(?:\s{{0,3}}[:：])?\s{{0,10}}[-_=—–*]{{0,60}}\W{{0,3}}$"
)
FRAMED_TITLE = re.compile(
    r"^\W{0,3}[-_=—–*]{3,60}\s{0,10}[^-_=—–*\s][^\n]{1,160}?[-_=—–*]{3,60}\W{0,3}$|^.{1,80} -{3}\d[^\n]{5,40}-{3}.{0,200}$"
)
"""Words between two rules, in any language: of the history where its header block follows."""
TITLE = re.compile(rf"(?i)^[>\s]{{0,6}}(?:{_WORDS})\s{{0,3}}[:：]?$")
"""The same words without any rule around them: a title only where a header block follows."""
BEGIN = re.compile(
    r"(?i)^(?:begin forwarded message|anfang der weitergeleiteten (?:nachricht|e-mail)|"
    r"début du message (?:réexpédié|transféré)|"
    r"inizio messaggio inoltrato|inicio del mensaje reenviado|开始转发邮件|开始转发的邮件|開始轉寄郵件|"
    r"début du courriel transféré|début du message renvoyé|inicio de mensaje reenviado|início da mensagem (?:reencaminhada|"
    r"encaminhada)|begin doorgestuurd bericht|vidarebefordrat brev|start på videresendt (?:besked|melding)|"
    r"początek przekazywanej wiadomości|začátek přeposílané zprávy|"
    r"начало переадресованного сообщения|начало пересылаемого сообщения|转发的邮件|被转发的邮件|"
    r"下面是被转发的邮件|以下是转发的邮件|以下為轉寄的郵件|転送されたメッセージ|전달된 메시지)\s{0,3}[:：]$"
)
FORWARD = re.compile(
    r"(?i)forward|weitergeleitet|transféré|réexpédié|reenviado|encaminhada|inoltrato|doorgestuurd|"
    r"vidarebefordrat|videresendt|"
    r"välitetty|przekazana|přeposlan|preposlan|пересыл|пересла|перенаправ|препрат|yönlendiril|προωθ|שהועבר|توجيه|"
    r"redirecționat|proslijeđen|terusan|转发|轉寄|轉發|転送|전달"
)
FORWARD_SUBJECT = re.compile(
    r"(?i)^\s{0,3}(?:\[[^\]]{1,40}\]\s{0,3}){0,2}(?:fwd?|wg|tr|rv|enc|i|vb|vs|vl|pd|doorst|转发|轉寄|轉發|転送|전달)\s{0,2}[:：]"
)

_FROM = (
    r"from|message du|von|de|da|van|från|fra|lähettäjä|od|nadawca|от|отправитель|feladó|kimden|gönderen|"
    r"发件人|发信人|发\s?件\s?人|寄件者|寄件人|發件人|發信人|差出人|送信者|送信元|보낸\s?사람|보낸\s?이|발신자?|"
    r"expéditeur|remitente|remetente|mittente|afzender|avsändare|afsender|avsender|absender|gönderici|"
    r"από|від|відправник|de la|expeditor|odesílatel|odosielateľ|šalje|posiljatelj|pošiljatelj|от кого|"
    r"מאת|من|المرسل|از|từ|người gửi|จาก|dari|saatja|nuo"
)
_DATED = (
    r"sent|sent time|sent on|date|gesendet|gesendet am|datum|envoyé|envoyé le|enviado|enviado el|enviada em|"
    r"enviado em|enviada|data|fecha|"
    r"inviato|verzonden|skickat|sendt|dato|lähetetty|päivämäärä|päiväys|wysłano|wysłane|odesláno|отправлено|"
    r"дата|отправлен|dátum|tarih|"
    r"gönderildi|elküldve|发送时间|发送日期|发件时间|发件日期|发信时间|日\s{0,3}期|时\s{0,3}间|傳送日期|寄件日期|傳送時間|寄件時間|日\s{0,3}期|時\s{0,3}間|"
    r"送信日時|送信日|日時|日付|날짜|보낸\s?날짜|보낸\s?시간|보낸\s?일시|발신일|발송일|"
    r"wann|quando|envoyée? le|date d[’']envoi|fecha de envío|data de envio|data invio|datum verzonden|"
    r"odoslané|odoslaná|poslano|poslato|trimis|trimisă|dată|στάλθηκε|ημερομηνία|надіслано|изпратено|дата и час|"
    r"gönderme tarihi|gönderilme tarihi|נשלח|תאריך|تم الإرسال|التاريخ|أُرسلت|تاريخ الإرسال|đã gửi|ngày|ngày gửi|"
    r"ส่ง|วันที่|dikirim|tanggal|saadetud|kuupäev|nosūtīts|išsiųsta|enviat"
)
_OTHER = (
    r"to|cc|bcc|subject|reply[- ]to|importance|an|betreff|kopie|à|objet|sujet|copie à|para|asunto|assunto|a|"
    r"oggetto|aan|onderwerp|till|ämne|"
    r"til|emne|vastaanottaja|aihe|do|temat|dw|komu|předmět|кому|тема|копия|címzett|tárgy|kime|kimden|konu|"
    r"收\s{0,3}件\s{0,3}人|收信人|抄\s{0,3}送|抄\s?送\s?人|密\s{0,3}送|主\s{0,3}题|主\s{0,3}旨|主\s{0,3}題|标\s{0,3}题|收件者|副\s{0,3}本|"
    r"重要性|附\s{0,3}件|"
    r"宛先|件名|受信者|받는\s?사람|받는\s?이|수신자?|제목|참조|답장|"
    r"destinataires?|destinatarios?|destinatári[oa]s?|destinatari|ontvanger|mottagare|modtager|mottaker|empfänger|"
    r"alıcı|bilgi|ilgi|konu başlığı|prima|predmet|kopija|către|subiect|προς|θέμα|κοιν\.?|kópia|"
    r"до|относно|копие|אל|נושא|עותק|إلى|الى|الموضوع|نسخة|به|موضوع|đến|tới|người nhận|chủ đề|tiêu đề|"
    r"ถึง|เรื่อง|สำเนา|kepada|perihal|subjek|per a|assumpte|saaja|teema|kam|tēma|tema|zadeva"
)
SUBJECT_LABELS = re.compile(
    r"(?i)^(?:subject|betreff|objet|sujet|asunto|assunto|oggetto|onderwerp|ämne|emne|aihe|temat|předmět|тема|"
    r"tárgy|konu|主题|主旨|主題|标题|件名|제목|subiect|predmet|zadeva|θέμα|относно|נושא|الموضوع|موضوع|chủ đề|tiêu đề|"
    r"เรื่อง|perihal|subjek|assumpte|teema|tēma|tema)$"
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
    r"написав|написала|пише|írta|a scris|yazdı|şunu yazdı|şunları yazdı|đã viết|έγραψε|написа|kirjutas|rakstīja|rašė|"
    r"napisao je|napisala je|napisao/la je|je napisao|je napisal|je napisala|menulis|va escriure|ha escrit|"
    r"idatzi du|skrifaði|เขียนว่า|เขียน|נכתב|כתב|כתבה|כתב/ה|כתב\(ה\)|"
    r"كتب|كتبت|تمت كتابة ما يلي بواسطة|نوشت|ने लिखा|님이 쓴 글|이\(가\) 쓴 글|쓴 글|"
    r"写道|寫道|写到|寫到|写于|寫於|写了|来信|のメール|書きました|書いた|님이 작성|작성"
)
CLOSES = re.compile(
    rf"(?i)(?:{_VERBS})(?:[^:：]|(?<=\d):(?=\d)|(?<=időpont):){{0,120}}[:：]\s{{0,3}}[>*]{{0,2}}$|(?:写道|寫道|写到|wrote)\s{{0,2}}(?:-{{2,6}}|>)?$|"
    r"[>\])\"]\s{0,2}[:：]$|@[\w.-]{1,100}\s?[:：]$|^\d{4}[/-]\d{1,2}[/-]\d{1,2}\s.{0,120}@[\w.-]{1,100}>$"
)
"""A line on which an attribution may end: asked of each line once."""
TAIL = re.compile(
    rf"(?i)(?:^|[\s\d点分日>）)\"”」，,])(?:{_VERBS})(?P<rest>(?:[^:：]|(?<=\d):(?=\d)|(?<=időpont):){{0,120}})[:：]\s{{0,3}}\**$|(?:写道|寫道|"
    rf"写到)\s{{0,2}}-{{0,6}}$|\swrote\s{{0,2}}-{{0,6}}$"
)
CHINESE_TAIL = re.compile(r"(?:写道|寫道|写到|寫到|来信)\s{0,3}[:：]?\s{0,3}-{0,6}$")
START = re.compile(
    r"(?i)^[->\s]{0,10}(?:on|am|le|el|em|a|il|op|den|på|w dniu|dnia|dana|at|in data|no dia|kl|ke|ti|ma|man|tir|"
    r"ons|tor|tors|fre|lør|søn|mån|tis|lör|sön|vào|la|"
    r"în|pe|på|klo|v|dne|na|pada tanggal|missatge|στις|ב-|في|בתאריך|در|às|wiadomość|"
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
    r"(?i)^(?:quoting|zitat von|citando|citerar|cytowanie|en réponse à|in reply to|wiadomość napisana przez|missatge de|"
    r"mensaje de|message de|nachricht von) .{2,200}:$"
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
    r"it\b)[^.,;:!?<]{2,60}(?:, an? [^.,;:!?<]{2,40})?(?:[.,] please excuse.{0,80})?(?:\s?<https?://\S{1,300}>)?|"
    r"get outlook for .{2,30}|envoy[ée] (?:de|depuis|à partir de) (?:mon|ma|l)?.{2,50}|von mein.{2,40} gesendet.{0,30}|"
    r"gesendet (?:von|mit|über) .{2,50}|enviad[oa] (?:desde|do|de|a partir do) (?:mi|meu|o)? ?.{2,50}|"
    r"inviato da(?:l mio)? .{2,50}|"
    r"verstuurd vanaf .{2,40}|verzonden (?:vanaf|met) .{2,40}|skickat från .{2,40}|sendt fra .{2,40}|lähetetty .{2,40}|"
    r"wysłan[eo] z .{2,40}|отправлено (?:с|из) .{2,40}|"
    r"发自(?:我的)?\s?.{1,30}|從我的\s?.{1,20}(?:傳送|寄出)|從 ?.{1,30}(?:傳送|寄出)|"
    r"从我的?\s?.{1,20}发送|从 ?(?:windows|android|ios|"
    r"mac).{0,20}发送|"
    r"来自(?:我的)?\s?(?:华为|小米|荣耀|vivo|oppo|三星|魅族|一加|红米|iphone|ipad|android|安卓|手机|qq邮箱|网易邮箱|galaxy).{0,30}|"
    r"来自\s?(?:企业微信|(?:foxmail|outlook|(?:wps|阿里云?|飞书|钉钉|(?:天翼)?189|139|qq|网易|263|新浪|搜狐|企业|华为|小米|荣耀)\s?邮箱)"
    r"(?:\s?(?:for\s)?(?:iphone|ipad|android|安卓|mac|windows|手机)\s?(?:版|客户端)?)?)|(?:获取|下载|取得)\s?.{0,6}(?:ios|android).{0,4}outlook|"
    r"发送自\s?.{1,40}|"
    r"(?:通过|使用)[^，。]{0,12}(?:手机|iphone|ipad|android|安卓|邮箱|foxmail|outlook|客户端|应用)[^，。]{0,12}发送|"
    r"获取\s?outlook for .{2,20}|下载\s?outlook for .{2,20}|"
    r"取得 ?outlook for .{2,20}|傳自\s?.{1,30}|寄自\s?.{1,30}|"
    r"由\s?(?:网易邮箱|qq邮箱|foxmail|[a-z]{3,20}).{0,12}发出?|iphone\s?から送信(?:されました)?|나의 iphone에서 보냄|"
    r"(?:obtenir|télécharger|obtener|obtén|obter|obtenha|ottieni|scarica|download|pobierz|získat|hämta|hent|lataa|"
    r"получить|скачать|загрузить) (?:o |program |программу )?outlook .{2,24}|"
    r"outlook (?:für|voor|for|pour|for) .{2,12} (?:beziehen|herunterladen|downloaden|を入手|を取得)|"
    r"outlook for .{2,10}(?:を入手|を取得|받기|다운로드)|.{2,10} için outlook.{0,4} (?:edinin|indirin)|"
    r"yahoo ?mail: search, organi[sz]e, conquer)[。.]?$"
)
_SHOP = re.compile(r"(?i)^[^<]{0,60}outlook[^<]{0,40}<https?://aka\.ms/\S{1,100}>$")
_SENT = re.compile(
    r"(?i)^(?:(?:أُ?رسلت من|تم الإرسال من|odesláno z|odoslané z|נשלח מ|trimis (?:de pe|din|cu)|надіслано (?:з|із)|изпратено от|"
    r"στάλθηκε από|đã gửi từ|gửi từ|ส่งจาก|dikirim dari|poslano (?:s|iz)|enviat des d|saadetud).{1,50}|"
    r"[^.,;!?]{2,40} (?:gönderildi|küldve)|.{2,30}から送信(?:されました)?|나의 .{2,30}에서 보냄)\.?$"
)
_DEVICE = re.compile(
    r"(?i)iphon|ipad|ipod|android|samsung|galaxy|huawei|xiaomi|redmi|honor|oppo|vivo|nokia|xperia|motorola|pixel|"
    r"blackberry|windows|outlook|yahoo|gmail|proton|\bmail|mobil|phone|telefon|tablet|\bmac\b|携帯|モバイル|スマ|휴대"
)
"""What a telephone says of itself; without it "sent from accounting" is a sentence."""
_LINK = re.compile(r"\s?<https?://[^<>\s]{1,300}>|\]\(https?://[^()\s]{1,300}\)|\[")


def is_mobile(line: str) -> bool:
    """Whether `line` is what a telephone or a mail program writes below every message."""
    if len(line) > LONGEST:
        return False
    said = _LINK.sub("", line.strip())[:200]
    return bool(
        MOBILE.match(said) or (_SENT.match(said) and _DEVICE.search(said)) or _SHOP.match(line.strip())
    )


VERB_ALONE = re.compile(rf"(?i)^(?:{_VERBS})\s?[:：]$")
"""The last word of an attribution that a program broke."""
RULE = re.compile(r"^[\s>]*(?:[-_=—–*]\s?){3,200}$|^[\s>]*$")
QUOTED = re.compile(r"^\s{0,3}(?:>|\|\s|｜)")
