"""A message that somebody forwarded: who wrote it, its subject, its text, and the forwarder's own words apart."""

# ruff: noqa: E501 -- the lines are mail, as programs write it

import pytest

from portal.intake.rules.mail import Address, Forwarded
from tests.unit.intake.build import read

WANG = Address("owner@harbour.example", "王小明")
TEXT = "打印机卡纸，请安排上门。\n\n王小明"
FULL = Forwarded(WANG, "打印机", TEXT, "请处理")

BLOCKS = {
    "outlook": f"请处理\n\n发件人: 王小明 <owner@harbour.example>\n发送时间: 2026年11月3日 10:22\n收件人: 李娜 <li@portal.example>\n主题: 打印机\n\n{TEXT}",
    "outlook, mailto": f"请处理\n\n-----邮件原件-----\n发件人: 王小明 [mailto:owner@harbour.example]\n发送时间: 2026年11月3日 10:22\n收件人: 李娜\n主题: 打印机\n\n{TEXT}",
    "foxmail": f"请处理\n\n\n\n发件人： 王小明<mailto:owner@harbour.example>\n发送时间： 2026-11-03 10:22\n收件人： 李娜\n主题： 打印机\n{TEXT}",
    "qq": f'请处理\n\n\n------------------ 转发邮件 ------------------\n发件人: "王小明" <owner@harbour.example>;\n发送时间: 2026年11月3日(星期二) 上午10:22\n收件人: "李娜"<li@portal.example>;\n主题: 打印机\n\n\n{TEXT}',
    "netease": f'请处理\n\n\n-------- 转发邮件信息 --------\n发件人："王小明" <owner@harbour.example>\n发送日期：2026-11-03 10:22:11\n收件人：li@portal.example\n主题：打印机\n\n{TEXT}',
    "netease master": f"请处理\n\n---- 转发的原邮件 ----\n| 发件人 | 王小明<owner@harbour.example> |\n| 日期 | 2026年11月03日 10:22 |\n| 收件人 | 李娜<li@portal.example> |\n| 主题 | 打印机 |\n{TEXT}",
    "gmail": f"请处理\n\n---------- Forwarded message ---------\n发件人： 王小明 <owner@harbour.example>\nDate: 2026年11月3日周二 10:22\nSubject: 打印机\nTo: <li@portal.example>\n\n\n{TEXT}",
    "gmail, english": f"请处理\n\n---------- Forwarded message ---------\nFrom: *王小明* <owner@harbour.example>\nDate: Tue, Nov 3, 2026 at 10:22 AM\nSubject: 打印机\nTo: <li@portal.example>\n\n\n{TEXT}",
    "apple": "请处理\n\n开始转发邮件：\n\n" + f"发件人： 王小明 <owner@harbour.example>\n主题： 打印机\n日期： 2026年11月3日 GMT+8 10:22\n收件人： li@portal.example\n\n{TEXT}",
    "apple, english, quoted": "请处理\n\nBegin forwarded message:\n\n"
    + "\n".join(f"> {x}".rstrip() for x in f"From: 王小明 <owner@harbour.example>\nSubject: 打印机\nDate: 3 November 2026\nTo: li@portal.example\n\n{TEXT}".split("\n")),
    "thunderbird": f"请处理\n\n-------- Forwarded Message --------\nSubject: 打印机\nDate: Tue, 3 Nov 2026 10:22:11 +0800\nFrom: 王小明 <owner@harbour.example>\nTo: li@portal.example\n\n\n{TEXT}",
    "outlook, traditional": f"请处理\n\n寄件者: 王小明 <owner@harbour.example>\n寄件日期: 2026年11月3日 星期二 上午 10:22\n收件者: 李娜\n主旨: 打印机\n\n{TEXT}",
    "outlook, german": f"请处理\n\nVon: 王小明 <owner@harbour.example>\nGesendet: Dienstag, 3. November 2026 10:22\nAn: Li\nBetreff: 打印机\n\n{TEXT}",
    "outlook, french": f"请处理\n\nDe : 王小明 <owner@harbour.example>\nEnvoyé : mardi 3 novembre 2026 10:22\nÀ : Li\nObjet : 打印机\n\n{TEXT}",
}  # fmt: skip


@pytest.mark.parametrize("name", BLOCKS)
def test_a_forwarded_message_is_taken_apart(name: str) -> None:
    mail = read(BLOCKS[name], "Subject: =?utf-8?b?6L2s5Y+ROiDmiZPljbDmnLo=?=")
    assert mail.forwarded == FULL
    assert mail.reply_text.strip() == "请处理"


def test_without_a_note_the_whole_mail_is_the_message() -> None:
    text = BLOCKS["gmail"].removeprefix("请处理\n\n")
    mail = read(text, "Subject: Fwd: printer")
    assert mail.forwarded is not None
    assert (mail.forwarded.sender, mail.forwarded.text, mail.forwarded.note) == (WANG, TEXT, "")


def test_an_html_forward_is_read_too() -> None:
    html = (
        '<div dir="ltr">请处理</div><br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">---------- Forwarded message ---------<br>'
        '发件人： <strong class="gmail_sendername" dir="auto">王小明</strong> <span dir="auto">&lt;<a href="mailto:owner@harbour.example">owner@harbour.example</a>&gt;</span><br>'
        "Date: 2026年11月3日周二 10:22<br>Subject: 打印机<br>To:  &lt;li@portal.example&gt;<br></div><br><br><div>打印机卡纸，请安排上门。</div><div><br></div><div>王小明</div></div>"
    )
    mail = read(html, "Subject: Fwd: printer", kind="text/html; charset=utf-8")
    assert mail.forwarded == FULL


@pytest.mark.parametrize("subject", ["答复: 打印机", "Re: printer", "打印机"])
def test_an_answer_is_no_forward_though_its_history_looks_alike(subject: str) -> None:
    assert read(BLOCKS["outlook"], f"Subject: {subject}").forwarded is None


def test_a_person_without_an_address_is_still_named() -> None:
    text = "发件人: 王小明\n发送时间: 2026年11月3日 10:22\n收件人: 李娜\n主题: 打印机\n\n卡纸"
    mail = read(text, "Subject: FW: printer")
    assert mail.forwarded is not None
    assert mail.forwarded.sender == Address("", "王小明")


def test_a_mail_of_ones_own_is_no_forward() -> None:
    assert read("请看转发的邮件。", "Subject: 转发规则不起作用").forwarded is None
