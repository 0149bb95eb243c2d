"""The list of all addresses with their audience, one a line; `make routes` writes it anew after a change on purpose."""

from pathlib import Path

from flask import Flask
from werkzeug.routing import Rule

FROZEN = Path(__file__).with_name("routes.txt")


def roles_of(app: Flask, rule: Rule) -> tuple[str, ...]:
    """The staff roles that may use an endpoint beside administrators; empty: all of its audience."""
    return tuple(sorted(role.value for role in getattr(app.view_functions[rule.endpoint], "needs_roles", ())))


def lines(app: Flask) -> list[str]:
    """endpoint, methods, address, audience and its limit to roles."""
    from portal.web import guards

    found = []
    for rule in app.url_map.iter_rules():
        methods = ",".join(sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}))
        audience = guards.audience_of(app, rule.endpoint)
        roles = [*roles_of(app, rule), "administrator"]
        limit = f" ({', '.join(roles)})" if hasattr(app.view_functions[rule.endpoint], "needs_roles") else ""
        found.append(f"{rule.endpoint:<40} {methods:<9} {rule.rule:<60} {audience}{limit}")
    return sorted(found)


if __name__ == "__main__":
    import tempfile

    from tests.support import databases

    with tempfile.TemporaryDirectory() as folder:
        print("\n".join(lines(databases.application("sqlite://", Path(folder)))))
