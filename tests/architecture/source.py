"""Reads the project's own files for the checks beside it: syntax trees, templates, catalogues."""

import ast
import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PORTAL = ROOT / "portal"
TEMPLATES = ROOT / "templates"
TRANSLATIONS = PORTAL / "web" / "translations"
FLOORS = ("kernel", "infra", "web")
"""Packages that are no capability: their files are named by what they hold."""


def modules(folder: Path = PORTAL) -> list[Path]:
    """Python files of the portal, by path."""
    return sorted(p for p in folder.rglob("*.py") if "__pycache__" not in p.parts)


def capabilities() -> list[Path]:
    """The packages that hold a capability."""
    return sorted(p.parent for p in PORTAL.glob("*/__init__.py") if p.parent.name not in FLOORS)


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(), str(path))


def name_of(path: Path) -> str:
    """How a failure names a file."""
    return str(path.relative_to(ROOT))


def layer_of(path: Path) -> str | None:
    """The file name that decides what a module may do: rules/parse.py and rules.py are both `rules`; None on the floors."""
    parts = path.relative_to(PORTAL).with_suffix("").parts
    return parts[1] if len(parts) > 1 and parts[0] not in FLOORS else None


def in_layers(*layers: str) -> list[Path]:
    """The modules of these layers in all capabilities, `__init__` of folders included."""
    return [p for p in modules() if layer_of(p) in layers]


def imported(path: Path) -> set[str]:
    """Names of the modules that a file imports anywhere in it; `from a import b` counts as a and as a.b."""
    found: set[str] = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
            found.update(f"{node.module}.{alias.name}" for alias in node.names)
    return found


def templates(*patterns: str) -> list[Path]:
    return sorted(p for pattern in (patterns or ("*.html",)) for p in TEMPLATES.rglob(pattern))


@cache
def tracked() -> tuple[Path, ...]:
    """The files that belong to the project; outside of a clone of git, whatever lies there."""
    done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if done.returncode:
        skipped = {".venv", "var", "__pycache__", ".git"}
        return tuple(p for p in ROOT.rglob("*") if p.is_file() and not skipped & set(p.parts))
    return tuple(p for name in done.stdout.decode().split("\0") if name and (p := ROOT / name).is_file())
