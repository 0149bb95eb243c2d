"""/styleguide: every component of the look in each state, both languages, light and dark. Registered in development only.

It belongs to everybody because it shows made-up things only. It never reads the database.
"""

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from flask_wtf import FlaskForm
from wtforms import BooleanField, MultipleFileField, RadioField, SelectField, StringField, TextAreaField

from portal.web import guards, languages

blueprint = guards.public_door("styleguide", __name__, url_prefix="/styleguide")


class SampleForm(FlaskForm):
    """A form with every control, its words in the language of the page."""

    subject = StringField()
    device = SelectField()
    symptoms = TextAreaField()
    urgency = RadioField()
    files = MultipleFileField()
    together = BooleanField()


def _form(chinese: bool, wrong: bool) -> SampleForm:
    def word(english: str, other: str) -> str:
        return other if chinese else english

    form = SampleForm(formdata=None, prefix="wrong" if wrong else "", meta={"csrf": False})
    for field, label in (
        (form.subject, word("What is wrong, in one line?", "一句话说明问题")),
        (form.device, word("Which device?", "哪台设备？")),
        (form.symptoms, word("What do you see?", "您看到了什么现象？")),
        (form.urgency, word("How urgent is it?", "有多紧急？")),
        (form.files, word("Photos and files", "照片和文件")),
        (form.together, word("My colleagues may see this request", "同事可以看到这个工单")),
    ):
        field.label.text = label
    form.device.choices = [
        ("1", word("Till 2, front desk", "收银机 2 号（前台）")),
        ("2", word("Label printer, store", "标签打印机（仓库）")),
    ]
    form.urgency.choices = [
        ("low", word("Can wait", "可以等")),
        ("normal", word("Slows us down", "影响效率")),
        ("high", word("Work has stopped", "工作已停")),
        ("critical", word("Danger or loss right now", "正在造成损失或危险")),
    ]
    form.urgency.data = "high"
    form.urgency.process(None, "high")
    form.device.process(None, "1")
    form.subject.data = word("Till 2 prints nothing", "收银机 2 号不出小票")
    if wrong:
        form.subject.errors = [
            word("Write one line, so that we know what it is about.", "请写一句话，让我们知道是什么问题。")
        ]
        form.urgency.errors = [word("Choose how urgent it is.", "请选择紧急程度。")]
        form.files.errors = [
            word("setup.exe is a program. Put it into a zip file.", "setup.exe 是程序文件，请先打包成 zip。")
        ]
        form.subject.data = ""
        form.urgency.process(None, None)
    return form


@blueprint.get("/")
def page() -> ResponseReturnValue:
    """?language=zh_Hans and ?theme=dark choose; ?layout=staff shows the desk's density."""
    chosen = languages.known(request.args.get("language")) or languages.language()
    layout = "staff" if request.args.get("layout") == "staff" else "client"
    theme = request.args.get("theme")
    with force_locale(chosen):
        return render_template(
            f"styleguide/{layout}.html",
            lang=languages.HTML_LANG[chosen],
            zh=chosen == "zh_Hans",
            theme=theme if theme in ("light", "dark") else "",
            layout=layout,
            sample=_form(chosen == "zh_Hans", wrong=False),
            broken=_form(chosen == "zh_Hans", wrong=True),
        )
