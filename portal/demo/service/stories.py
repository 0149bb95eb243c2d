"""The tickets of the demo, told through the same services that pages use, each step at the instant when it happened."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from portal.demo import rules
from portal.demo.service import material, on_site
from portal.demo.service.cast import Cast
from portal.demo.service.material import StoredFile
from portal.infra.db import db
from portal.kernel import clock
from portal.kernel.actor import SYSTEM
from portal.tickets.models.ticket import Ticket
from portal.tickets.queries import consents
from portal.tickets.rules.linking import Way
from portal.tickets.rules.words import Channel, ClosureCode, Kind, Outcome, Phase, Status, Urgency
from portal.tickets.service import (
    consent,
    conversation,
    following,
    linking,
    merging,
    opening,
    snoozing,
    status,
    tagging,
    work,
)
from portal.tickets.service.record import Words

Step = dict[str, Any]


@dataclass
class Teller:
    """Who is in the stories, and the tickets that have begun, by the keys of the data files."""

    cast: Cast
    files: dict[str, StoredFile]
    now: datetime
    zone: ZoneInfo
    tickets: dict[str, Ticket] = field(default_factory=dict)
    told: on_site.Told = field(default_factory=on_site.Told)


def tell(teller: Teller) -> None:
    """Enter all tickets in the order in which they happened, so that their numbers rise with time."""
    scenes: list[tuple[datetime, Callable[[], None]]] = []
    for organisation, stories in material.tickets().items():
        for story in stories:
            scenes += _scenes(teller, organisation, story)
    for at, play in sorted(scenes, key=lambda scene: scene[0]):
        with clock.told(at):
            play()
            db.session.flush()
    _mark_seen(teller)


def _scenes(
    teller: Teller, organisation: str, story: dict[str, Any]
) -> list[tuple[datetime, Callable[[], None]]]:
    scenes: list[tuple[datetime, Callable[[], None]]] = []
    if not story.get("born"):
        at = rules.instant(story["at"], teller.now, teller.zone)
        scenes.append((at, partial(_open, teller, organisation, story)))
    for step in story.get("steps", []):
        at = rules.instant(step["at"], teller.now, teller.zone)
        play = _STEPS[step["does"]]
        # Work is written down when it is done.
        ended = at + timedelta(minutes=step.get("minutes", 0))
        scenes.append((ended, partial(play, teller, story["key"], step, at)))
    return scenes


def _words(teller: Teller, step: Step) -> Words:
    return Words(step.get("text", "").strip(), files=[teller.files[name] for name in step.get("files", [])])


def _open(teller: Teller, organisation: str, story: dict[str, Any]) -> None:
    device = teller.cast.devices[organisation, story["device"]] if "device" in story else None
    received = story.get("received")
    requester = teller.cast.contacts[story["by"]]
    actor = teller.cast.actor(story["entered"]) if "entered" in story else teller.cast.actor(story["by"])
    teller.tickets[story["key"]] = opening.open_ticket(
        actor,
        opening.NewTicket(
            organisation_id=teller.cast.organisations[organisation].id,
            requester_id=requester.id,
            subject=story["subject"],
            words=_words(teller, story),
            kind=Kind(story["kind"]),
            urgency=Urgency(story["urgency"]),
            channel=Channel(story["channel"]),
            device_id=device.id if device else None,
            received_at=rules.instant(received, teller.now, teller.zone) if received else None,
            participant_ids=[teller.cast.contacts[key].id for key in story.get("participants", [])],
        ),
    )


def _says(teller: Teller, key: str, step: Step, _at: datetime) -> None:
    written = conversation.add_client_message(
        teller.cast.actor(step["by"]),
        teller.tickets[key],
        _words(teller, step),
        channel=Channel(step.get("channel", "web")),
    )
    if "opens" in step:
        teller.tickets[step["opens"]] = written.ticket


def _replies(teller: Teller, key: str, step: Step, _at: datetime) -> None:
    conversation.reply(teller.cast.actor(step["by"]), teller.tickets[key], _words(teller, step))


def _notes(teller: Teller, key: str, step: Step, _at: datetime) -> None:
    conversation.add_note(teller.cast.actor(step["by"]), teller.tickets[key], _words(teller, step))


def _work(teller: Teller, step: Step, at: datetime) -> work.Work:
    again = step.get("call_again_in_hours")
    return work.Work(
        started_at=at,
        minutes=step["minutes"],
        outcome=Outcome(step["outcome"]),
        contact_id=teller.cast.contacts[step["with"]].id if "with" in step else None,
        symptom=step.get("symptom", ""),
        advice=step.get("advice", ""),
        call_again_at=teller.now + timedelta(hours=again) if again else None,
        touches_data=step.get("data", False),
        tell_client=step.get("tell", False),
    )


def _calls(teller: Teller, key: str, step: Step, at: datetime) -> None:
    work.log_call(teller.cast.actor(step["by"]), teller.tickets[key], _work(teller, step, at))


def _remotes(teller: Teller, key: str, step: Step, at: datetime) -> None:
    work.log_remote(teller.cast.actor(step["by"]), teller.tickets[key], _work(teller, step, at))


def _asks_consent(teller: Teller, key: str, step: Step, _at: datetime) -> None:
    contact = teller.cast.contacts[step["of"]]
    actor = teller.cast.actor(step["by"])
    consent.ask(actor, teller.tickets[key], contact.id, step["text"].strip(), step.get("hours", 24))


def _agrees(teller: Teller, key: str, step: Step, _at: datetime) -> None:
    ticket, actor = teller.tickets[key], teller.cast.actor(step["by"])
    consent.answer(actor, consents.consents_of(SYSTEM, ticket)[0], step.get("yes", True))


def _waits(teller: Teller, key: str, step: Step, _at: datetime) -> None:
    words = _words(teller, step) if "text" in step else None
    status.wait(
        teller.cast.actor(step["by"]), teller.tickets[key], Status(step["status"]), step["reason"], words
    )


def _resolves(teller: Teller, key: str, step: Step, _at: datetime) -> None:
    actor, code = teller.cast.actor(step["by"]), ClosureCode(step["code"])
    status.resolve(actor, teller.tickets[key], code, _words(teller, step))


def _resolves_unless_signed(teller: Teller, key: str, step: Step, at: datetime) -> None:
    """Where the signed sheet of a visit has not done so already."""
    if step["visit"] not in teller.told.visits:
        _resolves(teller, key, step, at)


def _confirms(teller: Teller, key: str, step: Step, _at: datetime) -> None:
    status.confirm(teller.cast.actor(step["by"]), teller.tickets[key])


def _silence(_teller: Teller, _key: str, _step: Step, at: datetime) -> None:
    status.close_silent(SYSTEM, at)


def _cancels(teller: Teller, key: str, step: Step, _at: datetime) -> None:
    status.cancel(teller.cast.actor(step["by"]), teller.tickets[key], step["reason"])


def _assigns(teller: Teller, key: str, step: Step, _at: datetime) -> None:
    status.assign(teller.tickets[key], teller.cast.actor(step["by"]), teller.cast.staff[step["to"]].id)


def _moves(teller: Teller, key: str, step: Step, _at: datetime) -> None:
    actor, reason = teller.cast.actor(step["by"]), step.get("reason", "")
    status.change_phase(actor, teller.tickets[key], Phase(step["phase"]), override_reason=reason)


def _adds(teller: Teller, key: str, step: Step, _at: datetime) -> None:
    contact = teller.cast.contacts[step["person"]]
    following.add_participant(teller.cast.actor(step["by"]), teller.tickets[key], contact.id)


def _leaves(teller: Teller, key: str, step: Step, _at: datetime) -> None:
    conversation.leave_ended(teller.cast.actor(step["by"]), teller.tickets[key])


def _merges(teller: Teller, key: str, step: Step, _at: datetime) -> None:
    merging.merge(teller.cast.actor(step["by"]), teller.tickets[key], teller.tickets[step["into"]])


def _tags(teller: Teller, key: str, step: Step, _at: datetime) -> None:
    tagging.set_tags(teller.cast.actor(step["by"]), teller.tickets[key], step["tags"])


def _snoozes(teller: Teller, key: str, step: Step, _at: datetime) -> None:
    until = teller.now + timedelta(hours=step["for_hours"]) if "for_hours" in step else None
    snoozing.snooze(teller.cast.actor(step["by"]), teller.tickets[key], until)


def _links(teller: Teller, key: str, step: Step, _at: datetime) -> None:
    other = teller.tickets[step["with"]]
    linking.link(teller.cast.actor(step["by"]), teller.tickets[key], other, Way(step["way"]))


def _on_site(teller: Teller, key: str, step: Step, _at: datetime) -> None:
    scene = on_site.Scene(
        teller.cast.actor(step["by"]), teller.cast.staff["wang"].id, teller.tickets[key], teller.told,
        {name: file.sha256 for name, file in teller.files.items()},
        lambda words: rules.instant(words, teller.now, teller.zone),
    )  # fmt: skip
    on_site.STEPS[step["does"]](scene, step)


_STEPS: dict[str, Callable[[Teller, str, Step, datetime], None]] = {
    "says": _says, "replies": _replies, "notes": _notes, "calls": _calls, "remotes": _remotes, "waits": _waits,
    "resolves": _resolves, "resolves_unless_signed": _resolves_unless_signed,
    "confirms": _confirms, "silence": _silence, "cancels": _cancels, "assigns": _assigns,
    "moves": _moves, "adds": _adds, "leaves": _leaves, "merges": _merges, "tags": _tags, "snoozes": _snoozes,
    "links": _links,
    "asks_consent": _asks_consent, "agrees": _agrees, **dict.fromkeys(on_site.STEPS, _on_site),
}  # fmt: skip


def _mark_seen(teller: Teller) -> None:
    """Staff have read what is older than yesterday noon, and their own tickets up to their own last word."""
    noon = rules.instant("1 12:00", teller.now, teller.zone)
    for user_key, user in teller.cast.staff.items():
        actor = teller.cast.actor(user_key)
        for ticket in teller.tickets.values():
            answered = ticket.assignee_id == user.id and ticket.last_word_side == "staff"
            if ticket.changed_at < noon or answered:
                following.mark_seen(actor, ticket, ticket.last_entry_id)
