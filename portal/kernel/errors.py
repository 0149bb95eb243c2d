"""What a use case may answer instead of doing its work. Words are for the person, in the person's language."""

from typing import Any


class Refused(Exception):
    """The request is understood and cannot be done; `sentence` says why and how to mend it.

    `sentence` may be a lazy translation. `field` names the form field it belongs beside, if any.
    """

    def __init__(self, sentence: Any, *, field: str | None = None) -> None:
        super().__init__(str(sentence))
        self.sentence = sentence
        self.field = field


class NotFound(Exception):
    """It does not exist, or this person may not see it: the two look the same from outside (404)."""


class Stale(Refused):
    """Somebody else changed the thing since this person's form was opened."""
