"""Signing in, setting a password, asking for a new one."""

import unicodedata

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, PasswordField, StringField
from wtforms.validators import DataRequired, EqualTo, ValidationError

from portal.people.rules.passwords import Weakness, weakness
from portal.web.fields import Fits, Form, one_line

SENTENCES = {
    Weakness.SHORT: _l("Use at least 10 characters. Four short words are easy to keep in mind."),
    Weakness.LONG: _l("Use at most 200 characters."),
    Weakness.OWN_NAME: _l("Others can guess your name or address. Choose something else."),
    Weakness.COMMON: _l("This is one of the passwords that everybody tries first. Choose something else."),
}


def address() -> StringField:
    """The address by which somebody signs in."""
    return StringField(
        _l("E-mail"),
        filters=[one_line],
        validators=[DataRequired(_l("Enter your e-mail address.")), Fits(254)],
    )


class SignIn(Form):
    email = address()
    password = PasswordField(
        _l("Password"), validators=[DataRequired(_l("Enter your password.")), Fits(1000)]
    )
    next = HiddenField()


class Forgot(Form):
    email = address()


def new_password() -> PasswordField:
    return PasswordField(_l("New password"), validators=[DataRequired(_l("Choose a password."))])


def repeated() -> PasswordField:
    same = EqualTo("password", _l("This is not the same as the password above."))
    return PasswordField(_l("The same password again"), validators=[same])


class NewPassword(Form):
    """A password twice. `known`: what others know of the owner, set by the view before it validates."""

    password = new_password()
    repeat = repeated()
    known: tuple[str, ...] = ()

    def validate_password(self, field: PasswordField) -> None:
        weak = weakness(unicodedata.normalize("NFKC", field.data or ""), *self.known)
        if weak:
            raise ValidationError(SENTENCES[weak])


class ChangePassword(NewPassword):
    """With the present one, which is asked first."""

    present = PasswordField(
        _l("Present password"), validators=[DataRequired(_l("Enter your present password.")), Fits(1000)]
    )
    password = new_password()
    repeat = repeated()
