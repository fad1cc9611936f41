"""One mailbox: setting it up, trying it, pausing it, how it is read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from crm.domain.emails import domain_of
from crm.domain.errors import Invalid, Refused
from crm.domain.mailboxes import PRESETS, SECURITIES, Auth, filled, is_nobodys, preset_by_mx, preset_of
from crm.mail.ports import MailError
from crm.models.accounts import MailAccount
from crm.services import mailbox_checks, mailbox_setup, mailbox_standing, reading_settings
from crm.services.mailbox_checks import Tried
from crm.services.mailbox_setup import MailboxForm
from crm.web.context import actor_id, current_user, db, handoff, now

bp = Blueprint("mailboxes", __name__, url_prefix="/settings/mail/mailboxes")

PLAIN = ("address", "from_name", "smtp_host", "smtp_security", "imap_host", "imap_security", "username", "password")
LOOK_UP_SECONDS = 2.0
NUMBERS = ("smtp_port", "imap_port", "daily_cap", "domain_cap", "gap_seconds")


@bp.get("/new")
def new() -> str:
    """First the address, then what its mail service needs, filled in."""
    address = request.args.get("address", "").strip()
    key = request.args.get("preset", "") or (_service_of(address) if "@" in address else "")
    if key not in PRESETS:
        return render_template("mailboxes/new.html", preset=None, address=address or current_user().email)
    return _new_page(key, _filled_in(key, address), {}, wants_form="form" in request.args)


def _service_of(address: str) -> str:
    """By the address's domain; for a domain of one's own, by where its mail arrives, if that can be looked up soon."""
    domain = domain_of(address)
    known = preset_of(address)
    if known != "other" or is_nobodys(domain):
        return known
    try:
        return preset_by_mx(replace(handoff().dns, lifetime=LOOK_UP_SECONDS).mx(domain))
    except OSError:
        return known


@bp.post("")
def create() -> Response:
    """Keep a new mailbox, and try to sign in."""
    form = request.form
    try:
        account_id = mailbox_setup.save(db(), handoff().post, _form(form), actor_id=actor_id(), now=now())
    except Invalid as error:
        key = form.get("preset", "")
        return make_response(_new_page(key if key in PRESETS else "other", form, error.errors, wants_form=True), 422)
    return make_response(_tried(account_id, "Saved."))


@bp.get("/<int:account_id>")
def show(account_id: int) -> str:
    """How it stands, and its settings."""
    return _page(account_id, {}, {})


@bp.post("/<int:account_id>")
def update(account_id: int) -> Response:
    """Keep changed settings, and try to sign in."""
    form = request.form
    try:
        kept = mailbox_setup.save(
            db(), handoff().post, _form(form), account_id=account_id, actor_id=actor_id(), now=now()
        )
    except Invalid as error:
        return make_response(_page(account_id, form, error.errors), 422)
    return make_response(_tried(kept, "Saved."))


@bp.post("/<int:account_id>/check")
def check(account_id: int) -> str:
    """Try to sign in again."""
    return _tried(account_id, "")


@bp.post("/<int:account_id>/default")
def make_default(account_id: int) -> Response:
    """Let everyone without a mailbox of their own write by this one."""
    mailbox_setup.make_default(db(), account_id, actor_id=actor_id(), now=now())
    flash("It is the default now.")
    return _back(account_id)


@bp.post("/<int:account_id>/pause")
def pause(account_id: int) -> Response:
    """Let nothing leave by it for now."""
    mailbox_setup.stop(db(), account_id, actor_id=actor_id(), now=now())
    flash("Paused. Nothing leaves by this mailbox until you go on.")
    return _back(account_id)


@bp.post("/<int:account_id>/resume")
def resume(account_id: int) -> Response:
    """Let mail leave again after a pause."""
    mailbox_setup.resume(db(), account_id, actor_id=actor_id(), now=now())
    flash("Mail leaves again.")
    return _back(account_id)


@bp.post("/<int:account_id>/removal")
def remove(account_id: int) -> Response:
    """Take it out of use."""
    mailbox_setup.remove(db(), account_id, actor_id=actor_id(), now=now())
    flash("The mailbox is removed.")
    return redirect(url_for("mail_settings.index"), 303)


@bp.post("/<int:account_id>/reading")
def reading(account_id: int) -> Response:
    """Switch reading on or off, choose folders."""
    form = request.form
    try:
        with db().read() as session:
            mailbox_setup.one(session, account_id)
        reading_settings.change_settings(
            db(),
            account_id,
            enabled="enabled" in form,
            folders=[name for text in form.getlist("folders") for name in text.splitlines()],
            sent_folder=form.get("sent_folder", ""),
            look_back_days=_number(form, "look_back_days", -1),
            idle="idle" in form,
            actor_id=actor_id(),
            now=now(),
        )
    except Invalid as error:
        return make_response(_page(account_id, form, error.errors), 422)
    flash("Saved.")
    return _back(account_id, "reading")


@bp.post("/<int:account_id>/round")
def read_now(account_id: int) -> Response:
    """Have it read with the next round."""
    reading_settings.read_now(db(), account_id, now=now())
    flash("It is read with the next round, in a few seconds.")
    return _back(account_id, "reading")


@bp.post("/<int:account_id>/folders")
def folders(account_id: int) -> str:
    """Ask the server which folders there are."""
    try:
        found = reading_settings.check(db(), handoff().post, account_id)
    except (MailError, Refused) as error:
        flash(getattr(error, "reply", "") or str(error), "error")
        return _page(account_id, {}, {})
    return _page(account_id, {}, {}, found=[each.name for each in found])


def _back(account_id: int, part: str = "") -> Response:
    return redirect(url_for("mailboxes.show", account_id=account_id, _anchor=part or None), 303)


def _tried(account_id: int, said: str) -> str:
    tried = mailbox_checks.check(db(), handoff().post, account_id, now=now())
    return _page(account_id, {}, {}, tried=tried, said=said)


def _new_page(key: str, values: Mapping[str, object], errors: dict[str, str], *, wants_form: bool) -> str:
    return render_template(
        "mailboxes/new.html",
        preset=PRESETS[key],
        key=key,
        values=values,
        address=values.get("address", ""),
        errors=errors,
        wants_form=wants_form or not PRESETS[key].sign_in,
        **_choices(),
    )


def _page(
    account_id: int,
    form: Mapping[str, object],
    errors: dict[str, str],
    *,
    tried: Sequence[Tried] = (),
    said: str = "",
    found: Sequence[str] = (),
) -> str:
    with db().read() as session:
        standing = mailbox_standing.one(session, account_id, now=now())
    return render_template(
        "mailboxes/show.html",
        it=standing,
        account=standing.account,
        preset=PRESETS.get(standing.account.preset, PRESETS["other"]),
        key=standing.account.preset,
        values=form or _values(standing.account),
        errors=errors,
        tried=tried,
        said=said,
        found=found,
        folder_choices=[(name, name) for name in found],
        **_choices(),
    )


def _choices() -> dict[str, object]:
    with db().read() as session:
        people = mailbox_standing.people(session)
    owners = [("", "Everyone"), *((str(each.id), f"Only {each.name}") for each in people)]
    return {"presets": PRESETS, "securities": list(SECURITIES.items()), "owners": owners if len(people) > 1 else []}


def _filled_in(key: str, address: str) -> dict[str, object]:
    preset, user = filled(key, address), current_user()
    form = MailboxForm(
        address=address,
        from_name=user.name,
        preset=key,
        smtp_host=preset.smtp_host,
        smtp_port=preset.smtp_port,
        smtp_security=preset.smtp_security,
        imap_host=preset.imap_host,
        imap_port=preset.imap_port,
        imap_security=preset.imap_security,
        username=address,
        daily_cap=preset.daily_cap,
    )
    return _texts(form)


def _values(account: MailAccount) -> dict[str, object]:
    names = (*PLAIN[:-1], *NUMBERS, "preset", "auth", "user_id", "window_start")
    form = replace(MailboxForm(address=""), **{name: getattr(account, name) for name in names})
    return _texts(form)


def _texts(form: MailboxForm) -> dict[str, object]:
    hour, minute = divmod(form.window_start, 60)
    owner = "" if form.user_id is None else str(form.user_id)
    return vars(form) | {"user_id": owner, "window_start": f"{hour:02}:{minute:02}", "password": ""}


def _form(form: Mapping[str, str]) -> MailboxForm:
    numbers = {name: _number(form, name, -1) for name in NUMBERS}
    owner = form.get("user_id", "")
    return MailboxForm(
        **{name: form.get(name, "") for name in PLAIN},
        smtp_port=numbers["smtp_port"],
        imap_port=numbers["imap_port"],
        daily_cap=numbers["daily_cap"],
        domain_cap=numbers["domain_cap"],
        gap_seconds=numbers["gap_seconds"],
        preset=form.get("preset", "other"),
        auth=Auth.TOKEN if form.get("auth") == Auth.TOKEN else Auth.PASSWORD,
        user_id=int(owner) if owner.isdecimal() and len(owner) < 9 else None,
        window_start=_minutes(form.get("window_start", "")),
    )


def _number(form: Mapping[str, str], name: str, otherwise: int) -> int:
    text = form.get(name, "").strip()
    return int(text) if text.isdecimal() and len(text) < 9 else otherwise


def _minutes(text: str) -> int:
    """`08:30` as minutes since midnight, -1 for anything else."""
    hour, _, minute = text.strip()[:5].partition(":")
    if not (hour.isdecimal() and minute.isdecimal() and int(hour) < 24 and int(minute) < 60):
        return -1
    return int(hour) * 60 + int(minute)
