"""The web application: one blueprint per noun."""

from __future__ import annotations

from importlib import import_module

from flask import Flask

from crm.bootstrap import Handoff, open_handoff
from crm.config import ROOT

# Modules of this package that define `bp`, in the order of the navigation.
NOUNS: tuple[str, ...] = (
    "sessions",
    "welcome",
    "settings",
    "settings_upkeep",
    "branding",
    "board",
    "providers",
    "provider_list",
    "provider_export",
    "saved_views",
    "bulk",
    "search",
    "changes",
    "imports",
    "referral_imports",
    "duplicates",
    "practices",
    "touches",
    "today",
    "followups",
    "visits",
    "visit_entries",
    "visit_talks",
    "visit_week",
    "visit_forms",
    "visit_days",
    "visit_packs",
    "visit_mileage",
    "visit_nearby",
    "referrals",
    "referral_list",
    "results",
    "referral_page",
    "partners",
    "agreements",
    "gifts",
    "clients",
    "client_partners",
    "client_authorizations",
    "client_clearances",
    "client_sessions",
    "client_events",
    "client_removal",
    "assessments",
    "reports",
    "report_papers",
    "scripts",
    "letters",
    "papers",
    "samples",
    "inbox",
    "mail",
    "messages",
    "mailbox",
    "templates",
    "template_editor",
    "template_imports",
    "overrides",
    "sequences",
    "enrollments",
    "missing_emails",
    "mail_settings",
    "mailboxes",
    "sign_ins",
    "signing",
    "doctor",
    "calendars",
    "phones",
    "registry",
    "suppressions",
    "unsubscribe",
    "offline",
)


def create_app(handoff: Handoff | None = None) -> Flask:
    """Make the Flask application around a wired Handoff (made from the environment when none is given)."""
    app = Flask(__name__, template_folder=str(ROOT / "templates" / "web"), static_folder=None)
    app.extensions["handoff"] = handoff or open_handoff()
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    for name in ("security", "presentation", "squeezing"):
        import_module(f"crm.web.{name}").install(app)
    # Several modules may serve one noun: they share its blueprint.
    for blueprint in dict.fromkeys(import_module(f"crm.web.{name}").bp for name in NOUNS):
        app.register_blueprint(blueprint)
    return app
