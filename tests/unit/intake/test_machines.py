"""Machines are recognised by what they say of themselves; people are not taken for machines."""

# ruff: noqa: E501 -- the lines are mail, as programs write it

import pytest

from portal.intake.rules.mail import Flags
from tests.unit.intake.build import multipart, part, read


@pytest.mark.parametrize(
    "headers",
    [
        ["Auto-Submitted: auto-replied"],
        ["Auto-Submitted: auto-generated"],
        ["X-Autoreply: yes"],
        ["X-Autorespond: printer"],
        ["Precedence: auto_reply"],
        ["X-POST-MessageClass: 9; Autoresponder"],
        ["X-FC-MachineGenerated: true"],
        ["X-Vacation: yes"],
        ["Subject: Automatic reply: The printer"],
        ["Subject: =?utf-8?b?6Ieq5Yqo5Zue5aSNOiDmiZPljbDmnLo=?="],
        ["Subject: Out of Office: back on Monday"],
        ["Subject: Out of the office until 9 November"],
        ["Subject: Re: [T-1042] Out of Office AutoReply: The printer"],
        ["Subject: On vacation until Monday"],
        ["Subject: 自动回复：打印机"],
        ["Subject: 自动答复: [T-1042] 打印机"],
        ["Subject: 【自动回复】打印机"],
        ["Subject: 自動回覆: 印表機"],
        ["Subject: 打印机 (自动回复)"],
        ["Subject: Abwesenheitsnotiz: Drucker"],
        ["Subject: Automatische Antwort: Drucker"],
        ["Subject: Réponse automatique : imprimante"],
        ["Subject: Respuesta automática: impresora"],
        ["Subject: Risposta automatica: stampante"],
        ["Subject: Automatisch antwoord: printer"],
        ["Subject: Автоматический ответ: принтер"],
        ["Subject: 自動返信: プリンター"],
        ["Subject: 자동 회신: 프린터"],
    ],
)
def test_an_automatic_answer_is_recognised_and_never_answered(headers: list[str]) -> None:
    flags = read("I am away.", *headers).flags
    assert flags.auto
    assert flags.no_autoreply


@pytest.mark.parametrize(
    "headers",
    [
        ["List-Id: <news.example>"],
        ["Precedence: bulk"],
        ["X-Precedence: junk"],
        ["From: noreply@shop.example"],
        ["From: Shop <do-not-reply@shop.example>"],
        ["From: no-reply-orders@shop.example"],
        ["Return-Path: <>"],
        ["X-Auto-Response-Suppress: All"],
        ["X-Loop: alarm@shop.example"],
        ["X-Spam-Flag: YES"],
    ],
)
def test_mail_that_wants_no_answer_is_no_automatic_answer(headers: list[str]) -> None:
    flags = read("News", *headers).flags
    assert flags.no_autoreply
    assert not flags.auto


@pytest.mark.parametrize(
    "headers",
    [
        [],
        ["Auto-Submitted: no"],
        ["Subject: The automatic door does not open"],
        ["Subject: Re: auto parts"],
        ["Subject: Automatic replies are not sent since Monday"],
        ["Subject: Automatic reply does not work"],
        ["Subject: Out of office messages are in the wrong language"],
        ["Subject: 自动回复不起作用，请帮忙"],
        ["Subject: 休假系统打不开"],
        ["Subject: On leave requests the form shows an error"],
        ["Subject: Fax from the second floor is silent"],
        ["Subject: Fax 021-55512345 does not answer"],
        ["Subject: Please confirm your visit on Monday"],
        ["Subject: 请确认上门时间"],
        ["Subject: Read: the manual says something else"],
        ["Subject: 已读取的邮件又变成未读"],
        ["X-Spam-Status: No, score=1.1"],
        ["Received-SPF: pass"],
    ],
)
def test_a_person_is_a_person(headers: list[str]) -> None:
    flags = read("Please help, the printer is jammed.", *headers).flags
    assert flags == Flags()


def test_a_read_receipt_is_recognised_by_its_report_and_by_the_words_of_exchange() -> None:
    body, kind = multipart(
        "report", part("text/plain", "Your message was displayed."),
        part("message/disposition-notification", "Final-Recipient: rfc822;a@x.example\r\nOriginal-Message-ID: <ours@portal.example>\r\nDisposition: manual-action/MDN-sent-manually; displayed\r\n"),
        extra="; report-type=disposition-notification",
    )  # fmt: skip
    by_postmaster = ["From: postmaster@x.example", "Return-Path: <>", "Subject: Read: printer"]
    assert read(body, *by_postmaster, kind=kind).flags.read_receipt
    flags = read(body, "Subject: Read: printer", kind=kind).flags
    assert flags.read_receipt
    assert flags.auto
    assert not flags.bounce
    assert flags.original_ids == ("ours@portal.example",)
    for subject, text in (
        (
            "Read: printer",
            "Your message\n\n   To: Wang\n   Subject: printer\n\nwas read on 03.11.2026 10:22.",
        ),
        ("Gelesen: Drucker", "Ihre Nachricht\n\n   An: Wang\n\nwurde am Dienstag um 10:22 gelesen."),
        ("已读: 打印机", "您的邮件\n\n   收件人: 王小明\n   主题: 打印机\n\n已于 2026年11月3日 10:22 阅读。"),
    ):
        assert read(text, f"Subject: {subject}").flags.read_receipt


