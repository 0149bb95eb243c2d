"""One's own profile, for both sides: name, language, zone, phones, password, and the end of all sessions."""

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.infra.transaction import transaction
from portal.kernel import clock
from portal.kernel.errors import NotFound, Refused
from portal.people import identity, queries
from portal.people.forms.person import Profile
from portal.people.forms.sign_in import ChangePassword
from portal.people.service import accounts, contacts, limits, passwords, users
from portal.web import context, filters, guards, htmx
from portal.web.fields import Form

blueprint = guards.member_door("people_member", __name__, url_prefix="/profile")


@blueprint.route("", methods=["GET", "POST"])
def profile() -> ResponseReturnValue:
    """What others see of me, and how I want to read the portal."""
    contact = queries.own_contact(guards.actor())
    if request.method != "POST":
        return _page()
    form = Profile()
    form.offer_zones(contact.time_zone)
    if not form.validate_on_submit():
        return _page(form)
    contact_id = contact.id
    try:
        with transaction():
            contacts.change_contact(
                contact_id, form.version.data, name=form.name.data or "", language=form.language.data,
                time_zone=form.time_zone.data, phones=form.phone_rows(),
            )  # fmt: skip
    except Refused as refused:
        form.refuse(refused, contact.version)
        return _page(form)
    flash(_("Saved."), "success")
    return htmx.go(url_for("people_member.profile"))


@blueprint.post("/password")
def change_password() -> ResponseReturnValue:
    """With the present one; every other session ends. Tries are counted as on the sign-in page."""
    user_id = _user_id()
    contact = queries.own_contact(guards.actor())
    form = ChangePassword()
    form.known = (contact.name, *(e.address for e in contact.emails))
    if not form.validate_on_submit():
        return _page(form)
    key = limits.key_of_account("password", str(user_id))
    with transaction():
        verdict = limits.hit(key, limits.rule(context.settings().sign_in_tries))
    if not verdict.allowed:
        wait = filters.duration_text(verdict.until - clock.now())
        form.refuse(Refused(_("Too many tries. You can try again in %(span)s.", span=wait)))
        return _page(form)
    if not passwords.matches(accounts.credentials_of(user_id).password_hash, form.present.data or ""):
        form.refuse(Refused(_("This is not your present password."), field="present"))
        return _page(form)
    hashed = passwords.hash_of(form.password.data or "")
    with transaction():
        users.set_password(users.hold(user_id), hashed)
        limits.forget(key)
    identity.begin_session(user_id)
    flash(_("Your password is changed. You are signed out everywhere else."), "success")
    return htmx.go(url_for("people_member.profile"))


@blueprint.post("/sign-out-everywhere")
def sign_out_everywhere() -> ResponseReturnValue:
    """End all sessions, this one too."""
    user_id = _user_id()
    with transaction():
        users.sign_out_everywhere(users.hold(user_id))
    identity.end_session()
    flash(_("You are signed out everywhere."), "success")
    return htmx.go(url_for("people_public.sign_in"))


def _user_id() -> int:
    user_id = guards.actor().user_id
    if user_id is None:
        raise NotFound
    return user_id


def _page(wrong: Form | None = None) -> ResponseReturnValue:
    """The page with both forms; `wrong` is the one that was refused, and its fragment alone for htmx."""
    contact = queries.own_contact(guards.actor())
    form = wrong if isinstance(wrong, Profile) else Profile(formdata=None)
    password = wrong if isinstance(wrong, ChangePassword) else ChangePassword(formdata=None)
    if form is wrong:
        form.phones.offer_one()
    else:
        form.offer_zones(contact.time_zone)
        form.show(contact)
    fragment = "_profile" if form is wrong else "_password"
    template = f"people/member/{fragment if wrong and htmx.is_htmx() else 'profile'}.html"
    return render_template(template, form=form, password=password, contact=contact), 422 if wrong else 200
