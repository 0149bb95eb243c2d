"""Bytes to text as browsers do it, for labels that lie and for bytes without a label.

Owns the table of labels and the guess. Refuses to fail: every input gives a string without NUL and lone surrogates.
"""

import codecs
import re
import unicodedata
from contextlib import suppress
from urllib.parse import unquote_to_bytes

import charset_normalizer

# The label a mail carries -> the superset that its writer really used (WHATWG Encoding, and what is seen in mail).
WEB_LABELS = {
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "gb_2312-80": "gb18030",
    "gb_2312": "gb18030",
    "x-gbk": "gb18030",
    "csgb2312": "gb18030",
    "euc-cn": "gb18030",
    "cp936": "gb18030",
    "ms936": "gb18030",
    "chinese": "gb18030",
    "gb18030": "gb18030",
    "gb18030-2000": "gb18030",
    "iso-ir-58": "gb18030",
    "936": "gb18030",
    "hz-gb-2312": "hz",
    "big5": "big5hkscs",
    "big5-hkscs": "big5hkscs",
    "cn-big5": "big5hkscs",
    "x-x-big5": "big5hkscs",
    "cp950": "big5hkscs",
    "ks_c_5601-1987": "cp949",
    "ks_c_5601": "cp949",
    "ksc5601": "cp949",
    "euc-kr": "cp949",
    "korean": "cp949",
    "ks_c_5601-1989": "cp949",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "sjis": "cp932",
    "x-sjis": "cp932",
    "ms_kanji": "cp932",
    "windows-31j": "cp932",
    "iso-2022-jp": "iso2022_jp_ext",
    "csiso2022jp": "iso2022_jp_ext",
    "cp50220": "iso2022_jp_ext",
    "x-euc-jp": "euc_jp",
    "euc-jp": "euc_jp",
    "latin1": "cp1252",
    "latin-1": "cp1252",
    "iso-8859-1": "cp1252",
    "iso8859-1": "cp1252",
    "iso_8859-1": "cp1252",
    "l1": "cp1252",
    "x-cp1252": "cp1252",
    "windows-1252": "cp1252",
    "ansi": "cp1252",
    "x-ansi": "cp1252",
    "iso-8859-9": "cp1254",
    "latin5": "cp1254",
    "iso-8859-11": "cp874",
    "tis-620": "cp874",
    "windows-874": "cp874",
    "x-mac-roman": "mac_roman",
    "macintosh": "mac_roman",
    "x-macroman": "mac_roman",
    "koi8-u": "koi8_u",
    "koi8": "koi8_r",
    "x-cp1251": "cp1251",
    "win-1251": "cp1251",
    "utf8": "utf-8",
    "unicode-1-1-utf-8": "utf-8",
    "unicode-1-1-utf-7": "utf-7",
    "x-unicode-2-0-utf-7": "utf-7",
    "utf-8mb4": "utf-8",
    "iso-8859-8-i": "iso8859_8",
    "iso-8859-8-e": "iso8859_8",
    "iso-8859-6-e": "iso8859_6",
    "iso-8859-6-i": "iso8859_6",
    "dos-874": "cp874",
    "unicode": "utf-16",
    "ucs-2": "utf-16",
    "iso-10646-ucs-2": "utf-16",
    "cp-850": "cp850",
    "cp-437": "cp437",
}
NO_LABEL = {
    "",
    "us-ascii",
    "ascii",
    "unknown",
    "unknown-8bit",
    "x-unknown",
    "default",
    "default_charset",
    "binary",
    "8bit",
    "x-user-defined",
    "ansi_x3.4-1968",
    "none",
    "iso-ir-6",
    "x-utf-8mac",
}
# Python codecs that are no character sets: they execute, escape, or rewrite names.
NOT_CHARSETS = {
    "idna",
    "punycode",
    "unicode_escape",
    "raw_unicode_escape",
    "undefined",
    "mbcs",
    "oem",
    "rot_13",
}

SAMPLE = 20_000
"""Characters that are enough to judge by."""
_ASCII = bytes(range(128))
_CONTROLS: dict[int, int | None] = dict.fromkeys([*range(0, 9), 11, *range(14, 32), 127])
_CONTROLS[12] = 10
_LINE_BREAKING = re.compile("[\x00-\x1f\x7f\x85\u2028\u2029]+")
_ESCAPED = re.compile(r"%[C-Fc-f][0-9A-Fa-f]%[89ABab][0-9A-Fa-f]")
_BIDI = re.compile("[\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c]")


