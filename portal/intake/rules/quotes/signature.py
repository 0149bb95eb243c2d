"""What stands below a message and belongs to no conversation: delimited signatures, lines of telephones, footers of lists.

Owns their shapes. Refuses what may be content: without a delimiter only a formal closing with a name under it counts.
"""

import re

from portal.intake.rules.quotes import marks
from portal.intake.rules.quotes.lines import Lines

_DELIMITER = re.compile(r"^(?:--|-- |—|——|__|_{3,80}|-{2,80}|~{2,80}|\*{3,80}|={2,80})\s{0,3}$")
_SIGNATURE = re.compile(r"^--\s{0,3}$|^--\s\S{1,3}$")
_DASH = re.compile(r"^[—–]\s{0,3}$")
_FOOTER = re.compile(r"^_{20,200}$")
_FOOTER_WORDS = re.compile(r"(?i)mailing list|邮件列表|gruppe")
_NAME = re.compile(r"^[-/][A-Z][\w.]{1,30}(?: [A-Z][\w.]{1,30}){0,3}$")
_CLOSING = re.compile(
    r"(?i)^(?:(?:with )?(?:best|kind|warm|kindest|warmest)(?: and kind)? (?:regards|wishes)|regards|"
    r"sincerely(?: yours)?|yours (?:sincerely|truly|faithfully)|"
    r"mit freundlichen grüßen|mit freundlichem gruß|mit besten grüßen|freundliche grüße|viele grüße|beste grüße|mfg|"
    r"cordialement|bien cordialement|salutations distinguées|bien à vous|saludos(?: cordiales)?|atentamente|"
    r"un saludo|atenciosamente|cumprimentos|"
    r"cordiali saluti|distinti saluti|met vriendelijke groet(?:en)?|med venlig hilsen|(?:med )?vennlig hilsen|"
    r"med vänliga hälsningar|"
    r"vänliga hälsningar|mvh|venlig hilsen|kh|ystävällisin terveisin|terveisin|pozdrawiam|z poważaniem|z powazaniem|"
    r"s pozdravem|с уважением|üdvözlettel|saygılarımla)\s{0,2}[,.!]?$"
)
_MOST = 16
"""Lines of a signature at most: more than that is text."""


def mark(lines: Lines, old: list[bool]) -> None:
    """Add to `old` what closes the message. Something of the text always stays new."""
    new = [k for k in range(len(lines)) if not old[k] and not lines.blank(k) and not lines.is_mark(k)]
    text = lines.plain
    for position in range(len(new) - 1, max(len(new) - _MOST - 1, 0), -1):
        line = text[new[position]]
        if _SIGNATURE.match(line) or (_DASH.match(line) and len(new) - position > 8):
            new = _take(new, position, old)
            break
    for position in range(1, len(new)):
        if _FOOTER.match(text[new[position]]) and _FOOTER_WORDS.search(
            " ".join(text[k] for k in new[position:][:3])
        ):
            new = _take(new, position, old)
            break
    for position in range(max(1, len(new) - 5), len(new)):
        below = new[position + 1 :]
        if _CLOSING.match(text[new[position]].strip()) and all(len(text[k]) <= 60 for k in below):
            new = _take(new, position, old)
            break
    if len(new) > 1 and _NAME.match(text[new[-1]].strip()) and lines.blank(new[-1] - 1):
        old[new.pop()] = True
    while len(new) > 1 and (marks.is_mobile(text[new[-1]]) or _DELIMITER.match(text[new[-1]].strip()[:100])):
        old[new.pop()] = True


def _take(new: list[int], position: int, old: list[bool]) -> list[int]:
    for k in new[position:]:
        old[k] = True
    return new[:position]
