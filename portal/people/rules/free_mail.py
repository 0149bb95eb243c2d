"""Domains where anybody gets an address, so that an address there says nothing about a company.

Owns the list. A domain on it can belong to no organisation, whatever staff type, nor can one below it.
"""

_DOMAINS = """
126.com 139.com 163.com 163.net 188.com 189.cn 21cn.com 263.net aliyun.com alimail.com chinaren.com eyou.com foxmail.com
hexun.com netease.com qq.com sina.cn sina.com sina.com.cn sogou.com sohu.com tom.com vip.126.com vip.163.com vip.188.com
vip.qq.com vip.sina.com vip.sina.cn vip.sohu.com wo.cn wo.com.cn yeah.net china.com china.com.cn 2980.com 88.com 111.com
yahoo.cn yahoo.com.cn yahoo.com.hk yahoo.com.tw pchome.com.tw seed.net.tw hinet.net msa.hinet.net netvigator.com

gmail.com googlemail.com outlook.com hotmail.com live.com live.cn msn.com outlook.jp outlook.fr outlook.de outlook.es
outlook.it outlook.in outlook.com.br outlook.com.au hotmail.co.uk hotmail.fr hotmail.de hotmail.it hotmail.es hotmail.ca
live.co.uk live.fr live.de live.it live.nl live.ca passport.com yahoo.com ymail.com rocketmail.com yahoo.co.uk yahoo.co.in
yahoo.co.jp yahoo.de yahoo.fr yahoo.it yahoo.es yahoo.ca yahoo.com.au yahoo.com.br yahoo.com.mx yahoo.com.sg yahoo.com.vn
yahoo.in yahoo.ie myyahoo.com aol.com aol.de aol.co.uk aim.com icloud.com me.com mac.com privaterelay.appleid.com
proton.me protonmail.com protonmail.ch pm.me tutanota.com tutanota.de tutamail.com tuta.io tuta.com keemail.me zoho.com
zohomail.com zohomail.eu zohomail.cn fastmail.com fastmail.fm hushmail.com mail.com email.com usa.com post.com consultant.com
engineer.com gmx.com gmx.de gmx.net gmx.at gmx.ch gmx.us web.de t-online.de freenet.de posteo.de mailbox.org arcor.de
freemail.hu laposte.net orange.fr wanadoo.fr free.fr sfr.fr libero.it virgilio.it tiscali.it alice.it tin.it seznam.cz
centrum.cz email.cz wp.pl o2.pl onet.pl interia.pl op.pl gazeta.pl mail.ru inbox.ru list.ru bk.ru internet.ru yandex.ru
yandex.com ya.ru rambler.ru ukr.net i.ua abv.bg walla.co.il walla.com naver.com daum.net hanmail.net nate.com kakao.com
docomo.ne.jp ezweb.ne.jp softbank.ne.jp i.softbank.jp au.com nifty.com biglobe.ne.jp rediffmail.com uol.com.br bol.com.br
terra.com.br comcast.net verizon.net att.net sbcglobal.net bellsouth.net cox.net charter.net earthlink.net juno.com
btinternet.com virginmedia.com sky.com talktalk.net ntlworld.com bigpond.com optusnet.com.au telstra.com xtra.co.nz
rogers.com shaw.ca sympatico.ca videotron.ca singnet.com.sg duck.com mozmail.com simplelogin.com addy.io mailinator.com
guerrillamail.com 10minutemail.com yopmail.com temp-mail.org trashmail.com sharklasers.com getnada.com maildrop.cc
"""
FREE_MAIL = frozenset(_DOMAINS.split())


def is_free_mail(address: str) -> bool:
    """Whether a domain, or an address's domain, is one of them or below one of them."""
    labels = address.strip().lower().rpartition("@")[2].rstrip(".").split(".")
    return any(".".join(labels[start:]) in FREE_MAIL for start in range(len(labels) - 1))
