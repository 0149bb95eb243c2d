"""`make rules`: every rule of the contracts with its stage and the tests and scenarios that carry it.

A test carries a rule by `@pytest.mark.rule("TS-08")`, a scenario by its `rules`. Fails if an M rule of stage contracts or
on-site has none, or if one is carried that does not exist; what waits for the contract's life is listed by id with its reason.
Reads the files alone, so it needs no database.
"""

import ast
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
STAGES = ("contracts", "on-site", "life")
NOW = frozenset({"contracts", "on-site"})
"""The stages whose M rules have to be carried."""


@dataclass(frozen=True)
class Rule:
    id: str
    priority: str
    stage: str
    reason: str
    carriers: tuple[str, ...]

    @property
    def missing(self) -> bool:
        return self.priority == "M" and self.stage in NOW and not self.carriers

    @property
    def waits(self) -> bool:
        """An M rule that waits for the contract's life; some of these are carried already."""
        return self.priority == "M" and self.stage not in NOW and not self.carriers


def marked(path: Path) -> Iterator[tuple[str, str]]:
    """(rule, test) for each mark of a test module; a mark of the whole module counts for all of it."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            for decorator in node.decorator_list:
                for rule in _ids(decorator):
                    yield rule, f"{path.relative_to(TESTS.parent)}::{node.name}"


def _ids(node: ast.expr) -> list[str]:
    if isinstance(node, ast.Call) and ast.unparse(node.func) == "pytest.mark.rule":
        return [a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
    return []


def carriers() -> dict[str, list[str]]:
    """What carries each rule: tests first, then scenarios that hold."""
    found: dict[str, list[str]] = {}
    for path in sorted(TESTS.rglob("test_*.py")):
        for rule, test in marked(path):
            found.setdefault(rule, []).append(test)
    for path in sorted((TESTS / "scenarios").glob("*.toml")):
        scenario = tomllib.loads(path.read_text())
        if "not_yet" not in scenario:
            for rule in scenario.get("rules", ()):
                found.setdefault(rule, []).append(str(path.relative_to(TESTS.parent)))
    return found


def rules() -> list[Rule]:
    """All of tests/rules.toml. Raises ValueError for a stage that is none, or a carried rule that does not exist."""
    known, carried = tomllib.loads((TESTS / "rules.toml").read_text()), carriers()
    if strange := sorted(carried.keys() - known.keys()):
        raise ValueError(f"no such rule: {', '.join(f'{r} ({carried[r][0]})' for r in strange)}")
    found = [
        Rule(name, *about, carriers=tuple(dict.fromkeys(carried.get(name, ()))))
        for name, about in known.items()
    ]
    if wrong := [r.id for r in found if r.stage not in STAGES or r.priority not in "MST" or not r.reason]:
        raise ValueError(f"without a proper stage, priority or reason: {', '.join(wrong)}")
    return found


def main() -> int:
    found = rules()
    for rule in found:
        print(f"{rule.id}  {rule.priority}  {rule.stage:9}  {rule.reason}")
        for carrier in rule.carriers:
            print(f"       {carrier}")
        if rule.missing:
            print("       MISSING: an M rule of this stage needs a test")
    print("M rules that wait for the contract's life:")
    for reason in dict.fromkeys(r.reason for r in found if r.waits):
        print(f"  {', '.join(r.id for r in found if r.waits and r.reason == reason)}: {reason}")
    missing = [r.id for r in found if r.missing]
    carried = sum(bool(r.carriers) for r in found)
    print(f"{len(found)} rules, {carried} carried")
    print(f"M rules of the stages contracts and on-site without a test: {', '.join(missing) or 'none'}")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
