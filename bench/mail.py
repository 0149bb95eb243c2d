"""How fast mail is read: by the standard library alone, and as the worker does it, in its child process.

A dozen messages written here, of the kinds and sizes that reach a desk. Operations over a database come in groups of __main__.py.
"""

import base64
from email import message_from_bytes, policy

from bench.measure import Operation
from portal.infra.child import Child
from portal.intake.rules import wire

_TEXT = "打印机卡纸，每隔十页停一次，重启以后还是一样。\r\nThe tray was changed on Monday.\r\n\r\n王小明\r\n"
_QUOTED = "".join(f"> {line}\r\n" for line in (_TEXT * 12).splitlines())
_HTML = (
    "<html><body>"
    + "<p>打印机 <b>坏了</b>，请看 <a href='https://harbour.example/a'>这里</a></p>" * 40
    + "</body></html>"
)
_TRACE = "".join(
    f"Received: from mx{n}.harbour.example (mx{n}.harbour.example [192.0.2.{n}])\r\n\tby mx{n + 1}.harbour.example with ESMTPS;"
    " Tue, 3 Nov 2026 10:22:11 +0800 (CST)\r\n"
    for n in range(8)
)


def messages() -> dict[str, list[bytes]]:
    """By name, what is read one after the other."""
    words = base64.encodebytes(_TEXT.encode()).decode().replace("\n", "\r\n")
    plain = _message(f"Content-Type: text/plain; charset=utf-8\r\n\r\n{_TEXT}")
    reply = _message(
        "In-Reply-To: <x@portal.example>\r\nContent-Type: text/plain; charset=gb2312\r\n\r\n"
        f"还是不行。\r\n\r\n在 2026-11-03 10:22:11，Lantern <support@portal.example> 写道：\r\n{_QUOTED}",
        "gb18030",
    )
    rich = _message(
        "Content-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain; charset=utf-8\r\n"
        f"Content-Transfer-Encoding: base64\r\n\r\n{words}\r\n--b\r\n"
        f"Content-Type: text/html; charset=utf-8\r\n\r\n{_HTML}\r\n--b--\r\n"
    )
    return {"usual mail": [plain, reply, rich], "mail with 1 MB attached": [_with_file(1_000_000)]}


def _message(rest: str, charset: str = "utf-8") -> bytes:
    head = (
        f"{_TRACE}From: =?utf-8?B?546L5bCP5piO?= <owner@harbour.example>\r\nTo: support@portal.example\r\n"
        "Subject: =?utf-8?B?5omT5Y2w5py65Y2h57q4?=\r\nMessage-ID: <one@harbour.example>\r\n"
        "Date: Tue, 3 Nov 2026 10:22:11 +0800\r\nMIME-Version: 1.0\r\n"
    )
    return head.encode() + rest.encode(charset)


def _with_file(size: int) -> bytes:
    data = base64.encodebytes(bytes(range(256)) * (size // 256)).decode().replace("\n", "\r\n")
    return _message(
        "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n"
        f"Content-Type: text/plain; charset=utf-8\r\n\r\n{_TEXT}\r\n--b\r\n"
        "Content-Type: application/pdf; name=a.pdf\r\nContent-Transfer-Encoding: base64\r\nContent-Disposition: attachment\r\n"
        f"\r\n{data}\r\n--b--\r\n"
    )


def reading() -> list[Operation]:
    """Each kind of mail read by the standard library, then by the child; `per_s` counts messages."""
    child = Child("portal.intake.rules.wire:answer", seconds=5, megabytes=300)
    found = []
    for name, raws in messages().items():

        def library(i: int, raws: list[bytes] = raws) -> None:
            for part in message_from_bytes(raws[i % len(raws)], policy=policy.compat32).walk():
                part.get_payload(decode=True)

        def ours(i: int, raws: list[bytes] = raws) -> None:
            assert wire.unpack(*child.call(raws[i % len(raws)])).body_text

        n = 300 if name == "usual mail" else 30
        found.append(Operation(f"{name}: standard library alone", library, n=n, counts_queries=False))
        found.append(Operation(f"{name}: read in the child", ours, n=n, counts_queries=False))
    return found