def codec_for(label: str) -> str | None:
    """The codec that reads `label`, None where the label says nothing."""
    label = label.strip().strip("'\"").lower()
    if label in NO_LABEL:
        return None
    name = WEB_LABELS.get(label) or WEB_LABELS.get(label.replace("_", "-")) or label
    try:
        info = codecs.lookup(name)
    except (LookupError, ValueError, UnicodeError):
        shorter = re.sub(r"^(x-|cs)", "", name)
        match = re.match(r"(?:iso|windows|cp|win)[-_ ]?(8859-\d+|125\d)", shorter)
        if not match:
            return None
        digits = match.group(1)
        return codec_for(("iso-" if digits.startswith("8859") else "cp") + digits)
    if info.name.replace("-", "_") in NOT_CHARSETS or not getattr(info, "_is_text_encoding", True):
        return None
    return WEB_LABELS.get(info.name, info.name)


def decode(data: bytes, label: str = "") -> str:
    """Text of `data`, by its label where that works, else by what the bytes look like. Never raises."""
    codec = codec_for(label or "")
    if codec is None:
        return clean(guess(data))
    if data[:3] == codecs.BOM_UTF8:
        return clean(data.decode("utf-8-sig", "replace"))
    if b"\x1b$" in data and codec in ("utf-8", "cp1252") and data.isascii():
        return clean(guess(data))
    if codec != "utf-8" and (found := _unlike_its_label(data, codec)) is not None:
        return clean(found)
    if codec == "utf-16" and data[:2] not in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        codec = "utf-16-be" if data[:1] == b"\0" else "utf-16-le"
    if codec.startswith("utf-16") and len(data) > 1 and b"\0" not in data and data.isascii():
        return clean(data.decode("ascii"))
    if codec == "cp1252":
        return clean(_cp1252(data))
    try:
        return clean(data.decode(codec))
    except (UnicodeDecodeError, ValueError):
        pass
    tolerant = data.decode(codec, "replace")
    if b"\x1b$" in data:
        return clean(guess(data))
    if tolerant.count("\ufffd") * 20 > _high(data):
        nothing_fits = codec == "utf-8" and tolerant.count("\ufffd") * 4 > _high(data) >= 8
        return clean(guess(data, fallback=None if nothing_fits else tolerant))
    return clean(tolerant)


_LETTERS_OF_UTF8 = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_LONG_OF_UTF8 = re.compile(rb"[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")


def _unlike_its_label(data: bytes, codec: str) -> str | None:
    """The text where the bytes cannot be what an old label says: whole UTF-8, or Chinese under a label of the West.

    Not where chance could make it so: two letters of GBK may be two of UTF-8.
    """
    if data.isascii() or codec.startswith(("utf", "iso2022", "hz")):
        return None
    letters = _LETTERS_OF_UTF8.findall(data[:SAMPLE])
    if letters and (
        codec == "cp1252"
        or _LONG_OF_UTF8.search(data[:SAMPLE])
        or (len(letters) >= 4 and codec not in ("gb18030", "cp949", "big5hkscs", "euc_jp", "cp932"))
    ):
        try:
            return data.decode("utf-8")
        except UnicodeDecodeError:
            pass
    if codec == "cp1252" and _high(data[:SAMPLE]) >= 8 and _looks_chinese(data):
        return data.decode("gb18030", "replace")
    if codec == "gb18030" and _high(data[:SAMPLE]) >= 8 and _looks_big5(data):
        text = data.decode("gb18030", "replace")
        if sum("\ue000" <= c <= "\uf8ff" or c == "\ufffd" for c in text) * 10 > len(text):
            return data.decode("big5hkscs", "replace")
    return None


