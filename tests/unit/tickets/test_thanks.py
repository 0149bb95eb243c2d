"""Whether a message only thanks: sure or not at all."""

import pytest

from portal.tickets.rules.thanks import only_thanks


@pytest.mark.parametrize(
    "text",
    [
        "Thanks!",
        "Thank you very much.",
        "Thanks a lot for your help!",
        "Many thanks, it works now.",
        "Great, thank you!",
        "OK, got it. Thanks",
        "It works again, thank you.",
        "Hello Ada,\n\nthank you!\n\nBest regards",
        "Perfect 👍 thanks",
        "You can close it. Thanks!",
        "谢谢",
        "谢谢!",
        "非常感谢您的帮助。",
        "好的,谢谢您。",
        "收到,谢谢!",
        "已经解决了,谢谢",
        "可以了,辛苦了!",
        "王工您好,\n问题已解决,谢谢。",
        "正常了,多谢 🙏",
        "THANKS",
        "谢谢！",
    ],
)
def test_thanks_alone_are_recognised(text):
    assert only_thanks(text)


@pytest.mark.parametrize(
    "text",
    [
        "Thanks, but it still fails.",
        "Thank you, however the printer prints white lines.",
        "Thanks. Now the second till does the same.",
        "Thanks, does it also work with Windows 11?",
        "Thank you. When will you come?",
        "Thanks for nothing.",
        "It works, thanks. One more thing: please add a user.",
        "No thanks, it does not work.",
        "Not solved, thanks.",
        "谢谢,但是还是打不开。",
        "谢谢,还是不行。",
        "感谢,另外帮我开通一个账号。",
        "好的谢谢,请问什么时候能来?",
        "谢谢。现在第二台也打不出来了",
        "没有解决,谢谢",
        "不好用了",
        "谢谢,密码是 1234",
        "",
        "   ",
        "👍?",
        "Hello",
        "您好",
        "Thanks " * 60,
    ],
)
def test_whatever_says_more_than_thanks_is_not_taken_for_thanks(text):
    assert not only_thanks(text)


def test_a_greeting_alone_does_not_make_a_complaint_thanks():
    assert not only_thanks("Dear Ada,\nthe till is dead.\nThanks")
