"""People of client organisations: their page, their forms, their sign-in.

The staff's own people are not edited here: an agent must not change an administrator's address.
"""

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.infra.transaction import transaction
from portal.kernel.actor import ClientRole
from portal.kernel.errors import NotFound, Refused
from portal.people import queries
from portal.people.forms.person import ContactForm, KnownContact, NewContact, Place
from portal.people.service import bouncing, users
from portal.people.service import contacts as service
from portal.people.views_staff.door import blueprint, page
from portal.web import guards, htmx


@blueprint.route("/organisations/<int:organisation_id>/contacts/new", methods=["GET", "POST"])
def create_contact(organisation_id: int) -> ResponseReturnValue:
    """A person who is not known yet; with an invitation at once, if wanted."""
    organisation = queries.client_organisation(guards.actor(), organisation_id)
    form = NewContact()
    form.offer_zones(organisation.time_zone)
    known = KnownContact(formdata=None)
    if request.method != "POST":
        form.language.data = organisation.language
        form.emails.offer([])
        form.phones.offer([])
        return page("contact_form", form, organisation=organisation, contact=None, known=known)
    if not form.validate_on_submit():
        return _contact_page(form, organisation=organisation, contact=None, known=known)
    try:
        with transaction():
            contact = service.create_contact(
                form.name.data or "", emails=form.addresses(), phones=form.phone_rows(), title=form.title.data,
                memberships={organisation_id: ClientRole(form.role.data)}, language=form.language.data,
                time_zone=form.time_zone.data, note=form.note.data,
            )  # fmt: skip
            contact_id = contact.id
            if form.invite.data:
                users.invite(users.create_user(contact))
    except Refused as refused:
        form.refuse(refused)
        return _contact_page(form, organisation=organisation, contact=None, known=known)
    flash(_("Saved, and the invitation is on its way.") if form.invite.data else _("Saved."), "success")
    return htmx.go(url_for("people_staff.contact", contact_id=contact_id))


@blueprint.post("/organisations/<int:organisation_id>/contacts/known")
def add_known_contact(organisation_id: int) -> ResponseReturnValue:
    """A person of another organisation belongs to this one, too."""
    organisation = queries.client_organisation(guards.actor(), organisation_id)
    form = KnownContact()
    fresh = NewContact(formdata=None)
    fresh.offer_zones(organisation.time_zone)
    fresh.emails.offer([])
    fresh.phones.offer([])
    contact = queries.client_contact_by_email(guards.actor(), form.email.data or "")
    if form.validate_on_submit() and contact is None:
        form.refuse(
            Refused(_("Nobody is known by this address. Fill in the form above instead."), field="email")
        )
    if form.errors or contact is None:
        template = "_known_contact" if htmx.is_htmx() else "contact_form"
        return render_template(
            f"people/staff/{template}.html", form=fresh, known=form, organisation=organisation, contact=None,
            nav="people_staff.organisations",
        ), 422  # fmt: skip
    contact_id = contact.id
    with transaction():
        service.join(
            queries.client_contact(guards.actor(), contact_id),
            queries.client_organisation(guards.actor(), organisation_id),
            ClientRole(form.role.data), form.title.data,
        )  # fmt: skip
    flash(_("Saved."), "success")
    return htmx.go(url_for("people_staff.contact", contact_id=contact_id))


@blueprint.get("/contacts/<int:contact_id>")
def contact(contact_id: int) -> ResponseReturnValue:
    """One person: how to reach them, where they belong, how they sign in."""
    found = queries.client_contact(guards.actor(), contact_id)
    places = queries.places_of_contact(contact_id)
    return render_template(
        "people/staff/contact.html",
        contact=found,
        places=[(place, _place_form(place.organisation_id, place.role, place.title)) for place in places],
        invitation=queries.open_invitation(found.user.id) if found.user else None,
        nav="people_staff.organisations",
    )