def guess(data: bytes, fallback: str | None = None) -> str:
    """Text of bytes that carry no label, or a wrong one."""
    if data.isascii():
        if b"\x1b$" in data or b"\x1b(" in data:
            for codec in ("iso2022_jp_ext", "iso2022_kr"):
                try:
                    return data.decode(codec)
                except UnicodeDecodeError:
                    continue
            return data.decode("iso2022_jp_2", "replace")
        if b"~{" in data and _HZ.search(data):
            with suppress(UnicodeDecodeError):
                return data.decode("hz")
        return data.decode("ascii")
    if data[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    # A long body cut in the middle of one character is still UTF-8.
    tolerant = data.decode("utf-8", "replace")
    high = _high(data)
    if tolerant.count("\ufffd") * 20 <= high:
        return tolerant
    if _looks_korean(data):
        return data.decode("cp949", "replace")
    if _looks_chinese(data):
        return data.decode("gb18030", "replace")
    if _looks_big5(data):
        return data.decode("big5hkscs", "replace")
    if fallback is not None:
        return fallback
    if high >= 8:
        best = charset_normalizer.from_bytes(
            data[:20_000],
            steps=3,
            chunk_size=512,
            threshold=0.3,
            cp_isolation=[
                "cp1252",
                "cp1250",
                "cp1251",
                "koi8_r",
                "cp932",
                "euc_jp",
                "cp949",
                "big5",
                "gb18030",
                "cp1253",
            ],
        ).best()
        if best is not None:
            return data.decode(best.encoding, "replace")
    return _cp1252(data)


def _high(data: bytes) -> int:
    """How many bytes are no ASCII."""
    return len(data.translate(None, _ASCII))


_HZ = re.compile(rb"~\{(?:[\x21-\x77][\x21-\x7e]){2,}~\}")
_PAIRS = re.compile(rb"[\x81-\xfe][\x40-\x7e\x80-\xfe]")


def _looks_korean(data: bytes) -> bool:
    """Hangul of KS X 1001 alone (B0-C8), words apart by blanks. Chinese has its 是, 我, 在 beyond, and its own stops."""
    pairs = _PAIRS.findall(data[:SAMPLE])
    return (
        len(pairs) >= 8
        and b" " in data
        and 2 * len(pairs) == _high(data[:SAMPLE])
        and all(0xB0 <= p[0] <= 0xC8 and p[1] >= 0xA1 for p in pairs)
    )


def _looks_big5(data: bytes) -> bool:
    """Everyday characters of Big5: most begin in A4-BF, and a part ends in ASCII's range, as no other code's do."""
    try:
        data.decode("big5hkscs")
    except UnicodeDecodeError:
        return False
    pairs = [p for p in _PAIRS.findall(data[:SAMPLE]) if p[0] not in (0xA1, 0xA2, 0xA3)]
    return (
        len(pairs) >= 3
        and sum(0xA4 <= p[0] <= 0xC6 for p in pairs) >= 0.9 * len(pairs)
        and sum(0xA4 <= p[0] <= 0xBF for p in pairs) >= 0.6 * len(pairs)
        and sum(p[1] < 0x7F for p in pairs) >= 0.2 * len(pairs)
    )


def _looks_chinese(data: bytes) -> bool:
    """True where the high bytes pair up as everyday GB characters (level 1 of GB 2312, B0–D7, or its punctuation)."""
    try:
        text = data.decode("gb18030")
    except UnicodeDecodeError:
        return False
    high = [c for c in text[:SAMPLE] if ord(c) > 127] or [c for c in text if ord(c) > 127][:SAMPLE]
    if not high:
        return False
    everyday = sum(
        1
        for c in high
        if (b := c.encode("gb18030"))
        and len(b) == 2
        and b[1] >= 0xA1
        and (0xB0 <= b[0] <= 0xD7 or b[0] in (0xA1, 0xA3))
    )
    return everyday >= 0.85 * len(high)


_WINDOWS = {b: c for b in range(0x80, 0xA0) if (c := bytes([b]).decode("cp1252", "ignore"))}


def _cp1252(data: bytes) -> str:
    try:
        return data.decode("cp1252")
    except (
        UnicodeDecodeError
    ):  # five bytes have no character there: they become the controls of Latin-1, as in browsers
        return data.decode("latin-1").translate(_WINDOWS)


def clean(text: str) -> str:
    """Text the database and a page can hold: LF line ends, no NUL, no control characters, no lone surrogates."""
    if text.startswith("\ufeff"):
        text = text[1:]
    text = text.replace("\r\n", "\n").replace("\r", "\n").translate(_CONTROLS)
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        # Surrogate pairs written as two escapes become the character, single ones the replacement character.
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def one_line(text: str, limit: int = 0) -> str:
    """Text safe inside a header or a list row: a decoded CR, LF or U+2028 cannot start a line of its own."""
    text = _LINE_BREAKING.sub(" ", clean(text)).strip()
    return text[:limit] if limit else text


def file_name(text: str) -> str:
    """A name without path, control or direction characters, short enough for every file system (120 characters)."""
    if text.isascii() and _ESCAPED.search(text):
        with suppress(UnicodeDecodeError):  # as some web mails write it, without saying so
            text = unquote_to_bytes(text).decode("utf-8")
    text = unicodedata.normalize("NFC", _BIDI.sub("", one_line(text)))
    text = re.split(r"[\\/]", text)[-1].strip().strip("\"'").strip()
    if text.strip(". ") == "":
        return ""
    if len(text) > 120:
        stem, dot, ending = text.rpartition(".")
        text = f"{stem[: 119 - len(ending)]}.{ending}" if dot and len(ending) <= 12 else text[:120]
    return text
