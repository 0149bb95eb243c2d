"""What two subjects have in common, once mail programs have put their marks in front.

Owns the marks of answers and forwards in the languages of our clients' programs.
"""

import re

_ANSWER = r"re|aw|sv|antw|rv|res|odp|vs|回复|回覆|答复|答覆|回信"
_FORWARD = r"fwd?|wg|tr|rv|转发|轉發|轉寄"
_MARK = re.compile(rf"(?i)^\s*(?:(?:{_ANSWER}|{_FORWARD})\s*(?:\[\d+\])?\s*[:：]|\[T-\d+\])\s*")
_ANSWERS = re.compile(rf"(?i)^\s*(?:\[T-\d+\]\s*)?(?:{_ANSWER})\s*(?:\[\d+\])?\s*[:：]")


def bare_subject(subject: str) -> str:
    """Without "Re:", "回复：", "[T-1042]" and the like, however many; white space made single, lower case."""
    text = subject
    while mark := _MARK.match(text):
        text = text[mark.end() :]
    return " ".join(text.split()).lower()


def is_answer(subject: str) -> bool:
    """Whether it begins with the mark of an answer."""
    return _ANSWERS.match(subject) is not None
