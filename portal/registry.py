"""THE list: what the application and the worker are made of. A new capability is added here and nowhere else."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from importlib import import_module
from typing import Any

MODELS = [
    "portal.infra.outbox",
    "portal.infra.jobs",
    "portal.infra.papers",
    "portal.people.models",
    "portal.assets.models",
    "portal.contracts.models",
    "portal.tickets.models.ticket",
    "portal.tickets.models.holds",
    "portal.tickets.models.search",
    "portal.tickets.models.desk",
    "portal.tickets.models.operations",
    "portal.tickets.models.marks",
    "portal.tickets.models.attempts",
    "portal.tickets.models.fields",
    "portal.tickets.models.time",
    "portal.ladder.models",
    "portal.intake.models",
    "portal.quotes.models",
    "portal.dispatch.models",
    "portal.notify.models",
]

BLUEPRINTS = [
    "portal.web.views_public",
    "portal.people.views_public",
    "portal.people.views_member",
    "portal.people.views_staff.pages",
    "portal.assets.views_staff",
    "portal.contracts.views_client",
    "portal.contracts.views_staff.pages",
    "portal.tickets.views_member",
    "portal.tickets.views_client.pages",
    "portal.tickets.views_staff.pages",
    "portal.ladder.views_public",
    "portal.ladder.views_client",
    "portal.ladder.views_staff.pages",
    "portal.dispatch.views_staff.pages",
    "portal.quotes.views_public",
    "portal.quotes.views_member",
    "portal.dispatch.views_member",
    "portal.quotes.views_client",
    "portal.quotes.views_staff.pages",
    "portal.dispatch.views_client.pages",
    "portal.dispatch.views_public",
    "portal.intake.views_staff",
    "portal.notify.views_staff",
]
"""Modules with a `blueprint`. The style guide joins them in development."""

CLI = [
    "portal.people.cli",
    "portal.contracts.cli",
    "portal.tickets.cli",
    "portal.intake.cli",
    "portal.demo.cli",
    "portal.rehearsal.cli",
    "portal.infra.cli",
]
"""Modules with a click `group`."""

SETUP = ["portal.people.identity", "portal.people.service.names", "portal.intake.service.mailboxes"]
"""Modules with `init_app(app)`: what a capability must know before the first view or job runs."""

HANDLERS: dict[str, list[str]] = {
    "CalendarChanged": ["tickets.follow_calendar", "contracts.plan_rounds"],
    "ContractWentOn": ["tickets.contract_went_on"],
    "TicketOpened": ["notify.ticket_opened"],
    "ClientWrote": ["notify.client_wrote"],
    "StaffReplied": ["notify.staff_replied"],
    "TicketAssigned": ["notify.ticket_assigned"],
    "ColleagueMentioned": ["notify.colleague_mentioned"],
    "TicketWaitsForClient": ["notify.ticket_waits_for_client"],
    "TicketResolved": ["notify.ticket_resolved"],
    "TicketClosed": ["notify.ticket_closed", "ladder.ticket_over"],
    "TicketReopened": ["notify.ticket_reopened"],
    "QuoteSent": ["notify.quote_sent", "quotes.quote_sent"],
    "PaperMade": ["notify.paper_made"],
    "QuoteEndsSoon": ["notify.quote_ends_soon"],
    "QuoteAnswered": ["notify.quote_answered"],
    "QuoteChangeAsked": ["notify.quote_change_asked"],
    "QuoteConfirmed": ["notify.quote_confirmed"],
    "QuoteDelivered": ["notify.quote_delivered"],
    "AcceptanceNear": ["notify.acceptance_near"],
    "DefectsFound": ["notify.defects_found"],
    "QuoteAccepted": ["notify.quote_accepted"],
    "ExtensionAsked": ["notify.extension_asked"],
    "ExtensionAnswered": ["notify.extension_answered"],
    "VisitSigned": ["quotes.visit_signed", "dispatch.visit_signed", "notify.visit_signed"],
    "VisitScheduled": ["notify.visit_scheduled"],
    "SlotsOffered": ["notify.slots_offered"],
    "VisitConfirmed": ["notify.visit_confirmed"],
    "OtherTimeWished": ["notify.other_time_wished"],
    "VisitCancelled": ["notify.visit_cancelled"],
    "EngineerSetOut": ["notify.engineer_set_out"],
    "VisitMissed": ["notify.visit_missed"],
    "VisitFinished": ["notify.visit_finished"],
    "VisitOverDay": ["notify.visit_over_day"],
    "RoundsAnnounced": ["notify.rounds_announced"],
    "RoundMoved": ["notify.round_moved"],
    "TicketCancelled": [
        "quotes.ticket_cancelled",
        "dispatch.ticket_cancelled",
        "ladder.ticket_over",
        "notify.ticket_cancelled",
    ],
    "WorkLogged": ["ladder.work_logged"],
    "ConsentAsked": ["notify.consent_asked"],
    "PromiseNear": ["notify.promise_near"],
    "PromiseBroken": ["notify.promise_broken"],
    "RenewalNear": ["notify.renewal_near"],
    "ContractExpired": ["tickets.contract_expired", "notify.contract_expired"],
    "CertificateEnds": ["notify.certificate_ends"],
    "MailCameBack": ["notify.mail_came_back"],
    "MailAlarmRaised": ["notify.mail_alarm_raised"],
    "MailAlarmOver": ["notify.mail_alarm_over"],
    "TicketMerged": ["notify.ticket_merged"],
    "PersonInvited": ["notify.person_invited"],
    "PasswordResetAsked": ["notify.password_reset_asked"],
}
"""Event → job kinds. An event without a line here is delivered to nobody."""


@dataclass(frozen=True)
class JobKind:
    """How a job runs. Atomic: in one transaction with its own settling. Else it claims, acts and settles itself, may be run
    twice after a kill, and must say so in its docstring; what it returns, if anything, is done in one transaction with the
    settling of the job. `together`: as in TOGETHER."""

    run: Callable[[dict[str, Any]], Callable[[], None] | None]
    atomic: bool = True
    together: int = 1


JOBS: dict[str, tuple[str, bool]] = {
    "notify.ticket_opened": ("portal.notify.handlers.tickets:ticket_opened", True),
    "notify.client_wrote": ("portal.notify.handlers.tickets:client_wrote", True),
    "notify.staff_replied": ("portal.notify.handlers.tickets:staff_replied", True),
    "notify.ticket_assigned": ("portal.notify.handlers.tickets:ticket_assigned", True),
    "notify.colleague_mentioned": ("portal.notify.handlers.tickets:colleague_mentioned", True),
    "notify.ticket_waits_for_client": ("portal.notify.handlers.tickets:ticket_waits_for_client", True),
    "notify.ticket_resolved": ("portal.notify.handlers.tickets:ticket_resolved", True),
    "notify.ticket_closed": ("portal.notify.handlers.tickets:ticket_closed", True),
    "notify.ticket_reopened": ("portal.notify.handlers.tickets:ticket_reopened", True),
    "notify.ticket_cancelled": ("portal.notify.handlers.tickets:ticket_cancelled", True),
    "notify.ticket_merged": ("portal.notify.handlers.tickets:ticket_merged", True),
    "notify.promise_near": ("portal.notify.handlers.tickets:promise_near", True),
    "notify.promise_broken": ("portal.notify.handlers.tickets:promise_broken", True),
    "notify.renewal_near": ("portal.notify.handlers.tickets:renewal_near", True),
    "notify.contract_expired": ("portal.notify.handlers.tickets:contract_expired", True),
    "notify.certificate_ends": ("portal.notify.handlers.crew:certificate_ends", True),
    "notify.mail_came_back": ("portal.notify.handlers.tickets:mail_came_back", True),
    "notify.person_invited": ("portal.notify.handlers.tickets:person_invited", True),
    "notify.password_reset_asked": ("portal.notify.handlers.tickets:password_reset_asked", True),
    "notify.consent_asked": ("portal.notify.handlers.tickets:consent_asked", True),
    "notify.quote_sent": ("portal.notify.handlers.quotes:quote_sent", True),
    "notify.quote_ends_soon": ("portal.notify.handlers.quotes:quote_ends_soon", True),
    "notify.quote_answered": ("portal.notify.handlers.quotes:quote_answered", True),
    "notify.quote_change_asked": ("portal.notify.handlers.quotes:quote_change_asked", True),
    "notify.quote_confirmed": ("portal.notify.handlers.quotes:quote_confirmed", True),
    "notify.quote_delivered": ("portal.notify.handlers.quotes:quote_delivered", True),
    "notify.acceptance_near": ("portal.notify.handlers.quotes:acceptance_near", True),
    "notify.defects_found": ("portal.notify.handlers.quotes:defects_found", True),
    "notify.quote_accepted": ("portal.notify.handlers.quotes:quote_accepted", True),
    "notify.extension_asked": ("portal.notify.handlers.quotes:extension_asked", True),
    "notify.extension_answered": ("portal.notify.handlers.quotes:extension_answered", True),
    "ladder.work_logged": ("portal.ladder.handlers:work_logged", True),
    "ladder.ticket_over": ("portal.ladder.handlers:ticket_over", True),
    "notify.visit_scheduled": ("portal.notify.handlers.visits:visit_scheduled", True),
    "notify.slots_offered": ("portal.notify.handlers.visits:slots_offered", True),
    "notify.visit_confirmed": ("portal.notify.handlers.visits:visit_confirmed", True),
    "notify.other_time_wished": ("portal.notify.handlers.visits:other_time_wished", True),
    "notify.visit_cancelled": ("portal.notify.handlers.visits:visit_cancelled", True),
    "notify.engineer_set_out": ("portal.notify.handlers.visits:engineer_set_out", True),
    "notify.visit_missed": ("portal.notify.handlers.visits:visit_missed", True),
    "notify.visit_finished": ("portal.notify.handlers.visits:visit_finished", True),
    "notify.sheet_waits": ("portal.notify.handlers.visits:sheet_waits", True),
    "notify.visit_signed": ("portal.notify.handlers.visits:visit_signed", True),
    "notify.visit_over_day": ("portal.notify.handlers.visits:visit_over_day", True),
    "notify.rounds_announced": ("portal.notify.handlers.visits:rounds_announced", True),
    "notify.round_moved": ("portal.notify.handlers.visits:round_moved", True),
    "notify.send": ("portal.notify.jobs:send", False),
    "intake.process": ("portal.intake.jobs:process", False),
    "intake.watch": ("portal.intake.jobs:watch", True),
    "intake.beat": ("portal.intake.jobs:beat", False),
    "notify.mail_alarm_raised": ("portal.notify.handlers.tickets:mail_alarm_raised", True),
    "notify.mail_alarm_over": ("portal.notify.handlers.tickets:mail_alarm_over", True),
    "contracts.keep_buckets": ("portal.contracts.jobs:keep_buckets", True),
    "contracts.keep": ("portal.contracts.jobs:keep", True),
    "contracts.plan_rounds": ("portal.contracts.jobs:plan_rounds", True),
    "contracts.plan": ("portal.contracts.jobs:plan", True),
    "contracts.watch_terms": ("portal.contracts.jobs:watch_terms", True),
    "contracts.watch_term": ("portal.contracts.jobs:watch_term", True),
    "contracts.reconcile": ("portal.contracts.jobs:reconcile", True),
    "tickets.watch_promises": ("portal.tickets.jobs:watch_promises", True),
    "tickets.wake_snoozed": ("portal.tickets.jobs:wake_snoozed", True),
    "tickets.follow_calendar": ("portal.tickets.handlers:follow_calendar", True),
    "tickets.contract_went_on": ("portal.tickets.handlers:contract_went_on", True),
    "tickets.contract_expired": ("portal.tickets.handlers:contract_expired", True),
    "tickets.close_silent": ("portal.tickets.jobs:close_silent", True),
    "quotes.ticket_cancelled": ("portal.quotes.handlers:ticket_cancelled", True),
    "quotes.quote_sent": ("portal.quotes.handlers:quote_sent", True),
    "dispatch.visit_signed": ("portal.dispatch.handlers:visit_signed", True),
    "web.print_paper": ("portal.web.printing:print_paper", False),
    "web.print_waiting": ("portal.web.printing:print_waiting", True),
    "notify.paper_made": ("portal.notify.handlers.papers:paper_made", True),
    "quotes.watch_acceptance": ("portal.quotes.jobs:watch_acceptance", True),
    "quotes.expire": ("portal.quotes.jobs:expire", True),
    "quotes.visit_signed": ("portal.quotes.handlers:visit_signed", True),
    "dispatch.keep_rounds": ("portal.dispatch.jobs:keep_rounds", True),
    "dispatch.end_overdue": ("portal.dispatch.jobs:end_overdue", True),
    "dispatch.watch_certificates": ("portal.dispatch.jobs:watch_certificates", True),
    "dispatch.ticket_cancelled": ("portal.dispatch.handlers:ticket_cancelled", True),
    "tickets.forget_presence": ("portal.tickets.jobs:forget_presence", True),
    "tickets.index": ("portal.tickets.jobs:index", False),
    "people.prune": ("portal.people.jobs:prune", True),
    "infra.prune": ("portal.infra.prune:prune", True),
}
"""Job kind → (function, atomic)."""

TOGETHER = {"intake.process": 10}
"""Job kind, not atomic → so many that wait are run one after the other, then finished in one transaction: of a backlog each
pays a tenth of a commit. What they return may be called again, when one of the others fails."""

SCHEDULE: dict[str, timedelta] = {
    "intake.watch": timedelta(minutes=1),
    "intake.beat": timedelta(minutes=1),
    "contracts.keep_buckets": timedelta(hours=1),
    "contracts.plan_rounds": timedelta(hours=24),
    "contracts.watch_terms": timedelta(hours=1),
    "contracts.reconcile": timedelta(hours=24),
    "tickets.watch_promises": timedelta(minutes=1),
    "tickets.wake_snoozed": timedelta(minutes=1),
    "tickets.close_silent": timedelta(minutes=10),
    "web.print_waiting": timedelta(minutes=10),
    "quotes.expire": timedelta(hours=1),
    "quotes.watch_acceptance": timedelta(minutes=10),
    "dispatch.keep_rounds": timedelta(hours=1),
    "dispatch.end_overdue": timedelta(minutes=10),
    "dispatch.watch_certificates": timedelta(hours=6),
    "tickets.forget_presence": timedelta(hours=1),
    "tickets.index": timedelta(minutes=5),
    "people.prune": timedelta(hours=1),
    "infra.prune": timedelta(hours=6),
}
"""Job kind → how often. One slot a period, so many workers add it once."""

DOORS = ["portal.intake.doors.imap", "portal.intake.doors.lmtp"]
"""Modules with `doors(app, settings)`: by name, what waits on the outside until its event is set; a thread each."""


def job(kind: str) -> JobKind:
    """The function of a job kind; raises KeyError for one that nobody knows."""
    path, atomic = JOBS[kind]
    module, _, name = path.partition(":")
    return JobKind(getattr(import_module(module), name), atomic, TOGETHER.get(kind, 1))