@blueprint.route("/contacts/<int:contact_id>/edit", methods=["GET", "POST"])
def edit_contact(contact_id: int) -> ResponseReturnValue:
    found = queries.client_contact(guards.actor(), contact_id)
    form = ContactForm()
    form.offer_zones(found.time_zone)
    if request.method != "POST":
        form.show(found)
        return page("contact_form", form, contact=found, organisation=None)
    if not form.validate_on_submit():
        return _contact_page(form, contact=found, organisation=None)
    try:
        with transaction():
            service.change_contact(
                contact_id, form.version.data, name=form.name.data or "", language=form.language.data,
                time_zone=form.time_zone.data, phones=form.phone_rows(), emails=form.addresses(), note=form.note.data,
            )  # fmt: skip
    except Refused as refused:
        form.refuse(refused, found.version)
        return _contact_page(form, contact=found, organisation=None)
    flash(_("Saved."), "success")
    return htmx.go(url_for("people_staff.contact", contact_id=contact_id))


@blueprint.post("/contacts/<int:contact_id>/invite")
def invite(contact_id: int) -> ResponseReturnValue:
    """Send an invitation, or a new one: the link before works no more."""
    queries.client_contact(guards.actor(), contact_id)
    with transaction():
        found = queries.client_contact(guards.actor(), contact_id)
        users.invite(found.user or users.create_user(found))
    flash(_("The invitation is on its way."), "success")
    return _back(contact_id)


@blueprint.post("/contacts/<int:contact_id>/deactivate")
def deactivate(contact_id: int) -> ResponseReturnValue:
    with transaction():
        service.deactivate(queries.client_contact(guards.actor(), contact_id))
    flash(_("Deactivated. This person is signed out and gets no more mail."), "success")
    return _back(contact_id)


@blueprint.post("/contacts/<int:contact_id>/activate")
def activate(contact_id: int) -> ResponseReturnValue:
    with transaction():
        service.activate(queries.client_contact(guards.actor(), contact_id))
    flash(_("This person is back."), "success")
    return _back(contact_id)


@blueprint.post("/contacts/<int:contact_id>/sign-out")
def sign_out_contact(contact_id: int) -> ResponseReturnValue:
    """End all of this person's sessions, for a lost phone."""
    with transaction():
        found = queries.client_contact(guards.actor(), contact_id)
        if found.user is not None:
            users.sign_out_everywhere(found.user)
    flash(_("Signed out everywhere."), "success")
    return _back(contact_id)


@blueprint.post("/contacts/<int:contact_id>/works")
def address_works(contact_id: int) -> ResponseReturnValue:
    """Mail to one of the person's addresses came back, and staff have heard that it arrives again."""
    with transaction():
        found = queries.client_contact(guards.actor(), contact_id)
        wanted = request.form.get("address", "").strip().lower()
        if wanted not in [e.address for e in found.emails]:
            raise NotFound
        bouncing.clear(wanted)
    flash(_("Mail is sent there again."), "success")
    return _back(contact_id)


@blueprint.post("/contacts/<int:contact_id>/place")
def change_place(contact_id: int) -> ResponseReturnValue:
    """Another role or position in one of the person's organisations."""
    form = Place()
    organisation_id = request.form.get("organisation_id", 0, type=int)
    if not form.validate_on_submit():
        raise Refused(" ".join(sentence for field in form for sentence in field.errors))
    with transaction():
        actor = guards.actor()
        found = queries.client_contact(actor, contact_id)
        service.join(
            found,
            queries.client_organisation(actor, organisation_id),
            ClientRole(form.role.data),
            form.title.data,
        )
    flash(_("Saved."), "success")
    return _back(contact_id)


@blueprint.post("/contacts/<int:contact_id>/leave")
def leave(contact_id: int) -> ResponseReturnValue:
    """The person belongs to one organisation no more."""
    organisation_id = request.form.get("organisation_id", 0, type=int)
    with transaction():
        service.leave(queries.client_contact(guards.actor(), contact_id), organisation_id)
    flash(_("Saved."), "success")
    return _back(contact_id)


def _place_form(organisation_id: int, role: ClientRole, title: str | None) -> Place:
    form = Place(formdata=None)
    form.role.data, form.title.data = role.value, title
    form.role.id, form.title.id = f"role-{organisation_id}", f"title-{organisation_id}"
    return form


def _contact_page(form: ContactForm, **given: object) -> ResponseReturnValue:
    form.emails.offer_one()
    form.phones.offer_one()
    return page("contact_form", form, 422, **given)


def _back(contact_id: int) -> ResponseReturnValue:
    return htmx.go(url_for("people_staff.contact", contact_id=contact_id))
