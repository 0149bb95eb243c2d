"""Words for what a mail carries that is no text: meetings it invites to, parts that nobody here can read.

Owns the sentences, in the language that is spoken at the moment. Refuses to change the writer's own words.
"""

from datetime import UTC, date, datetime

from flask_babel import format_date, format_datetime
from flask_babel import gettext as _

from portal.intake.rules.mail import Invitation, ParsedMail
from portal.web import languages


def words(mail: ParsedMail) -> str:
    """Paragraphs to be put below the writer's text; empty for most mails."""
    said = [_meeting(one) for one in mail.invitations]
    if "encrypted" in mail.notes:
        said.append(_("This mail is encrypted, and the portal has no key. The original is kept."))
    if "signed_inside" in mail.notes:
        said.append(
            _("This mail is wrapped in its signature (S/MIME). Open the attached file with a mail program.")
        )
    if "text_cut" in mail.notes:
        said.append(_("The text is very long: only its beginning is shown. The whole is attached."))
    return "\n\n".join(said)


def _meeting(one: Invitation) -> str:
    what = one.summary or _("(no subject)")
    if one.method == "cancel":
        head = _("Meeting cancelled: %(what)s", what=what)
    elif one.method == "reply":
        head = _("Answer to an invitation: %(what)s", what=what)
    else:
        head = _("Invitation: %(what)s", what=what)
    lines = [head, _("When: %(when)s", when=_span(one))]
    if one.repeats:
        lines.append(_("It repeats; the file has all dates."))
    if one.where:
        lines.append(_("Where: %(where)s", where=one.where))
    if one.organiser:
        lines.append(_("Organised by: %(who)s", who=one.organiser))
    if one.people:
        lines.append(_("Invited: %(who)s", who=", ".join(one.people)))
    return "\n".join(lines)


def _span(one: Invitation) -> str:
    """On the writer's clock, with the name of its zone; what was written in UTC, on the clock of who reads."""
    if "T" not in one.begins:
        return str(format_date(date.fromisoformat(one.begins), "full"))
    begins, ends = (datetime.fromisoformat(t) if "T" in t else None for t in (one.begins, one.ends))
    zone = one.zone
    if zone == "UTC":
        zone = str(languages.zone())
        begins, ends = (
            t.replace(tzinfo=UTC).astimezone(languages.zone()).replace(tzinfo=None) if t else None
            for t in (begins, ends)
        )
    shown = str(format_datetime(begins, "EEEE, yyyy-MM-dd HH:mm", rebase=False))
    if begins and ends:
        pattern = "HH:mm" if ends.date() == begins.date() else "yyyy-MM-dd HH:mm"
        shown = f"{shown} – {format_datetime(ends, pattern, rebase=False)}"
    return f"{shown} ({zone})" if zone else shown
