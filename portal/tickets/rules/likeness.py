"""How much a ticket resembles a text, by the words they share: a rare word says more than a common one. Pure."""

from collections.abc import Collection, Mapping
from math import log

FEWEST_SHARED = 2
"""One shared word is chance, unless the text has no other."""
LEAST = 0.25
"""Of what the text's telling words weigh, so much has to be shared."""


def ranked(frequency: Mapping[str, int], shared: Mapping[int, Collection[str]], most: int) -> list[int]:
    """The ids that share most, best first, a newer (higher) id before an older one that shares as much.

    `frequency`: token → in how many tickets it is, for each token of the text that any ticket has; `shared`: id → its tokens
    among them.
    """
    weight = {token: 1 / log(n + 2) for token, n in frequency.items() if n > 0}
    whole = sum(weight.values())
    fewest = min(FEWEST_SHARED, len(weight))
    scores = {
        id_: sum(weight.get(token, 0) for token in tokens)
        for id_, tokens in shared.items()
        if len(set(tokens) & weight.keys()) >= fewest
    }
    alike = [id_ for id_, score in scores.items() if score > 0 and score >= LEAST * whole]
    return sorted(alike, key=lambda id_: (-scores[id_], -id_))[:most]


def telling(frequency: Mapping[str, int], most: int) -> list[str]:
    """The rarest tokens that exist, for asking the index; of equals the longer first."""
    present = [t for t, n in frequency.items() if n > 0]
    return sorted(present, key=lambda t: (frequency[t], -len(t), t))[:most]
