"""The contract forms that come as data files: their text, as it is kept with a contract, and what was read from it."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from portal.contracts.rules import forms
from portal.contracts.rules.forms import Form
from portal.kernel.errors import NotFound

FOLDER = Path(__file__).parent.parent / "data" / "forms"


@dataclass(frozen=True)
class Printed:
    """A form with its text."""

    text: str
    form: Form


@lru_cache(maxsize=1)
def all_forms() -> dict[str, Printed]:
    """Every form by its key. Raises forms.BadForm for a file with a fault."""
    texts = [path.read_text(encoding="utf-8") for path in sorted(FOLDER.glob("*.toml"))]
    printed = [Printed(text, forms.load(text)) for text in texts]
    return {p.form.key: p for p in printed}


def printed(key: str) -> Printed:
    """One form; raises NotFound."""
    found = all_forms().get(key)
    if found is None:
        raise NotFound
    return found


@lru_cache(maxsize=256)
def read(text: str) -> Form:
    """A stored text, read again; the same few are asked for with every page."""
    return forms.load(text)
