"""Words that are written in one place and translated in another."""


def N_(words: str) -> str:
    """The same words, marked for the translators: whoever draws them translates them."""
    return words
