"""More replies as Chinese mail programs write them: the HTML of each, phones, rounds within rounds, mixed languages, and prose
that only looks like a quotation."""

# ruff: noqa: E501 -- the lines are mail, as programs write it

from tests.unit.intake.chinese_replies import DOUBLE, OURS, QUOTED, Case

SUPPORT = '灯塔服务台 &lt;<a href="mailto:support@portal.example">support@portal.example</a>&gt;'
BODY = (
    "<div>您好，王小明：</div><div><br></div><div>我们已经收到您的报修，工程师将于今天 18:00 前回电。</div>"
)

HTML = {
    "qq web, includetail": (
        '<div>换了网线还是连不上。</div><div><br></div><div><br></div><div style="color:#909090;font-family:Arial Narrow;font-size:12px">王小明</div>'
        '<div><includetail><div>&nbsp;</div><div>&nbsp;</div><div style="font:Verdana normal 14px;color:#000;"><div style="FONT-SIZE: 12px;FONT-FAMILY: Arial Narrow;padding:2px 0 2px 0;">'
        '------------------&nbsp;原始邮件&nbsp;------------------</div><div style="FONT-SIZE: 12px;background:#efefef;padding:8px;"><div id="menu_sender"><b>发件人: </b>&nbsp;"灯塔服务台"'
        '&lt;support@portal.example&gt;;</div><div><b>发送时间: </b>&nbsp;2026年11月3日(星期二) 上午10:22</div><div><b>收件人: </b>&nbsp;"王小明"&lt;owner@harbour.example&gt;;<wbr></div>'
        f'<div></div><div><b>主题: </b>&nbsp;[T-1042] 打印机</div></div><div>&nbsp;</div><div style="position:relative;">{BODY}</div></div></includetail></div>',
        "换了网线还是连不上。\n\n王小明",
    ),
    "qq mail, new client": (
        '<div>好的，明天上午可以。</div><div><br></div><div class="xmail_quote" ><div>原始邮件</div><hr><div>发件人：灯塔服务台 &lt;support@portal.example&gt;</div><div>发件时间：2026年11月3日 10:22</div>'
        f"<div>收件人：王小明 &lt;owner@harbour.example&gt;</div><div>主题：[T-1042] 打印机</div><br>{BODY}</div>",
        "好的，明天上午可以。",
    ),
    "exmail, english labels": (
        '<div>已重启，正常了。</div><div><br></div><div style="font-size: 12px;font-family: Arial Narrow;padding:2px 0 2px 0;">------------------&nbsp;Original&nbsp;------------------</div>'
        '<div style="font-size: 12px;background:#efefef;padding:8px;"><div><b>From: </b>&nbsp;"灯塔服务台"&lt;support@portal.example&gt;;</div><div><b>Date: </b>&nbsp;Tue, Nov 3, 2026 10:22 AM</div>'
        f'<div><b>To: </b>&nbsp;"王小明"&lt;owner@harbour.example&gt;;<wbr></div><div><b>Subject: </b>&nbsp;printer</div></div><div>&nbsp;</div>{BODY}',
        "已重启，正常了。",
    ),
    "netease web": (
        '<div style="line-height:1.7;color:#000000;font-size:14px;font-family:Arial"><p style="margin:0;">打印机又卡纸了，</p><p style="margin:0;">麻烦再来一趟。</p></div><br><br><br>'
        '<div style="position:relative;zoom:1"></div><div id="divNeteaseMailCard"></div><p style="margin:0;"><br></p><p style="margin:0;">在 2026-11-03 10:22:11，"灯塔服务台" &lt;support@portal.example&gt; 写道：</p>'
        f'<blockquote id="isReplyContent" style="PADDING-LEFT: 1ex; MARGIN: 0px 0px 0px 0.8ex; BORDER-LEFT: #ccc 1px solid">{BODY}</blockquote>',
        "打印机又卡纸了，\n\n麻烦再来一趟。",
    ),
    "netease mail master": (
        '<html><head></head><body><div>收到</div><div><br></div><div class="ntes-mailmaster-quote" style="padding-top: 1px; padding-bottom: 1px"><div style="margin-top:2em;margin-bottom:1em;font-size:14px;'
        'line-height:1.25;color:#89898c;">---- 回复的原邮件 ----</div><table width="100%" cellpadding="0" cellspacing="10" border="0"><tbody><tr><td style="width:1px">发件人</td><td><a>灯塔服务台</a>'
        "&lt;support@portal.example&gt;</td></tr><tr><td>日期</td><td>2026年11月03日 10:22</td></tr><tr><td>收件人</td><td>王小明&lt;owner@harbour.example&gt;</td></tr><tr><td>主题</td><td>打印机</td></tr>"
        f"</tbody></table>{BODY}</div></body></html>",
        "收到",
    ),
    "coremail": (
        '<div>硬盘灯不亮。</div><br><br><blockquote name="replyContent" class="ReferenceQuote" style="padding-left:5px;margin-left:5px;border-left:#b6b6b6 2px solid;margin-right:0">-----原始邮件-----<br>'
        '<b>发件人:</b><span id="rc_from">灯塔服务台 &lt;support@portal.example&gt;</span><br><b>发送时间:</b><span id="rc_senttime">2026-11-03 10:22:11 (星期二)</span><br><b>收件人:</b> owner@harbour.example<br>'
        f"<b>主题:</b> 打印机<br><br>{BODY}</blockquote>",
        "硬盘灯不亮。",
    ),
    "aliyun": (
        '<div class="__aliyun_email_body_block"><div style="clear:both;">周五之前能修好吗？</div><div style="clear:both;"><br></div><blockquote style="margin-right:0;margin-top:0;margin-bottom:0;"><div style="clear:both;">'
        '------------------------------------------------------------------</div><div style="clear:both;">发件人：灯塔服务台 &lt;support@portal.example&gt;</div><div>日　期：2026年11月03日 10:22:11</div>'
        f"<div>收件人：王小明&lt;owner@harbour.example&gt;</div><div>主　题：打印机</div><div><br></div>{BODY}</blockquote></div>",
        "周五之前能修好吗？",
    ),
    "feishu": (
        '<div dir="auto">可以，请先打电话。</div><div class="history-quote-wrapper" id="lark-mail-quote-1"><div data-html-block="quote"><div style="border-left: none; padding-left: 0px;"><div><div class="history-quote-meta-wrapper" '
        'id="lark-mail-meta-1" style="padding: 12px;"><div><span>发件人: </span><span>灯塔服务台&lt;support@portal.example&gt;</span></div><div>日期: 2026年11月3日 (周二) 10:22</div><div>主题: [T-1042] 打印机</div>'
        f"<div>收件人: 王小明&lt;owner@harbour.example&gt;</div></div><div>{BODY}</div></div></div></div></div>",
        "可以，请先打电话。",
    ),
    "zimbra": (
        '<div style="font-family: arial"><div>还没有人来。</div><div><br></div><hr id="zwchr" data-marker="__DIVIDER__"><div data-marker="__HEADERS__"><b>发件人: </b>"灯塔服务台" &lt;support@portal.example&gt;<br>'
        '<b>收件人: </b>"王小明" &lt;owner@harbour.example&gt;<br><b>发送时间: </b>星期二, 2026年 11 月 03日 上午 10:22:11<br><b>主题: </b>打印机<br></div><br><div data-marker="__QUOTED_TEXT__">'
        f"{BODY}</div></div>",
        "还没有人来。",
    ),
    "outlook mobile": (
        '<html><body><div dir="ltr">收到，谢谢</div><div id="ms-outlook-mobile-signature"><div><br></div>获取 <a href="https://aka.example/ios">Outlook for iOS</a></div><hr style="display:inline-block;width:98%" tabindex="-1">'
        '<div id="divRplyFwdMsg" dir="ltr"><font face="Calibri, sans-serif" color="#000000"><b>发件人:</b> 灯塔服务台 &lt;support@portal.example&gt;<br><b>发送时间:</b> Tuesday, November 3, 2026 10:22:11 AM<br>'
        f"<b>收件人:</b> 王小明 &lt;owner@harbour.example&gt;<br><b>主题:</b> 打印机</font><div>&nbsp;</div></div>{BODY}</body></html>",
        "收到，谢谢",
    ),
    "iphone": (
        f'<html><body dir="auto">照片见附件<br id="lineBreakAtBeginningOfSignature"><div dir="ltr">发自我的 iPhone</div><div dir="ltr"><br><blockquote type="cite">在 2026年11月3日，10:22，{SUPPORT} 写道：<br><br></blockquote></div>'
        f'<blockquote type="cite"><div dir="ltr">{BODY}</div></blockquote></body></html>',
        "照片见附件",
    ),
    "apple mail": (
        f'<html><body><div>型号是 M404。</div><div><br><blockquote type="cite"><div>2026年11月3日 10:22，{SUPPORT} 写道：</div><br class="Apple-interchange-newline"><div>{BODY}</div></blockquote></div></body></html>',
        "型号是 M404。",
    ),
    "thunderbird": (
        f'<html><body><p>已按说明操作。</p><div class="moz-cite-prefix">在 2026/11/3 10:22, 灯塔服务台 写道:<br></div><blockquote type="cite" cite="mid:a@portal.example">{BODY}</blockquote></body></html>',
        "已按说明操作。",
    ),
    "gmail, traditional": (
        f'<div dir="ltr">請改到下午。</div><br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">{SUPPORT} 於 2026年11月3日 週二 上午10:22寫道：<br></div><blockquote class="gmail_quote" style="margin:0 0 0 .8ex">{BODY}</blockquote></div>',
        "請改到下午。",
    ),
    "yahoo": (
        '<div class="ydp1"><div dir="ltr">還是不行。</div></div><div id="yahoo_quoted_1" class="yahoo_quoted"><div style="font-family:sans-serif"><div>在 2026年11月3日 星期二 上午10:22:11 [GMT+8]， 燈塔服務台 &lt;support@portal.example&gt; 寫道：</div>'
        f"<div><br></div>{BODY}</div></div>",
        "還是不行。",
    ),
    "protonmail": (
        f'<div>明天再联系。</div><div class="protonmail_quote">在 2026年11月3日星期二 10:22，灯塔服务台 &lt;support@portal.example&gt; 写道：<br><blockquote class="protonmail_quote" type="cite">{BODY}</blockquote></div>',
        "明天再联系。",
    ),
    "zoho": (
        f'<div>请报价。</div><div class="zmail_extra_hr"></div><div class="zmail_extra"><div id="Zm-_Id_-Sgn1">---- 在 星期二, 2026-11-03 10:22:11 +0800 <b>灯塔服务台 &lt;support@portal.example&gt;</b> 写道 ---</div><blockquote>{BODY}</blockquote></div>',
        "请报价。",
    ),
    "word, nested twice": (
        '<div class="WordSection1"><p class="MsoNormal">已签字，见附件。<o:p></o:p></p><p class="MsoNormal"><o:p>&nbsp;</o:p></p><div><div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm">'
        '<p class="MsoNormal"><b>发件人<span lang="EN-US">:</span></b><span lang="EN-US"> support@portal.example &lt;support@portal.example&gt; <br></span><b>发送时间<span lang="EN-US">:</span></b> 2026<span>年</span>11<span>月</span>3<span>日</span> 10:22<br>'
        '<b>收件人<span lang="EN-US">:</span></b> 王小明<br><b>主题<span lang="EN-US">:</span></b> 答复: 打印机</p></div></div><p class="MsoNormal">我们已经收到</p><div style="border:none;border-top:solid #E1E1E1 1.0pt"><p class="MsoNormal">'
        "<b>发件人:</b> 王小明<br><b>发送时间:</b> 2026年11月2日 9:00<br><b>收件人:</b> support@portal.example<br><b>主题:</b> 打印机</p></div><p>卡纸</p></div>",
        "已签字，见附件。",
    ),
    "answers between, html": (
        f'<div>回答如下：</div><blockquote type="cite"><div>在 2026年11月3日，10:22，{SUPPORT} 写道：</div></blockquote><blockquote type="cite">型号是什么？</blockquote><div>M404dn</div><blockquote type="cite">在几楼？</blockquote><div>三楼</div>',
        "回答如下：\n\nM404dn\n\n三楼",
    ),
}

