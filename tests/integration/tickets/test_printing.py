"""A ticket on paper: internal lines only when asked for, in the language that is chosen."""

from tests.integration.tickets import opened


def test_the_paper_bears_internal_notes_only_when_asked_for_and_speaks_the_chosen_language(cast, as_user):
    number = opened.ticket(cast)
    opened.note(cast.agent, number, "He sounded tired")
    path, desk = f"/desk/tickets/{number}/print", as_user(cast.agent)
    plain = desk.get(path + "?language=en").text
    assert "It prints nothing since nine." in plain
    assert "He sounded tired" not in plain
    notes = desk.get(path + "?notes=1&language=en").text
    assert "He sounded tired" in notes
    assert "for staff alone" in notes
    assert "含内部备注，仅限服务人员" in desk.get(path + "?notes=1&language=zh_Hans").text
    assert as_user(cast.owner).get(path).status_code == 404
