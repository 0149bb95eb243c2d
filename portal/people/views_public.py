"""Doors for everybody: signing in and out, invitations, forgotten passwords, the language.

Refuses to say whether an account exists, to follow a `next` off this site, and more tries than the settings allow.
"""

from datetime import timedelta

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.infra.transaction import transaction
from portal.kernel import clock
from portal.kernel.errors import NotFound
from portal.people import identity
from portal.people.forms.sign_in import Forgot, NewPassword, SignIn
from portal.people.rules.links import LinkPurpose
from portal.people.service import accounts, contacts, limits, passwords, users
from portal.web import context, filters, guards, htmx, languages
from portal.web.fields import Form

blueprint = guards.public_door("people_public", __name__)

YEAR = timedelta(days=365)


@blueprint.route("/sign-in", methods=["GET", "POST"])
def sign_in() -> ResponseReturnValue:
    """With e-mail and password; then on to `next`, or to one's own first page."""
    form = SignIn()
    target = guards.safe_next(form.next.data or request.args.get("next")) or "/"
    form.next.data = target
    if request.method != "POST":
        return redirect(target) if guards.actor().user_id else _page("sign_in", form)
    if not form.validate_on_submit():
        return _page("sign_in", form, 422)
    email, password = form.email.data or "", form.password.data or ""
    refused = _count_try("sign-in", email)
    if refused:
        return _too_many("sign_in", form, refused)
    account = accounts.credentials(email)
    if not passwords.matches(account.password_hash if account else None, password) or account is None:
        form.form_errors = [
            _("The e-mail or the password is not right. Check both, or choose a new password below.")
        ]
        return _page("sign_in", form, 422)
    renewed = passwords.hash_of(password) if passwords.is_outdated(account.password_hash or "") else None
    with transaction():
        users.note_sign_in(account.user_id, renewed)
        limits.take_back(limits.key_of_address("sign-in", request.remote_addr))
        limits.forget(limits.key_of_account("sign-in", email))
    identity.begin_session(account.user_id)
    return htmx.go(target)


@blueprint.post("/sign-out")
def sign_out() -> ResponseReturnValue:
    """End this browser's session."""
    identity.end_session()
    flash(_("You are signed out."), "success")
    return redirect(url_for("people_public.sign_in"), 303)


@blueprint.post("/language")
def set_language() -> ResponseReturnValue:
    """Speak this language from now on: kept in this browser, and with the person who is signed in."""
    chosen = languages.known(request.form.get("language")) or languages.language()
    who = guards.actor()
    if who.contact_id is not None:
        with transaction():
            contacts.set_language(who.contact_id, chosen)
    response = make_response(redirect(guards.safe_next(request.form.get("next")) or "/", 303))
    secure = context.settings().secure_cookies
    response.set_cookie(languages.COOKIE, chosen, max_age=YEAR, samesite="Lax", httponly=True, secure=secure)
    return response


@blueprint.route("/welcome/<token>", methods=["GET", "POST"])
def invitation(token: str) -> ResponseReturnValue:
    """The link of an invitation: choose a password. Opening it does not use it up, for mail scanners open links too."""
    return _password_by_link(token, LinkPurpose.INVITATION)


@blueprint.route("/reset/<token>", methods=["GET", "POST"])
def reset(token: str) -> ResponseReturnValue:
    """The link of a forgotten password: choose a new one."""
    return _password_by_link(token, LinkPurpose.RESET)


@blueprint.route("/forgot", methods=["GET", "POST"])
def forgot() -> ResponseReturnValue:
    """Ask for a link by mail; the answer is the same for an address that nobody has."""
    form = Forgot()
    if request.method != "POST":
        form.email.data = request.args.get("email")
        return _page("forgot", form)
    if not form.validate_on_submit():
        return _page("forgot", form, 422)
    email = form.email.data or ""
    refused = _count_try("forgot", email)
    if refused:
        return _too_many("forgot", form, refused)
    with transaction():
        users.ask_reset(email)
    return _page("forgot_sent", form)


def _password_by_link(token: str, purpose: LinkPurpose) -> ResponseReturnValue:
    owner = accounts.owner_of_link(token, purpose)
    if owner is None:
        return _dead_link(purpose)
    form = NewPassword()
    form.known = (owner.email, owner.name)
    if request.method != "POST" or not form.validate_on_submit():
        return _page(
            "set_password", form, 200 if request.method != "POST" else 422, owner=owner, purpose=purpose
        )
    hashed = passwords.hash_of(form.password.data or "")
    try:
        with transaction():
            user_id = users.set_password_by_link(token, purpose, hashed)
            users.note_sign_in(user_id)
    except NotFound:
        return _dead_link(purpose)
    identity.begin_session(user_id)
    flash(_("Your password is set, and you are signed in."), "success")
    return htmx.go("/")


def _dead_link(purpose: LinkPurpose) -> ResponseReturnValue:
    return render_template("people/public/dead_link.html", purpose=purpose), 404


def _count_try(purpose: str, account: str) -> limits.Verdict | None:
    """Count one try by address and by account, committed before the password is looked at; a verdict if it is one too many."""
    rule = limits.rule(context.settings().sign_in_tries)
    keys = (limits.key_of_address(purpose, request.remote_addr), limits.key_of_account(purpose, account))
    with transaction():
        verdicts = [limits.hit(key, rule) for key in keys]
    return max((v for v in verdicts if not v.allowed), key=lambda v: v.until, default=None)


def _too_many(page: str, form: Form, verdict: limits.Verdict) -> ResponseReturnValue:
    wait = verdict.until - clock.now()
    form.form_errors = [
        _(
            "Too many tries. You can try again in %(span)s.",
            span=filters.duration_text(wait + timedelta(seconds=59)),
        )
    ]
    body, status = _page(page, form, 429)
    return body, status, {"Retry-After": str(max(1, int(wait.total_seconds()) + 1))}


def _page(name: str, form: Form, status: int = 200, **given: object) -> tuple[str, int]:
    return render_template(f"people/public/{name}.html", form=form, **given), status
