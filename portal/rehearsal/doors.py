"""Where scenario files come in: a scratch portal over a database of its own, a transaction for each step, the worker after it.

The portal's own database is never touched: the scratch one is made by the migrations in a temporary folder, anew for every
scenario, and removed with it.
"""

import secrets
import shutil
import sqlite3
import tempfile
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import format_datetime
from importlib import import_module
from pathlib import Path
from typing import Any

from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import select

from portal.assets.models import DeviceKind
from portal.config import Settings
from portal.contracts.rules import blanks, forms
from portal.contracts.rules.forms import BadForm
from portal.contracts.rules.notices import BadNotice
from portal.infra import jobs
from portal.infra.db import db
from portal.infra.jobs import Job
from portal.infra.transaction import transaction
from portal.intake.doors import taking as intake
from portal.kernel import clock
from portal.rehearsal.rules import reading
from portal.rehearsal.rules.reading import BadScenario, Fault, Scenario, Step
from portal.rehearsal.service import acting, looking
from portal.rehearsal.service import stage as staging
from portal.rehearsal.service.stage import Stage
from portal.tickets.models.ticket import Ticket

SUPPORT = "support@rehearsal.example"


@dataclass
class Result:
    """What came of one scenario; each difference names the step's line, the key, what was expected and what was found."""

    id: str
    differences: list[dict[str, Any]] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        return not self.differences


@dataclass(frozen=True)
class Loaded:
    """A file that was read and checked, with the texts of the forms that it names."""

    scenario: Scenario
    forms: dict[str, str]


def load(path: Path) -> Loaded:
    """Read a file and check it against the forms that it names. Raises BadScenario, OSError."""
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise BadScenario([Fault(1, "the file is not UTF-8")]) from None
    scenario = reading.read(text)
    faults: list[Fault] = []
    texts: dict[str, str] = {}
    for name, about in scenario.contracts.items():
        line = scenario.lines[name]
        try:
            texts[name] = staging.form_text(about["form"], path.parent)
            faults += [Fault(line, reason) for reason in _misfits(about, texts[name], scenario)]
        except BadForm as bad:
            faults += [Fault(line, f"{about['form']}:{f.line}: {f.reason}: {f.detail}") for f in bad.faults]
        except OSError:
            faults.append(Fault(line, f"unknown form: {about['form']}"))
    known = {k.value for k in DeviceKind}
    faults += [
        Fault(
            scenario.lines[name],
            f"unknown kind of device: {about['kind']} (known: {', '.join(sorted(known))})",
        )
        for name, about in scenario.devices.items()
        if about["kind"] not in known
    ]
    for calendar in scenario.head.get("calendars", ()):
        faults += _notice_faults({"calendar": calendar}, 1)
    for step in scenario.steps:
        if step.verb == "notice":
            faults += _notice_faults(step.given, step.line)
        elif step.verb == "amend" and (form := texts.get(step.given["contract"])):
            about = scenario.contracts[step.given["contract"]]
            changed = {k: {**about.get(k, {}), **step.given.get(k, {})} for k in ("blanks", "settings")}
            faults += [Fault(step.line, reason) for reason in _misfits(changed, form, scenario)]
    if faults:
        raise BadScenario(faults)
    return Loaded(scenario, texts)


def _notice_faults(given: Any, line: int) -> list[Fault]:
    try:
        staging.notice_of(given)
    except OSError:
        return [Fault(line, f"unknown calendar: {given['calendar']}")]
    except BadNotice as bad:
        return [Fault(line, f"days: {b.reason}: {b.text}") for b in bad.lines]
    return []


def _misfits(about: Any, text: str, scenario: Scenario) -> Iterator[str]:
    """What a contract says that its form does not know."""
    form = forms.load(text)
    typed, settings = about.get("blanks", {}), about.get("settings", {})
    yield from (f"the form has no blank {key}" for key in typed if key not in form.blanks)
    _, faults = blanks.read(form, typed)
    yield from (f"blank {f.key}: {f.reason}" for f in faults)
    for key, option in settings.items():
        if key not in form.settings:
            yield f"the form has no setting {key}"
        elif option not in form.settings[key].options:
            yield f"setting {key} has no option {option} (known: {', '.join(form.settings[key].options)})"
    known = {k.value for k in DeviceKind}
    yield from (f"unknown class of devices: {c}" for c in about.get("classes", ()) if c not in known)
    yield from (f"no device is called {d}" for d in about.get("devices", ()) if d not in scenario.devices)


@contextmanager
def scratch() -> Iterator["Theatre"]:
    """A portal of its own in a temporary folder, gone at the end."""
    with tempfile.TemporaryDirectory(prefix="portal-rehearsal-") as name:
        folder = Path(name)
        (folder / "var").mkdir()
        settings = Settings(
            database_url=f"sqlite:///{folder / 'scratch.sqlite3'}",
            var_dir=folder / "var",
            secret_key=secrets.token_hex(),
            log_level="ERROR",
            support_address=SUPPORT,
        )
        # The application stands above every capability: it is reached by name, as the registry reaches what is below.
        app: Flask = import_module("portal.app").create_app(settings)
        theatre = Theatre(app, folder)
        try:
            with app.app_context():
                upgrade()
            theatre.dispose()
            with closing(sqlite3.connect(folder / "scratch.sqlite3")) as connection:
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            shutil.copyfile(folder / "scratch.sqlite3", folder / "empty.sqlite3")
            yield theatre
        finally:
            theatre.dispose()


