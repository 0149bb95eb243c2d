"""Who is told of what."""

import pytest

from portal.notify import rules
from portal.notify.rules import Facts, Message, Told

REQUESTER, FOLLOWER, ASSIGNEE, MATE, CHIEF = 1, 2, 10, 11, 12
EVERYBODY = frozenset({REQUESTER, FOLLOWER, ASSIGNEE, MATE, CHIEF})


def facts(**given: object) -> Facts:
    known: dict[str, object] = {
        "requester": REQUESTER, "participants": (FOLLOWER,), "team": (ASSIGNEE, MATE), "desk": (ASSIGNEE, CHIEF),
        "reachable": EVERYBODY,
    }  # fmt: skip
    return Facts(**(known | given))  # type: ignore[arg-type]


def test_a_new_ticket_goes_to_its_requester_its_participants_and_its_team() -> None:
    assert rules.of_opened(facts()) == [
        Told(REQUESTER, Message.OPENED_CLIENT),
        Told(FOLLOWER, Message.OPENED_PARTICIPANT),
        Told(ASSIGNEE, Message.OPENED_STAFF),
        Told(MATE, Message.OPENED_STAFF),
    ]


def test_a_new_ticket_that_somebody_has_already_is_told_to_no_other_staff() -> None:
    assert [t.contact_id for t in rules.of_opened(facts(assignee=ASSIGNEE))] == [REQUESTER, FOLLOWER]


def test_without_a_team_a_new_ticket_waits_in_the_queue_unless_something_is_at_risk() -> None:
    assert [t.contact_id for t in rules.of_opened(facts(team=()))] == [REQUESTER, FOLLOWER]
    urgent = rules.of_opened(facts(team=(), is_critical=True))
    assert [t.contact_id for t in urgent] == [REQUESTER, FOLLOWER, ASSIGNEE, CHIEF]


def test_the_member_of_staff_who_entered_it_is_not_told_but_the_requester_is() -> None:
    told = rules.of_opened(facts(), author=ASSIGNEE)
    assert [t.contact_id for t in told] == [REQUESTER, FOLLOWER, MATE]


def test_a_requester_who_takes_part_is_told_once() -> None:
    both = facts(participants=(REQUESTER, FOLLOWER))
    assert [t.contact_id for t in rules.of_staff_replied(both, ASSIGNEE)] == [REQUESTER, FOLLOWER]
    assert [t.message for t in rules.of_opened(both) if t.contact_id == REQUESTER] == [Message.OPENED_CLIENT]


@pytest.mark.parametrize("gone", sorted(EVERYBODY))
def test_whom_we_cannot_reach_is_told_nothing(gone: int) -> None:
    some = facts(assignee=ASSIGNEE, reachable=EVERYBODY - {gone}, is_critical=True)
    told = [
        *rules.of_opened(some), *rules.of_client_wrote(some, REQUESTER), *rules.of_staff_replied(some, MATE),
        *rules.of_assigned(some, ASSIGNEE, MATE), *rules.of_waits(some, MATE), *rules.of_resolved(some, MATE),
        *rules.of_closed(some, by_silence=True), *rules.of_reopened(some, REQUESTER, by_client=True),
        *rules.of_cancelled(some, FOLLOWER, by_client=True),
    ]  # fmt: skip
    assert told
    assert gone not in {t.contact_id for t in told}


def test_nobody_is_told_of_their_own_words() -> None:
    some = facts(assignee=ASSIGNEE)
    assert rules.of_client_wrote(some, ASSIGNEE) == []
    assert [t.contact_id for t in rules.of_staff_replied(some, FOLLOWER)] == [REQUESTER]
    assert [t.contact_id for t in rules.of_cancelled(some, REQUESTER, by_client=True)] == [FOLLOWER, ASSIGNEE]


def test_an_assignment_is_told_unless_one_took_it_oneself_or_it_has_gone_on() -> None:
    assert rules.of_assigned(facts(assignee=MATE), MATE, ASSIGNEE) == [Told(MATE, Message.ASSIGNED)]
    assert rules.of_assigned(facts(assignee=MATE), MATE, MATE) == []
    assert rules.of_assigned(facts(assignee=CHIEF), MATE, ASSIGNEE) == []
    assert rules.of_handed_over(facts(assignee=MATE), ASSIGNEE, CHIEF) == [
        Told(ASSIGNEE, Message.HANDED_OVER)
    ]
    assert rules.of_handed_over(facts(assignee=MATE), ASSIGNEE, ASSIGNEE) == []
    assert rules.of_handed_over(facts(assignee=MATE), MATE, CHIEF) == []


def test_a_reopening_is_told_to_the_other_side() -> None:
    some = facts(assignee=ASSIGNEE)
    assert rules.of_reopened(some, FOLLOWER, by_client=True) == [
        Told(FOLLOWER, Message.REOPENED_CLIENT),
        Told(ASSIGNEE, Message.REOPENED_STAFF),
    ]
    assert {t.contact_id for t in rules.of_reopened(some, ASSIGNEE, by_client=False)} == {REQUESTER, FOLLOWER}


def test_only_silence_is_told_at_the_end() -> None:
    assert rules.of_closed(facts(), by_silence=False) == []
    assert {t.contact_id for t in rules.of_closed(facts(), by_silence=True)} == {REQUESTER, FOLLOWER}


@pytest.mark.parametrize(
    ("message", "has_words", "answers_mail", "header"),
    [
        (Message.STAFF_REPLIED, True, False, None),
        (Message.RESOLVED, True, False, None),
        (Message.WAITS, False, False, "auto-generated"),
        (Message.OPENED_CLIENT, True, True, "auto-replied"),
        (Message.OPENED_CLIENT, True, False, "auto-generated"),
        (Message.CLIENT_WROTE, True, False, "auto-generated"),
        (Message.CLOSED, False, False, "auto-generated"),
    ],
)
def test_what_a_person_wrote_is_no_automatic_message(
    message: Message, has_words: bool, answers_mail: bool, header: str | None
) -> None:
    assert rules.auto_submitted(message, has_words=has_words, answers_mail=answers_mail) == header


def test_only_what_the_portal_says_by_itself_is_limited() -> None:
    assert not rules.too_many(Message.OPENED_CLIENT, rules.MOST_ANSWERS - 1)
    assert rules.too_many(Message.OPENED_CLIENT, rules.MOST_ANSWERS)
    assert not rules.too_many(Message.STAFF_REPLIED, 1000)


def test_references_keep_the_first_and_the_newest() -> None:
    ids = [f"<{n}@x>" for n in range(30)]
    kept = rules.references_of(ids)
    assert len(kept) == rules.MOST_REFERENCES
    assert (kept[0], kept[-1], kept[1]) == (ids[0], ids[-1], ids[21])
    assert rules.references_of(ids[:10]) == ids[:10]
