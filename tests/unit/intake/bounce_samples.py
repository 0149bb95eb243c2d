"""Notices of failure as mail servers write them, made up for these tests: who was not reached, of which status, for good or not yet."""

# ruff: noqa: E501 -- the lines are mail, as programs write it

from dataclasses import dataclass


@dataclass(frozen=True)
class Sample:
    name: str
    sender: str
    subject: str
    text: str
    recipients: tuple[str, ...]
    status: str
    temporary: bool = False
    html: bool = False
    headers: tuple[str, ...] = ()


COPY = "Return-Path: <support@portal.example>\nReceived: from portal.example by mx.portal.example; Tue, 3 Nov 2026 10:22:11 +0800\nFrom: Support <support@portal.example>\nTo: gone@harbour.example\nSubject: [T-1042] The printer\n\nWe received it.\n"

SAMPLES = [
    Sample(
        "qmail", "MAILER-DAEMON@mx.harbour.example", "failure notice",
        "Hi. This is the qmail-send program at mx.harbour.example.\nI'm afraid I wasn't able to deliver your message to the following addresses.\nThis is a permanent error; I've given up. Sorry it didn't work out.\n\n<gone@harbour.example>:\nSorry, no mailbox here by that name. (#5.1.1)\n\n--- Below this line is a copy of the message.\n\n" + COPY,
        ("gone@harbour.example",), "5.1.1",
    ),
    Sample(
        "exim without its header", "Mail Delivery System <Mailer-Daemon@mx.harbour.example>", "Mail delivery failed: returning message to sender",
        "This message was created automatically by mail delivery software.\n\nA message that you sent could not be delivered to one or more of its\nrecipients. This is a permanent error. The following address(es) failed:\n\n  gone@harbour.example\n    host mx2.harbour.example [192.0.2.7]\n    SMTP error from remote mail server after RCPT TO:<gone@harbour.example>:\n    550 5.1.1 <gone@harbour.example>: Recipient address rejected: User unknown\n\n------ This is a copy of the message, including all the headers. ------\n\n" + COPY,
        ("gone@harbour.example",), "5.1.1",
    ),
    Sample(
        "exim, delayed", "Mail Delivery System <Mailer-Daemon@mx.harbour.example>", "Warning: message 1nAbCd-0001 delayed 24 hours",
        "This message was created automatically by mail delivery software.\nA message that you sent has not yet been delivered to one or more of its\nrecipients after more than 24 hours on the queue on mx.harbour.example.\n\nThe address to which the message has not yet been delivered is:\n\n  slow@harbour.example\n    host mx2.harbour.example [192.0.2.7]: connection timed out\n\nNo action is required on your part. Delivery attempts will continue for\nsome time, and this warning may be repeated at intervals.\n",
        ("slow@harbour.example",), "4.4.7", True,
    ),
    Sample(
        "postfix in plain text", "MAILER-DAEMON@mx.harbour.example (Mail Delivery System)", "Undelivered Mail Returned to Sender",
        "This is the mail system at host mx.harbour.example.\n\nI'm sorry to have to inform you that your message could not\nbe delivered to one or more recipients. It's attached below.\n\n                   The mail system\n\n<full@harbour.example>: host lmtp.harbour.example[private/dovecot-lmtp] said: 552 5.2.2\n    <full@harbour.example> Quota exceeded (mailbox for user is full) (in reply to end of DATA command)\n<gone@harbour.example>: unknown user: \"gone\"\n",
        ("full@harbour.example", "gone@harbour.example"), "5.2.2",
    ),
    Sample(
        "sendmail", "Mail Delivery Subsystem <MAILER-DAEMON@mx.harbour.example>", "Returned mail: see transcript for details",
        "The original message was received at Tue, 3 Nov 2026 10:22:11 +0800\nfrom portal.example [192.0.2.1]\n\n   ----- The following addresses had permanent fatal errors -----\n<gone@harbour.example>\n    (reason: 550 5.1.1 User unknown)\n\n   ----- Transcript of session follows -----\n... while talking to mx2.harbour.example.:\n>>> RCPT To:<gone@harbour.example>\n<<< 550 5.1.1 User unknown\n550 5.1.1 <gone@harbour.example>... User unknown\n",
        ("gone@harbour.example",), "5.1.1",
    ),
    Sample(
        "exchange, in sentences", "System Administrator <postmaster@harbour.example>", "Undeliverable: [T-1042] The printer",
        "Your message did not reach some or all of the intended recipients.\n\n      Subject: [T-1042] The printer\n      Sent: 11/3/2026 10:22 AM\n\nThe following recipient(s) could not be reached:\n\n      gone@harbour.example on 11/3/2026 10:22 AM\n            The e-mail account does not exist at the organization this message was sent to.  Check the e-mail address, or contact the recipient directly to find out the correct address.\n            <mx.harbour.example #5.1.1>\n",
        ("gone@harbour.example",), "5.1.1",
    ),
    Sample(
        "office 365, html", "Microsoft Outlook <MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@harbour.example>", "Undeliverable: [T-1042] The printer",
        "<html><body><p><b><font size='6'>Your message to <a href='mailto:gone@harbour.example'>gone@harbour.example</a> couldn't be delivered.</font></b></p><p><b>gone</b> wasn't found at <b>harbour.example</b>.</p><table><tr><td>support</td><td>Office 365</td><td>gone</td></tr><tr><td>Action Required</td><td></td><td>Recipient</td></tr></table><p>Unknown To address</p><p>Status code: 550 5.1.10</p></body></html>",
        ("gone@harbour.example",), "5.1.10", html=True,
    ),
    Sample(
        "gmail", "Mail Delivery Subsystem <mailer-daemon@googlemail.com>", "Delivery Status Notification (Failure)",
        "** Address not found **\n\nYour message wasn't delivered to gone@harbour.example because the address couldn't be found, or is unable to receive mail.\n\nLearn more here: https://support.example/mail/?p=NoSuchUser\n\nThe response was:\n\n550 5.1.1 The email account that you tried to reach does not exist. Please try double-checking the recipient's email address for typos.\n",
        ("gone@harbour.example",), "5.1.1",
    ),
    Sample(
        "gmail, delayed", "Mail Delivery Subsystem <mailer-daemon@googlemail.com>", "Delivery Status Notification (Delay)",
        "** Delivery incomplete **\n\nThere was a temporary problem delivering your message to slow@harbour.example. Gmail will retry for 46 more hours. You'll be notified if the delivery fails permanently.\n\nThe response was:\n\nThe recipient server did not accept our requests to connect. [mx.harbour.example 192.0.2.7: timed out]\n",
        ("slow@harbour.example",), "4.4.7", True,
    ),
    Sample(
        "icloud", "Mail Delivery System <mailer-daemon@st43p00im.me.example>", "Undelivered Mail Returned to Sender",
        "This is the mail system at host st43p00im.me.example.\n\n<gone@harbour.example>: host mx.harbour.example[192.0.2.7] said: 550 5.1.1 unknown or illegal alias: gone@harbour.example (in reply to RCPT TO command)\n",
        ("gone@harbour.example",), "5.1.1",
    ),
    Sample(
        "aol", "MAILER-DAEMON@aol.example", "Mail Delivery Problem",
        "Your mail to the following recipients could not be delivered because they are not accepting mail from support@portal.example:\n\n\tgone@aol.example\n\n",
        ("gone@aol.example",), "5.0.0",
    ),
    Sample(
        "yahoo", "MAILER-DAEMON@yahoo.com", "Failure Notice",
        "Sorry, we were unable to deliver your message to the following address.\n\n<gone@harbour.example>:\n554: delivery error: dd Sorry your message to gone@harbour.example cannot be delivered. This account has been disabled or discontinued [#102].\n\n--- Below this line is a copy of the message.\n\n" + COPY,
        ("gone@harbour.example",), "5.2.1",
    ),
    Sample(
        "hotmail", "postmaster@hotmail.example", "Delivery Status Notification (Failure)",
        "This is an automatically generated Delivery Status Notification.\n\nDelivery to the following recipients failed.\n\n       gone@hotmail.example\n\n",
        ("gone@hotmail.example",), "5.0.0",
    ),
    Sample(
        "groupwise", "Mailer-Daemon@harbour.example", "Message status - undeliverable",
        "The message that you sent was undeliverable to the following:\n\tgone@harbour.example (user not found)\n\nPossibly truncated original message follows:\n\n" + COPY,
        ("gone@harbour.example",), "5.1.1", headers=("X-Mailer: Novell GroupWise Internet Agent 7.0",),
    ),
    Sample(
        "domino", "Postmaster@harbour.example", "DELIVERY FAILURE: User gone (gone@harbour.example) not listed in Domino Directory",
        "Your message\n\n  Subject: [T-1042] The printer\n\nwas not delivered to:\n\n  gone@harbour.example\n\nbecause:\n\n  User gone (gone@harbour.example) not listed in Domino Directory\n",
        ("gone@harbour.example",), "5.1.1",
    ),
    Sample(
        "mailenable", "postmaster@harbour.example", "Message Delivery Failure",
        "MailEnable: Message could not be delivered to some recipients.\n\nThe following recipient(s) could not be reached:\n\n\tRecipient: [SMTP:gone@harbour.example]\n\tReason: The message cannot be delivered to the recipient because the mailbox is disabled.\n\nMessage headers follow:\n\n" + COPY,
        ("gone@harbour.example",), "5.2.1",
    ),
    Sample(
        "mdaemon", "MDaemon at mx.harbour.example <MDaemon@harbour.example>", "Permanent Delivery Failure",
        "The following data may contain sections which represent BASE64 encoded file attachments.\n\nFailed address: gone@harbour.example\n\n--- Session Transcript ---\n Tue 2026-11-03 10:22:11: --> RCPT To:<gone@harbour.example>\n Tue 2026-11-03 10:22:11: <-- 550 Recipient unknown\n--- End Transcript ---\n",
        ("gone@harbour.example",), "5.1.1",
    ),
    Sample(
        "qq", "PostMaster@qq.com", "来自postmaster@qq.com的退信",
        "<html><body><div>尊敬的用户，您好！<br>很抱歉，您的邮件被退回，原因如下：</div><table><tr><td>退信原因</td><td>收件人邮件地址（gone@qq.example）不存在，邮件无法送达。<br>host mx3.qq.example[192.0.2.8] said: 550 Mailbox not found. (in reply to RCPT TO command)</td></tr><tr><td>解决方案</td><td>请联系您的收件人，重新核实邮箱地址，或发送到其他收信邮箱。</td></tr></table></body></html>",
        ("gone@qq.example",), "5.1.1", html=True,
    ),
    Sample(
        "netease", "Postmaster@163.com", "系统退信/Systems bounce",
        "抱歉，您的邮件被退回来了……\n\n原邮件信息：\n时间: 2026-11-03 10:22:11\n主题: [T-1042] 打印机\n收件人: gone@harbour.example\n\n退信原因：\n收件人 gone@harbour.example 不存在。\nSMTP error, RCPT TO: 550 User not found: gone@harbour.example\n\n建议解决方案：请检查收件人地址。\n",
        ("gone@harbour.example",), "5.1.1",
    ),
    Sample(
        "netease, mailbox full", "Postmaster@126.com", "系统退信",
        "您好，很抱歉，您发送给 full@126.example 的邮件未能成功投递。\n\n退信原因：对方邮箱空间已满，暂时无法接收新邮件。\nSMTP error, DOT: 552 Quota exceeded or service disabled\n",
        ("full@126.example",), "5.2.2",
    ),
    Sample(
        "aliyun", "MAILER-DAEMON@aliyun.example", "退信通知",
        "您的邮件未能送达以下收件人：\n\ngone@harbour.example\n\n退信原因：\n域名不存在或者没有配置 MX 记录。\n",
        ("gone@harbour.example",), "5.1.2",
    ),
    Sample(
        "coremail", "postmaster@mx.harbour.example", "Undelivered Mail Returned to Sender",
        "您好！\n  非常遗憾，您的邮件无法投递到以下地址：\n\n  <gone@harbour.example>: 无此用户\n\nHello!\n  I'm sorry that your mail could not be delivered.\n",
        ("gone@harbour.example",), "5.1.1",
    ),
    Sample(
        "tencent exmail", "postmaster@exmail.example", "退信：[T-1042] 打印机",
        "发件人（support@portal.example）发送的邮件，被收件人 boss@harbour.example 的邮件系统拒收。\n退信代码：550 5.7.1\n原因：对方服务器认为该邮件是垃圾邮件\n",
        ("boss@harbour.example",), "5.7.1",
    ),
    Sample(
        "chinese, delayed", "postmaster@mx.harbour.example", "邮件投递延迟通知",
        "您的邮件尚未送达收件人 slow@harbour.example，系统将继续尝试投递，您无需重新发送。\n",
        ("slow@harbour.example",), "4.4.7", True,
    ),
    Sample(
        "traditional chinese, exchange", "postmaster@harbour.example", "無法傳遞: [T-1042] 印表機",
        "傳遞給下列收件者或群組時失敗:\n\ngone@harbour.example\n找不到您輸入的電子郵件地址。請檢查收件者的電子郵件地址，並嘗試重新傳送郵件。\n\n管理員的診斷資訊:\n#550 5.1.1 RESOLVER.ADR.RecipNotFound; not found ##\n",
        ("gone@harbour.example",), "5.1.1",
    ),
    Sample(
        "simplified chinese, exchange", "Microsoft Outlook <postmaster@harbour.example>", "未送达: [T-1042] 打印机",
        "无法将邮件传递给以下收件人或通讯组:\n\n王小明 (gone@harbour.example)\n找不到您输入的电子邮件地址。请检查收件人的电子邮件地址，然后尝试重新发送该邮件。\n\n供管理员使用的诊断信息:\n#550 5.1.1 RESOLVER.ADR.RecipNotFound; not found ##\n",
        ("gone@harbour.example",), "5.1.1",
    ),
    Sample(
        "german", "MAILER-DAEMON@gmx.example", "Mail delivery failed: returning message to sender",
        "Diese Nachricht wurde automatisch erstellt.\n\nIhre E-Mail konnte an folgende Adresse nicht zugestellt werden:\n\ngone@harbour.example:\nDer Empfänger ist unbekannt.\n\n--- Im Anhang: Kopie der Nachricht ---\n",
        ("gone@harbour.example",), "5.1.1",
    ),
    Sample(
        "german, exchange", "Microsoft Outlook <postmaster@harbour.example>", "Unzustellbar: [T-1042] Drucker",
        "Fehler bei der Nachrichtenzustellung an folgende Empfänger oder Gruppen:\n\ngone@harbour.example\nDie eingegebene E-Mail-Adresse konnte nicht gefunden werden.\n",
        ("gone@harbour.example",), "5.1.1",
    ),
    Sample(
        "french", "postmaster@harbour.example", "Non remis : [T-1042] Imprimante",
        "Échec de la remise pour ces destinataires ou groupes :\n\ngone@harbour.example\nL'adresse de messagerie entrée est introuvable. Vérifiez l'adresse de messagerie du destinataire.\n",
        ("gone@harbour.example",), "5.1.1",
    ),
    Sample(
        "spanish", "postmaster@harbour.example", "No se puede entregar: [T-1042] impresora",
        "No se pudo entregar a estos destinatarios o grupos:\n\ngone@harbour.example\nEl buzón del destinatario está lleno y no puede aceptar mensajes.\n",
        ("gone@harbour.example",), "5.2.2",
    ),
    Sample(
        "japanese", "MAILER-DAEMON@docomo.example", "Mail System Error - Returned Mail",
        "次のあて先へのメッセージはエラーのため送信できませんでした。\n\n送信先メールアドレスが見つかりませんでした。\n\nThe following recipients did not receive your message:\n\n   <gone@docomo.example>\n",
        ("gone@docomo.example",), "5.1.1",
    ),
    Sample(
        "russian", "mailer-daemon@mail.harbour.example", "Недоставленное сообщение",
        "Ваше сообщение не было доставлено следующим получателям:\n\ngone@harbour.example\n    Пользователь не найден\n",
        ("gone@harbour.example",), "5.1.1",
    ),
    Sample(
        "without a sender", "", "Delivery failure",
        "Message to gone@harbour.example was rejected: no such user\n",
        ("gone@harbour.example",), "5.1.1",
    ),
    Sample(
        "postfix, delayed", "Mail Delivery System <MAILER-DAEMON@mx.harbour.example>", "Delayed Mail (still being retried)",
        "This is the mail system at host mx.harbour.example.\n\n# THIS IS A WARNING ONLY.  YOU DO NOT NEED TO RESEND YOUR MESSAGE. #\n\nYour message could not be delivered for more than 4 hour(s).\nIt will be retried until it is 5 day(s) old.\n\n<slow@harbour.example>: connect to mx2.harbour.example[192.0.2.3]:25: Connection timed out\n",
        ("slow@harbour.example",), "4.4.7", True,
    ),
    Sample(
        "exchange, delayed", "Microsoft Outlook <postmaster@harbour.example>", "Delivery delayed:[T-1042] The printer",
        "Delivery is delayed to these recipients or groups:\n\nslow@harbour.example (slow@harbour.example)\n\nThis message hasn't been delivered yet. Delivery will continue to be attempted.\n",
        ("slow@harbour.example",), "4.4.7", True,
    ),
    Sample(
        "simplified chinese, exchange, delayed", "postmaster@harbour.example", "传递延迟: [T-1042] 打印机",
        "传递至以下收件人或组的邮件已延迟:\n\n王小明 (slow@harbour.example)\n\n此邮件尚未传递。将继续尝试传递。\n",
        ("slow@harbour.example",), "4.4.7", True,
    ),
    Sample(
        "sina", "postmaster@sina.example", "Returned mail: 退信",
        "很抱歉，您发送的邮件被退回，以下是退信信息：\n-----------------\n收件人：<full@sina.example>\n原因：收件人邮箱已满\n",
        ("full@sina.example",), "5.2.2",
    ),
    Sample(
        "korean", "postmaster@harbour.example", "반송 메일",
        "다음 수신자에게 메일이 전송되지 않았습니다.\n수신자: gone@harbour.example\n사유: 존재하지 않는 사용자\n",
        ("gone@harbour.example",), "5.1.1",
    ),
    Sample(
        "italian", "mailer-daemon@harbour.example", "Mail delivery failed",
        "Il messaggio non è stato recapitato a gone@harbour.example: utente sconosciuto\n",
        ("gone@harbour.example",), "5.1.1",
    ),
]  # fmt: skip