@dataclass
class Theatre:
    """Plays scenarios one after another, each in an empty database."""

    app: Flask
    folder: Path

    def dispose(self) -> None:
        with self.app.app_context():
            for engine in db.engines.values():
                engine.dispose()

    def play(self, loaded: Loaded) -> Result:
        """Play one scenario from an empty database."""
        self.dispose()
        database = self.folder / "scratch.sqlite3"
        for suffix in ("-wal", "-shm", "-journal"):
            Path(f"{database}{suffix}").unlink(missing_ok=True)
        shutil.copyfile(self.folder / "empty.sqlite3", database)
        result = Result(loaded.scenario.id)
        stage = Stage(loaded.scenario, loaded.forms)
        with self.app.app_context():
            try:
                with transaction():
                    staging.set_up(stage)
            except Exception as error:
                result.differences.append(_fault(1, "set up", error))
                return result
            at = loaded.scenario.first_at - staging.BEFORE
            for step in loaded.scenario.steps:
                at = step.at or at
                with clock.told(at):
                    (self._look if step.is_look else self._do)(stage, step, result)
        return result

    def _look(self, stage: Stage, step: Step, result: Result) -> None:
        db.session.rollback()
        try:
            found = looking.look(stage, step.verb, step.given)
        except Exception as error:
            result.differences.append(_fault(step.line, step.verb, error))
            return
        result.differences += [
            {"line": step.line, "of": step.verb, "key": key, "expected": wanted, "found": found.get(key)}
            for key, wanted in step.expected.items()
            if found.get(key) != wanted
        ]

    def _do(self, stage: Stage, step: Step, result: Result) -> None:
        try:
            self._act(stage, step)
        except Exception as error:
            db.session.rollback()
            code = acting.refusal(error)
            if code is None:
                result.differences.append(_fault(step.line, step.verb, error))
            elif step.refused is None or not code.startswith(step.refused):
                result.differences.append(
                    {
                        "line": step.line,
                        "of": step.verb,
                        "key": "refused",
                        "expected": step.refused or "none",
                        "found": code,
                    }
                )
        else:
            if step.refused is not None:
                result.differences.append(
                    {
                        "line": step.line,
                        "of": step.verb,
                        "key": "refused",
                        "expected": step.refused,
                        "found": "none",
                    }
                )
        self._work(step, result)

    def _act(self, stage: Stage, step: Step) -> None:
        if step.verb == "jobs":
            self._periodic(step.given.get("times", 1))
        elif step.verb == "mail":
            self._mail(stage, step.given)
        elif step.verb in ("reserve", "plan") and "parallel" in step.given:
            self._parallel(stage, step)
        else:
            with transaction():
                acting.act(stage, step.verb, step.given)

    def _work(self, step: Step, result: Result) -> None:
        """What the worker does at once: events are delivered, jobs run. One that fails is a difference."""
        import_module("portal.worker").drain()
        failed = db.session.scalars(select(Job).where(Job.attempts > 0)).all()
        for job in failed:
            why = (job.last_error or "").strip().splitlines()[-1:]
            result.differences.append(
                {
                    "line": step.line,
                    "of": step.verb,
                    "key": "job",
                    "expected": "done",
                    "found": f"{job.kind}: {why}",
                }
            )

    def _periodic(self, times: int) -> None:
        """Every job of the schedule, so many times, as a worker would that came back after any time away."""
        for _ in range(times):
            with transaction():
                for kind in import_module("portal.registry").SCHEDULE:
                    jobs.enqueue(kind, {})
            import_module("portal.worker").drain()

    def _mail(self, stage: Stage, given: Any) -> None:
        """A real message through the real door; `date` is what its sender's clock said."""
        now = clock.now()
        client = given.get("client", "client")
        message = EmailMessage()
        message["From"], message["To"] = f"Someone <{staging.address_of(client)}>", SUPPORT
        message["Subject"] = given.get("subject", given["as"])
        message["Date"] = format_datetime(given.get("date") or now)
        message["Message-ID"] = f"<{given['as'].encode().hex()}.{now.timestamp():.0f}@client.example>"
        message.set_content(given.get("words", "Please help: it does not work."))
        intake.accept(message.as_bytes(), "pipe")
        import_module("portal.worker").drain()
        newest = db.session.scalar(select(Ticket).order_by(Ticket.id.desc()).limit(1))
        if newest is None or newest.id in stage.tickets.values():
            raise LookupError("the mail became no ticket")
        stage.tickets[given["as"]] = newest.id

    def _parallel(self, stage: Stage, step: Step) -> None:
        """So many at one moment, each in a connection of its own: reservations of the same bucket, or visits."""
        count, name, at = step.given["parallel"], step.given["as"], clock.now()
        barrier, outcomes = threading.Barrier(count), list[str]()

        def one(number: int) -> None:
            with self.app.app_context(), clock.told(at):
                barrier.wait()
                outcomes.append(self._try(stage, step, f"{name}.{number}"))

        threads = [threading.Thread(target=one, args=(n,)) for n in range(1, count + 1)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        strange = [o for o in outcomes if o not in ("won", "INSUFFICIENT")]
        if strange:
            raise RuntimeError(strange[0])
        made = stage.visits if step.verb == "reserve" else stage.planned
        made[name] = next((i for n, i in made.items() if n.startswith(f"{name}.")), 0)
        stage.parallel[name] = outcomes.count("won"), outcomes.count("INSUFFICIENT")

    @staticmethod
    def _try(stage: Stage, step: Step, name: str) -> str:
        try:
            with transaction():
                acting.act(stage, step.verb, {**step.given, "as": name})
        except Exception as error:
            return acting.refusal(error) or repr(error)
        return "won"


def _fault(line: int, verb: str, error: Exception) -> dict[str, Any]:
    return {
        "line": line,
        "of": verb,
        "key": "error",
        "expected": "none",
        "found": f"{type(error).__name__}: {error}",
    }
