"""Makes the web application from the registry's list and the settings given to it."""

from importlib import import_module

from flask import Flask
from flask_migrate import Migrate
from flask_wtf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from portal import registry
from portal.config import ROOT, Settings
from portal.infra import db as database
from portal.infra import log
from portal.infra.db import db
from portal.web import context, errors, filters, guards, headers, htmx, languages, look, menu
from portal.web.templating import Environment

csrf = CSRFProtect()


class Portal(Flask):
    """Flask with templates that are compiled for each language."""

    jinja_environment = Environment


migrate = Migrate(render_as_batch=True)


def create_app(settings: Settings | None = None) -> Flask:
    """The application for these settings (default: the environment's). Raises BadSetting."""
    settings = settings or Settings.from_environ()
    log.configure(settings.log_level)
    app = Portal("portal", template_folder=str(ROOT / "templates"), static_folder=str(ROOT / "static"))
    app.extensions["portal_settings"] = settings
    app.config.update(
        SECRET_KEY=settings.secret_key,
        MAX_CONTENT_LENGTH=settings.max_request_bytes,
        MAX_FORM_MEMORY_SIZE=4_000_000,
        MAX_FORM_PARTS=2000,
        SESSION_COOKIE_NAME="portal",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.secure_cookies,
        PERMANENT_SESSION_LIFETIME=settings.session_hours * 3600,
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=False,
        SEND_FILE_MAX_AGE_DEFAULT=600,
        TEMPLATES_AUTO_RELOAD=settings.development,
    )
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    for module in registry.MODELS:
        import_module(module)
    database.init_app(app, settings.sqlalchemy_url)
    migrate.init_app(app, db, directory=str(ROOT / "migrations"))
    languages.init_app(app)
    csrf.init_app(app)
    htmx.init_app(app)
    look.init_app(app)
    headers.init_app(app)
    filters.init_app(app)
    errors.init_app(app)
    for module in registry.SETUP:
        import_module(module).init_app(app)
    guards.init_app(app)
    context.init_app(app)
    menu.init_app(app)
    for module in [*registry.BLUEPRINTS, *(["portal.web.styleguide"] if settings.development else [])]:
        app.register_blueprint(import_module(module).blueprint)
    for module in registry.CLI:
        app.cli.add_command(import_module(module).group)
    return app