HEAD = "发件人: 灯塔服务台 <support@portal.example>\n发送时间: 2026年11月3日 10:22\n收件人: 王小明 <owner@harbour.example>\n主题: [T-1042] 打印机"

PLAIN = {
    "outlook for mac": (
        f"好的。\n\n发件人: 灯塔服务台 <support@portal.example>\n日期: 2026年11月3日 星期二 上午10:22\n收件人: 王小明 <owner@harbour.example>\n主题: 打印机\n\n{OURS}",
        "好的。",
    ),
    "outlook for android": (
        f"五点以后有人。\n\n获取 Outlook for Android\n\n________________________________\n{HEAD}\n\n{OURS}",
        "五点以后有人。",
    ),
    "outlook, traditional": (
        f"請見附件。\n\n寄件者: 燈塔服務台 <support@portal.example>\n寄件日期: 2026年11月3日 星期二 上午 10:22\n收件者: 王小明 <owner@harbour.example>\n副本: 李娜\n主旨: 印表機\n\n{OURS}",
        "請見附件。",
    ),
    "iphone, traditional": (
        f"好\n\n從我的 iPhone 傳送\n\n> 燈塔服務台 <support@portal.example> 於 2026年11月3日 上午10:22 寫道：\n> \n{QUOTED}",
        "好",
    ),
    "windows mail, newer": (f"可以远程\n\n从 Windows 版邮件发送\n\n{HEAD}\n\n{OURS}", "可以远程"),
    "sina": (
        f"还没修好。\n\n\n----- 原始邮件 -----\n发件人：灯塔服务台 <support@portal.example>\n收件人：owner@harbour.example\n主题：打印机\n日期：2026年11月03日 10点22分\n\n{OURS}",
        "还没修好。",
    ),
    "139": (
        f'已处理，谢谢。\n\n\n\n王小明\n\n----邮件原文----\n发件人："灯塔服务台" <support@portal.example>\n收 件 人：owner@harbour.example\n抄 送： (无)\n发送时间：2026-11-03 10:22:11\n主题：打印机\n\n{OURS}',
        "已处理，谢谢。\n\n王小明",
    ),
    "189": (
        f"已处理。\n\n\n----------------原始邮件----------------\n发件人：灯塔服务台<support@portal.example>\n发件日期：2026-11-03 10:22\n收件人：owner@harbour.example\n主题：打印机\n\n{OURS}",
        "已处理。",
    ),
    "263": (
        f"见附件。\n\n------------------原始邮件------------------\n发件人:灯塔服务台 <support@portal.example>\n时 间:2026-11-03 10:22:11\n收件人:owner@harbour.example\n主 题:打印机\n\n{OURS}",
        "见附件。",
    ),
    "feishu, plain": (
        f'可以。\n\n发件人: "灯塔服务台"<support@portal.example>\n日期: 2026年11月3日 (周二) 10:22\n主题: [T-1042] 打印机\n收件人: "王小明"<owner@harbour.example>\n{OURS}',
        "可以。",
    ),
    "samsung": (
        f"已经重启。\n\n\n\n发自我的 Galaxy\n\n\n-------- 原始信息 --------\n发件人： 灯塔服务台 <support@portal.example>\n日期： 2026/11/3 10:22 (GMT+08:00)\n收件人： owner@harbour.example\n主题： 打印机\n\n{OURS}",
        "已经重启。",
    ),
    "huawei, no header block": (
        f"收到，我等着\n\n发自我的华为手机\n\n在 2026年11月3日，灯塔服务台 <support@portal.example> 写道：\n\n{QUOTED}",
        "收到，我等着",
    ),
    "xiaomi, original": (f"不行\n\n发自我的小米手机\n\n-----原始邮件-----\n{HEAD}\n\n{OURS}", "不行"),
    "oppo": (
        f"已换墨盒\n\n发自我的 OPPO 手机\n\n------------------ 原始邮件 ------------------\n{HEAD}\n\n{OURS}",
        "已换墨盒",
    ),
    "an afterthought below the phone's line": (
        "收到\n\n发自我的iPhone\n\n另外，二楼的也坏了。",
        "收到\n\n另外，二楼的也坏了。",
    ),
    "k-9": (
        f'下周一吧。\n\n于 2026年11月3日 GMT+08:00 上午10:22:11, "灯塔服务台" <support@portal.example> 写到:\n{QUOTED}',
        "下周一吧。",
    ),
    "spark": (
        f"同意报价。\n在 2026年11月3日 +0800 10:22，灯塔服务台 <support@portal.example>，写道：\n{QUOTED}",
        "同意报价。",
    ),
    "roundcube": (
        f"密码已重置成功。\n\n在 2026-11-03 10:22，灯塔服务台 写道：\n{QUOTED}",
        "密码已重置成功。",
    ),
    "thunderbird, older": (f"可以了。\n\n于 2026/11/3 10:22, 灯塔服务台 写道:\n{QUOTED}", "可以了。"),
    "thunderbird, name first": (f"可以了。\n\n灯塔服务台 于 2026/11/3 10:22 写道:\n{QUOTED}", "可以了。"),
    "old gmail, no verb": (
        f"可以了。\n\n2026-11-03 10:22 GMT+08:00 灯塔服务台 <support@portal.example>:\n\n{QUOTED}",
        "可以了。",
    ),
    "zimbra, plain": (
        f'还没来。\n\n----- 原始邮件 -----\n发件人: "灯塔服务台" <support@portal.example>\n收件人: "王小明" <owner@harbour.example>\n发送时间: 星期二, 2026年 11 月 03日 上午 10:22:11\n主题: 打印机\n\n{OURS}',
        "还没来。",
    ),
    "zoho, plain": (
        f"请报价。\n\n---- 在 星期二, 2026-11-03 10:22:11 +0800 灯塔服务台 <support@portal.example> 写道 ----\n\n{OURS}",
        "请报价。",
    ),
    "qq, two rounds": (
        f'第三次了。\n\n------------------ 原始邮件 ------------------\n{HEAD}\n\n{OURS}\n\n------------------ 原始邮件 ------------------\n发件人: "王小明"<owner@harbour.example>;\n发送时间: 2026年11月2日(星期一) 上午9:00\n主题: 打印机\n\n卡纸',
        "第三次了。",
    ),
    "netease, two rounds": (
        f'第三次了。\n\n在 2026-11-03 10:22:11，"灯塔服务台" <support@portal.example> 写道：\n\n{QUOTED}\n>\n>在 2026-11-02 09:00:00，"王小明" <owner@harbour.example> 写道：\n{DOUBLE}',
        "第三次了。",
    ),
    "chinese over an english outlook": (
        f"请安排周四。\n\nFrom: Lantern Support <support@portal.example>\nSent: Tuesday, November 3, 2026 10:22 AM\nTo: Wang Xiaoming <owner@harbour.example>\nSubject: RE: printer\n\n{OURS}",
        "请安排周四。",
    ),
    "english over a chinese outlook": (f"Thursday is fine.\n\n{HEAD}\n\n{OURS}", "Thursday is fine."),
    "chinese over english gmail": (
        f"周四可以。\n\nOn Tue, Nov 3, 2026 at 10:22 AM Lantern Support <support@portal.example> wrote:\n\n{QUOTED}",
        "周四可以。",
    ),
    "mixed languages and a signature": (
        f"Dear all,\n\n请参考附件 log。Server 重启后 OK。\n\n王小明 Wang Xiaoming\nIT Dept. | 海港物流\n\n-----Original Message-----\nFrom: Support <support@portal.example>\nSent: 2026年11月3日 10:22\nTo: Wang\nSubject: 打印机\n\n{OURS}",
        "Dear all,\n\n请参考附件 log。Server 重启后 OK。\n\n王小明 Wang Xiaoming\nIT Dept. | 海港物流",
    ),
    "answers between, three rounds": (
        "> 型号是什么？\nM404dn\n> 在几楼？\n三楼东侧\n> 什么时候方便？\n下午都行",
        "M404dn\n三楼东侧\n下午都行",
    ),
    "answer below a quoted header block": (
        f"> 发件人: 灯塔服务台 <support@portal.example>\n> 发送时间: 2026年11月3日 10:22\n> 收件人: 王小明\n> 主题: 打印机\n>\n{QUOTED}\n\n都已照做，问题依旧。",
        "都已照做，问题依旧。",
    ),
    "answer below everything": (
        f'在 2026-11-03 10:22:11，"灯塔服务台" <support@portal.example> 写道：\n{QUOTED}\n\n都已照做，问题依旧。\n\n王小明',
        "都已照做，问题依旧。\n\n王小明",
    ),
    "prose: who does not get mail": (
        "有一封邮件收不到，情况如下：\n发件人：boss@harbour.example\n收件人：li@harbour.example\n主题：十一月合同\n麻烦查一下日志。",
        "有一封邮件收不到，情况如下：\n发件人：boss@harbour.example\n收件人：li@harbour.example\n主题：十一月合同\n麻烦查一下日志。",
    ),
    "prose: he wrote": (
        "客户在 2026-11-02 的邮件中写道：\n设备完全不能开机。\n请优先处理。",
        "客户在 2026-11-02 的邮件中写道：\n设备完全不能开机。\n请优先处理。",
    ),
    "prose: a note on the door": (
        "保安在登记簿上写道：\n\n十点二十有人来过。\n\n是你们的人吗？",
        "保安在登记簿上写道：\n\n十点二十有人来过。\n\n是你们的人吗？",
    ),
    "prose: original mail is mentioned": (
        "原始邮件已经删除了，能恢复吗？\n回复邮件也发不出去。",
        "原始邮件已经删除了，能恢复吗？\n回复邮件也发不出去。",
    ),
    "prose: a rule of dashes": (
        "第一台：卡纸\n----------\n第二台：没有墨\n----------\n请一起处理",
        "第一台：卡纸\n----------\n第二台：没有墨\n----------\n请一起处理",
    ),
    "prose: a table of times": (
        "时间：11月3日 10:22\n主题：会议室投影\n现象：无信号",
        "时间：11月3日 10:22\n主题：会议室投影\n现象：无信号",
    ),
    "prose: sent from": ("发自我的邮箱的附件对方打不开。", "发自我的邮箱的附件对方打不开。"),
    "prose: console lines in a first mail": (
        "报错如下：\n> ping 10.0.0.1\n> 请求超时\n请看看。",
        "报错如下：\n> ping 10.0.0.1\n> 请求超时\n请看看。",
    ),
}

MORE = [
    *(Case(f"{name}, html only", text, new, html=True) for name, (text, new) in HTML.items()),
    *(Case(name, text, new) for name, (text, new) in PLAIN.items()),
]