def test_an_abuse_report_is_recognised() -> None:
    body, kind = multipart(
        "report", part("text/plain", "This is an email abuse report for a message that could not be delivered: 550 5.7.1 wang@x.example"),
        part("message/feedback-report", "Feedback-Type: abuse\r\nUser-Agent: x/1\r\nVersion: 1\r\n"),
        part("message/rfc822", "From: support@portal.example\r\nMessage-ID: <ours@portal.example>\r\n\r\nHello"),
        extra="; report-type=feedback-report",
    )  # fmt: skip
    flags = read(body, "From: MAILER-DAEMON@isp.example", "Return-Path: <>", kind=kind).flags
    assert flags.feedback_report
    assert not flags.bounce
    assert flags.auto
    assert flags.original_ids == ("ours@portal.example",)


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("Please confirm your message", "Your message is being held. To release it, simply reply to this message and it will be delivered."),
        ("Your email requires verification verify#x3f-8", "Click the link below, so that your message is delivered to the recipient's inbox."),
        ("Re: printer (verification)", "You are not on my list yet. Please click here to prove that you are a person, not spam."),
        ("请确认您的邮件", "您好，为防止垃圾邮件，请点击以下链接确认，您的邮件才会投递给收件人。"),
    ],
)  # fmt: skip
def test_a_mail_that_asks_for_proof_is_a_challenge(subject: str, text: str) -> None:
    flags = read(text, f"Subject: {subject}").flags
    assert flags.challenge
    assert flags.auto
    assert flags.no_autoreply


@pytest.mark.parametrize(
    ("headers", "name"),
    [
        (["List-Id: The users <users.lists.example>"], "users.lists.example"),
        (["List-Post: <mailto:users@lists.example>"], "users@lists.example"),
        (["X-BeenThere: users@lists.example"], "users@lists.example"),
        (["Mailing-List: list users@lists.example; contact owner@lists.example"], "users@lists.example"),
        (["List-Post: NO"], ""),
        ([], ""),
    ],
)
def test_a_list_is_named(headers: list[str], name: str) -> None:
    flags = read("Hello", *headers).flags
    assert flags.via_list == name
    assert flags.bulk == bool(name)


def test_a_loop_mark_is_seen_ours_and_others() -> None:
    assert read("x", "X-Roundup-Loop: hello").flags.looped
    assert read("x", "X-RT-Loop-Prevention: desk").flags.looped
    own = read("x", "X-Portal-Loop: support@portal.example").flags
    assert own.looped
    assert own.own_loop
    assert not read("x", "X-Google-Loop: groups").flags.looped
    assert not read("x", "X-OTRS-Loop: no").flags.looped


@pytest.mark.parametrize(
    ("headers", "found"),
    [
        (["From: fax@pbx.example", "Subject: Fax from +86 21 5551 2345, 3 pages"], ("fax", "+862155512345")),
        (["From: noreply@fax.example", "Subject: 收到来自 021-55512345 的传真"], ("fax", "02155512345")),
        (["From: hylafax@x.example", "Subject: Fax empfangen von 030 1234567"], ("fax", "0301234567")),
        (["From: pbx@x.example", 'Subject: [PBX]: New message 3 in mailbox 100 from "Wang" <13800138000>'], ("voicemail", "13800138000")),
        (["From: unity@x.example", "Subject: Voicemail from +1 (212) 555-0123"], ("voicemail", "+12125550123")),
        (["From: 3cx@x.example", "Subject: 语音留言 来自 13800138000"], ("voicemail", "13800138000")),
        (["From: x@x.example", "X-Asterisk-CallerID: 13800138000"], ("voicemail", "13800138000")),
        (["From: x@x.example", "Message-Context: voice-message", "X-CallerID: anonymous"], ("voicemail", "")),
    ],
)  # fmt: skip
def test_a_gateway_gives_the_number_of_the_caller(headers: list[str], found: tuple[str, str]) -> None:
    flags = read("A message was left.", *headers).flags
    assert (flags.gateway, flags.gateway_number) == found


@pytest.mark.parametrize(
    ("headers", "spam"),
    [
        (["X-Spam-Flag: YES"], True),
        (["X-Spam-Status: Yes, score=11.2 required=5.0"], True),
        (["X-Rspamd-Action: add header"], True),
        (["X-Forefront-Antispam-Report: CIP:192.0.2.1;SFV:SPM;SCL:5;"], True),
        (["Subject: [SPAM] Win a printer"], True),
        (["Subject: ***SPAM*** Win"], True),
        (["Subject: 【垃圾邮件】发票"], True),
        (["X-Proofpoint-Spam-Details: rule=spam policy=default"], True),
        (["X-Proofpoint-Spam-Details: rule=notspam policy=default"], False),
        (["X-Spam-Status: No, score=-1.0"], False),
        (["X-MS-Exchange-Organization-SCL: -1"], False),
        (["Subject: Spam arrives in our inbox"], False),
    ],
)
def test_the_word_of_a_spam_filter_is_read(headers: list[str], spam: bool) -> None:
    assert read("Hello", *headers).flags.spam is spam
