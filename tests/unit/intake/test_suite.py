"""The parser against real messages of other projects, where they are beside the repository; floors are what was reached."""

import json
import subprocess
import sys
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[3]))


from portal.intake.cli import described
from portal.intake.rules.mail import Unreadable
from portal.intake.rules.parse import parse

FLOORS = {
    "from": 100, "subject": 98, "to": 98, "cc": 100, "body_contains": 98, "attachments": 92, "no_autoreply": 100,
    "reply keeps the writer's text": 99, "reply_text": 95, "reply_contains": 96, "reply_excludes": 80,
    "bounce": 98, "bounce_recipients": 98, "bounce_temporary": 98, "ignored": 100,
}  # fmt: skip
SCRIPT = Path(__file__)


def test_real_messages_are_read_as_well_as_before(shared_mail: Path) -> None:
    command = [sys.executable, str(shared_mail / "score.py"), "--", sys.executable, str(SCRIPT)]
    said = subprocess.run(
        command, capture_output=True, text=True, timeout=120, check=True, cwd=SCRIPT.parents[3]
    ).stdout
    reached = {
        line[:44].strip(): float(line.split()[-2])
        for line in said.splitlines()
        if line.rstrip().endswith("%")
    }
    below = {
        name: (reached.get(name, 0), floor) for name, floor in FLOORS.items() if reached.get(name, 0) < floor
    }
    assert not below, said
    assert "not parsed 0" in said


def main() -> None:
    """As `flask intake parse`, without the application: paths in, one JSON object a line out."""
    for path in sys.stdin.read().split("\n"):
        if path:
            try:
                print(json.dumps({"file": path, **described(parse(Path(path).read_bytes()))}))
            except Unreadable as error:
                print(json.dumps({"file": path, "error": str(error)}))


if __name__ == "__main__":
    main()
