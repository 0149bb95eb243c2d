"""Replies as Chinese mail programs write them, made up for these tests: what is new must come out exactly."""

# ruff: noqa: E501 -- the lines are mail, as programs write it

from dataclasses import dataclass


@dataclass(frozen=True)
class Case:
    name: str
    text: str
    new: str
    html: bool = False


OURS = "您好，王小明：\n\n我们已经收到您的报修，工程师将于今天 18:00 前回电。\n\n灯塔服务台"
QUOTED = "\n".join(f"> {line}".rstrip() for line in OURS.split("\n"))
DOUBLE = "\n".join(f">> {line}".rstrip() for line in OURS.split("\n"))

CASES = [
    Case(
        "outlook, four header lines",
        f"重启之后还是不行，请安排上门。\n\n王小明\n\n发件人: 灯塔服务台 <support@portal.example>\n发送时间: 2026年11月3日 10:22\n"
        f"收件人: 王小明 <owner@harbour.example>\n主题: [T-1042] 打印机卡纸\n\n{OURS}",
        "重启之后还是不行，请安排上门。\n\n王小明",
    ),
    Case(
        "outlook, rule of underscores above",
        "好的，下午三点可以。\n\n________________________________\n发件人: support@portal.example <support@portal.example>\n"
        f"发送时间: 2026年11月3日星期二 上午 10:22\n收件人: 王小明\n抄送: 李娜\n主题: 答复: 打印机\n\n{OURS}",
        "好的，下午三点可以。",
    ),
    Case(
        "outlook, -----邮件原件-----",
        "附件是报错截图。\n\n-----邮件原件-----\n发件人: 灯塔服务台 [mailto:support@portal.example]\n发送时间: 2026年11月3日 10:22\n"
        f"收件人: 王小明\n主题: 打印机\n\n{OURS}",
        "附件是报错截图。",
    ),
    Case(
        "outlook mobile",
        "收到，谢谢\n\n获取 Outlook for iOS\n________________________________\n发件人: 灯塔服务台 <support@portal.example>\n"
        f"发送时间: Tuesday, November 3, 2026 10:22:11 AM\n收件人: 王小明 <owner@harbour.example>\n主题: 打印机\n\n{OURS}",
        "收到，谢谢",
    ),
    Case(
        "foxmail",
        "序列号是 SN-88412。\n\n\n\n王小明\n海港物流\n\xa0\n发件人： 灯塔服务台\n发送时间： 2026-11-03 10:22\n收件人： 王小明\n"
        f"主题： [T-1042] 打印机卡纸\n{OURS}",
        "序列号是 SN-88412。\n\n王小明\n海港物流",
    ),
    Case(
        "foxmail with mailto links",
        "可以远程。\n\n\n\nwangxm@harbour.example\n\n发件人： 灯塔服务台<mailto:support@portal.example>\n发送时间： 2026-11-03 10:22\n"
        f"收件人： 王小明<mailto:owner@harbour.example>\n抄送： 李娜\n主题： Re: 打印机\n\n{OURS}",
        "可以远程。\n\nwangxm@harbour.example",
    ),
    Case(
        "qq",
        '今天下午我都在。\n\n\n\n\n------------------ 原始邮件 ------------------\n发件人: "灯塔服务台" <support@portal.example>;\n'
        f'发送时间: 2026年11月3日(星期二) 上午10:22\n收件人: "王小明"<owner@harbour.example>;\n主题: [T-1042] 打印机卡纸\n\n\n\n{OURS}',
        "今天下午我都在。",
    ),
    Case(
        "qq, plain part with entities",
        '还是一样的错误：0x0000011b\n\n\n------------------&nbsp;原始邮件&nbsp;------------------\n发件人:&nbsp;"灯塔服务台"<support@portal.example>;\n'
        f"发送时间:&nbsp;2026年11月3日(星期二) 上午10:22\n\n主题:&nbsp;打印机\n\n{OURS}",
        "还是一样的错误：0x0000011b",
    ),
    Case(
        "qq in english",
        'It works now.\n\n------------------ Original ------------------\nFrom: "灯塔服务台" <support@portal.example>;\n'
        f'Date: Tue, Nov 3, 2026 10:22 AM\nTo: "王小明"<owner@harbour.example>;\nSubject: printer\n\n{OURS}',
        "It works now.",
    ),
    Case(
        "qq phone",
        f"明天再来吧\n\n发自我的iPhone\n\n\n------------------ 原始邮件 ------------------\n发件人: 灯塔服务台 <support@portal.example>\n"
        f"发送时间: 2026年11月3日 10:22\n收件人: 王小明 <owner@harbour.example>\n主题: 回复：打印机\n\n{OURS}",
        "明天再来吧",
    ),
    Case(
        "netease, at … wrote",
        f'门锁着，请提前打电话。\n\n\n\n\n\n\n\n在 2026-11-03 10:22:11，"灯塔服务台" <support@portal.example> 写道：\n\n{QUOTED}',
        "门锁着，请提前打电话。",
    ),
    Case(
        "netease, unquoted below",
        f'门锁着，请提前打电话。\n\n在 2026-11-03 10:22:11，"灯塔服务台" <support@portal.example> 写道：\n{OURS}',
        "门锁着，请提前打电话。",
    ),
    Case(
        "netease in english",
        f'网线已经换过。\n\n\nAt 2026-11-03 10:22:11, "灯塔服务台" <support@portal.example> wrote:\n\n{QUOTED}',
        "网线已经换过。",
    ),
    Case(
        "netease master, table",
        "已经好了\n\n| |\n王小明\n|\n|\nowner@harbour.example\n|\n\n\n---- 回复的原邮件 ----\n| 发件人 | 灯塔服务台<support@portal.example> |\n"
        f"| 日期 | 2026年11月03日 10:22 |\n| 收件人 | 王小明<owner@harbour.example> |\n| 主题 | 打印机 |\n{OURS}",
        "已经好了\n\n| |\n王小明\n|\n|\nowner@harbour.example\n|",
    ),
    Case(
        "netease master, replied message",
        "OK\n\n---- Replied Message ----\n| From | 灯塔服务台<support@portal.example> |\n| Date | 11/03/2026 10:22 |\n"
        f"| To | 王小明<owner@harbour.example> |\n| Subject | printer |\n{OURS}",
        "OK",
    ),
    Case(
        "coremail",
        "硬盘灯不亮。\n\n\n-----原始邮件-----\n发件人:灯塔服务台 <support@portal.example>\n发送时间:2026-11-03 10:22:11 (星期二)\n"
        f"收件人: owner@harbour.example\n抄送:\n主题: 打印机\n\n{OURS}",
        "硬盘灯不亮。",
    ),
    Case(
        "coremail, english labels",
        "硬盘灯不亮。\n\n> -----原始邮件-----\n> 发件人: 灯塔服务台 <support@portal.example>\n> 发送时间: 2026-11-03 10:22:11 (星期二)\n"
        f"> 收件人: owner@harbour.example\n> 主题: 打印机\n> \n{QUOTED}",
        "硬盘灯不亮。",
    ),
    Case(
        "alibaba",
        "周五之前能修好吗？\n\n\n------------------------------------------------------------------\n发件人：灯塔服务台 <support@portal.example>\n"
        f"发送时间：2026年11月3日(星期二) 10:22\n收件人：王小明 <owner@harbour.example>\n主　题：打印机\n\n{OURS}",
        "周五之前能修好吗？",
    ),
    Case(
        "alibaba with 日　期",
        "周五之前能修好吗？\n\n------------------------------------------------------------------\n发件人：灯塔服务台<support@portal.example>\n"
        f"日　期：2026年11月03日 10:22:11\n收件人：王小明<owner@harbour.example>\n主　题：打印机\n\n{OURS}",
        "周五之前能修好吗？",
    ),
    Case(
        "gmail",
        f"电话打不通，请发邮件。\n\n灯塔服务台 <support@portal.example> 于2026年11月3日周二 10:22写道：\n\n{QUOTED}",
        "电话打不通，请发邮件。",
    ),
    Case(
        "gmail, broken line",
        f"电话打不通，请发邮件。\n\n灯塔服务台 <support@portal.example>\n于2026年11月3日周二 10:22写道：\n\n{QUOTED}",
        "电话打不通，请发邮件。",
    ),
    Case(
        "gmail, old wording",
        f"电话打不通。\n\n在 2026年11月3日 上午10:22，灯塔服务台 <support@portal.example>写道：\n\n{QUOTED}",
        "电话打不通。",
    ),
    Case(
        "gmail, traditional",
        f"請週五再來。\n\n燈塔服務台 <support@portal.example> 於 2026年11月3日 週二 上午10:22寫道：\n\n{QUOTED}",
        "請週五再來。",
    ),
    Case(
        "iphone",
        f"好的\n\n发自我的 iPhone\n\n> 在 2026年11月3日，10:22，灯塔服务台 <support@portal.example> 写道：\n> \n{QUOTED}",
        "好的",
    ),
    Case(
        "iphone, no sign before the attribution",
        f"好的\n\n发自我的iPhone\n\n在 2026年11月3日，上午10:22，灯塔服务台 <support@portal.example> 写道：\n\n{QUOTED}",
        "好的",
    ),
    Case(
        "apple mail",
        f"照片在附件里。\n\n> 2026年11月3日 上午10:22，灯塔服务台 <support@portal.example> 写道：\n> \n{QUOTED}",
        "照片在附件里。",
    ),
    Case(
        "huawei",
        f"我换了墨盒，还是不行。\n\n\n发自我的华为手机\n\n\n-------- 原始邮件 --------\n发件人： 灯塔服务台 <support@portal.example>\n"
        f"日期： 2026年11月3日周二 上午10:22\n收件人： 王小明 <owner@harbour.example>\n主题： 打印机\n{OURS}",
        "我换了墨盒，还是不行。",
    ),
    Case(
        "xiaomi",
        f"收到\n\n发自我的小米手机\n在 灯塔服务台 <support@portal.example>，2026年11月3日 上午10:22写道：\n\n{OURS}",
        "收到",
    ),
    Case(
        "thunderbird",
        f"主板型号 B460M。\n\n在 2026/11/3 10:22, 灯塔服务台 写道:\n{QUOTED}\n\n",
        "主板型号 B460M。",
    ),
    Case(
        "thunderbird, answer below the quotation",
        f"在 2026/11/3 10:22, 灯塔服务台 写道:\n{QUOTED}\n\n主板型号 B460M。\n",
        "主板型号 B460M。",
    ),
    Case(
        "thunderbird, answers between",
        "在 2026/11/3 10:22, 灯塔服务台 写道:\n> 型号是什么？\n\nB460M\n\n> 什么时候开始的？\n\n昨天下午\n",
        "B460M\n\n昨天下午",
    ),
    Case(
        "windows mail",
        f"请看附件\n\n发送自 Windows 10 版邮件应用\n\n发件人: 灯塔服务台\n发送时间: 2026年11月3日 10:22\n收件人: 王小明\n主题: 打印机\n\n{OURS}",
        "请看附件",
    ),
    Case(
        "signature behind its delimiter",
        f"请尽快。\n\n-- \n王小明\n海港物流 IT 部\n138 0013 8000\n\n在 2026-11-03 10:22:11，灯塔服务台 <support@portal.example> 写道：\n{QUOTED}",
        "请尽快。",
    ),
    Case(
        "two rounds",
        f"还没有人联系我。\n\n在 2026-11-03 10:22:11，灯塔服务台 <support@portal.example> 写道：\n{QUOTED}\n>\n> 在 2026-11-02 09:00:00，王小明 写道：\n{DOUBLE}",
        "还没有人联系我。",
    ),
    Case(
        "prose with 发件人 stays",
        "系统提示“发件人：地址无效”，请看看。\n发件人那一栏填的是公司邮箱，主题里有中文。\n谢谢",
        "系统提示“发件人：地址无效”，请看看。\n发件人那一栏填的是公司邮箱，主题里有中文。\n谢谢",
    ),
    Case(
        "prose with 写道 stays",
        "贵公司在 2026年11月3日的邮件里写道：\n两天之内上门。\n现在已经第四天了。",
        "贵公司在 2026年11月3日的邮件里写道：\n两天之内上门。\n现在已经第四天了。",
    ),
    Case(
        "prose with a phone stays",
        "发自我的电脑的邮件都被退回，手机上却可以发。\n请检查邮件服务器。",
        "发自我的电脑的邮件都被退回，手机上却可以发。\n请检查邮件服务器。",
    ),
    Case(
        "a filled form stays",
        "设备：收款机 2 号\n时间：今天早上\n现象：开机黑屏\n联系人：王小明",
        "设备：收款机 2 号\n时间：今天早上\n现象：开机黑屏\n联系人：王小明",
    ),
    Case("only history: everything is shown", QUOTED, QUOTED),
    Case(
        "qq, html only",
        '<div>今天下午我都在。</div><div><br></div><div style="font-size: 12px;font-family: Arial Narrow;padding:2px 0 2px 0;">'
        '------------------&nbsp;原始邮件&nbsp;------------------</div><div style="font-size: 12px;background:#efefef;padding:8px;">'
        '<div><b>发件人:</b>&nbsp;"灯塔服务台"&lt;support@portal.example&gt;;</div><div><b>发送时间:</b>&nbsp;2026年11月3日(星期二) 上午10:22</div>'
        '<div><b>收件人:</b>&nbsp;"王小明"&lt;owner@harbour.example&gt;;<wbr></div><div><b>主题:</b>&nbsp;打印机</div></div><div><br></div>我们已经收到您的报修',
        "今天下午我都在。",
        html=True,
    ),
    Case(
        "netease, html only",
        '<div style="line-height:1.7">门锁着，请提前打电话。</div><br><br><div style="position:relative;zoom:1"></div>'
        '<div id="divNeteaseMailCard"></div><pre><br>在 2026-11-03 10:22:11，"灯塔服务台" &lt;support@portal.example&gt; 写道：</pre>'
        '<blockquote id="isReplyContent" style="padding-left:1ex"><p>我们已经收到您的报修</p></blockquote>',
        "门锁着，请提前打电话。",
        html=True,
    ),
    Case(
        "foxmail, html only",
        '<body><div>序列号是 SN-88412。</div><div><br></div><hr style="width: 210px;height: 1px" color="#b5c4df" size="1" align="left">'
        '<div><span>王小明</span></div><blockquote style="margin-Top: 0px"><div>&nbsp;</div><div style="border:none;border-top:solid #B5C4DF 1.0pt;'
        'padding:3.0pt 0cm 0cm 0cm"><div style="FONT-SIZE: 12px;background:#efefef;"><div><b>发件人：</b>&nbsp;<a href="mailto:support@portal.example">'
        "灯塔服务台</a></div><div><b>发送时间：</b>&nbsp;2026-11-03&nbsp;10:22</div><div><b>收件人：</b>&nbsp;王小明</div><div><b>主题：</b>&nbsp;打印机</div></div></div>"
        "<div>我们已经收到您的报修</div></blockquote></body>",
        "序列号是 SN-88412。\n\n--------------------\n王小明",
        html=True,
    ),
    Case(
        "outlook, html only",
        '<div class="WordSection1"><p class="MsoNormal">重启之后还是不行。<o:p></o:p></p><p class="MsoNormal"><o:p>&nbsp;</o:p></p>'
        '<div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm"><p class="MsoNormal"><b>发件人<span lang="EN-US">:</span></b>'
        '<span lang="EN-US"> </span>灯塔服务台 &lt;support@portal.example&gt; <br><b>发送时间<span lang="EN-US">:</span></b> 2026年11月3日 10:22<br>'
        '<b>收件人<span>:</span></b> 王小明<br><b>主题<span>:</span></b> 打印机<o:p></o:p></p></div><p class="MsoNormal">我们已经收到您的报修</p></div>',
        "重启之后还是不行。",
        html=True,
    ),
    Case(
        "gmail, html only",
        '<div dir="ltr">电话打不通。</div><br><div class="gmail_quote gmail_quote_container"><div dir="ltr" class="gmail_attr">灯塔服务台 &lt;'
        '<a href="mailto:support@portal.example">support@portal.example</a>&gt; 于2026年11月3日周二 10:22写道：<br></div>'
        '<blockquote class="gmail_quote" style="margin:0 0 0 .8ex">我们已经收到您的报修</blockquote></div>',
        "电话打不通。",
        html=True,
    ),
    Case(
        "gmail, html only, answers inside",
        '<div dir="ltr"><br><br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">灯塔服务台 于2026年11月3日周二 10:22写道：<br></div>'
        "<blockquote>型号是什么？</blockquote><div>B460M</div><blockquote>什么时候开始的？</blockquote><div>昨天下午</div></div></div>",
        "B460M\n\n昨天下午",
        html=True,
    ),
    Case(
        "alibaba, html only",
        '<div class="__aliyun_email_body_block"><div>周五之前能修好吗？</div><div><br></div></div><blockquote style="margin-right:0"><div>'
        "------------------------------------------------------------------</div><div>发件人：灯塔服务台 &lt;support@portal.example&gt;</div>"
        "<div>发送时间：2026年11月3日(星期二) 10:22</div><div>收件人：王小明</div><div>主　题：打印机</div><div><br></div><div>我们已经收到您的报修</div></blockquote>",
        "周五之前能修好吗？",
        html=True,
    ),
    Case(
        "outlook on the web, html only",
        '<div>下午可以。</div><div id="appendonsend"></div><hr style="display:inline-block;width:98%" tabindex="-1"><div id="divRplyFwdMsg" dir="ltr">'
        "<font><b>发件人:</b> 灯塔服务台 &lt;support@portal.example&gt;<br><b>发送时间:</b> 2026年11月3日 10:22<br><b>收件人:</b> 王小明<br>"
        "<b>主题:</b> 打印机</font><div>&nbsp;</div></div><div>我们已经收到您的报修</div>",
        "下午可以。",
        html=True,
    ),
]
