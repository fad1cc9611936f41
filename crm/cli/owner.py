"""`handoff owner …`: who runs this, for servers without a browser and for who forgot the password."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from crm.cli.common import clock, json_option, opened, print_json

if TYPE_CHECKING:
    from crm.models.accounts import Business, User


@click.group(name="owner")
def group() -> None:
    """The owner: details, password."""


@group.command("set")
@click.option("--name", help="Your name, as it stands on letters.")
@click.option("--credentials", help="Letters after your name, such as “MS, MedExPRO”.")
@click.option("--title", help="What you are, such as “Medical exercise professional”.")
@click.option("--business", help="The name of the business.")
@click.option("--address", help="Postal address: “2400 Main St, Houston, TX 77002”.")
@click.option("--phone", help="Where offices call you back.")
@click.option("--email", help="Your e-mail, with which you also sign in.")
@click.option("--zip", "zip_code", help="The ZIP from which distances count.")
@click.option("--website", help="Address of your website.")
@click.option("--timezone", help="Time zone, such as America/Chicago.")
@json_option
def set_(as_json: bool, zip_code: str | None, **given: str | None) -> None:
    """Set what is given, leave the rest. Makes the owner and the business when there are none."""
    from crm.services import owner

    values = {name: value for name, value in (given | {"zip": zip_code}).items() if value is not None}
    with opened() as handoff:
        user, business = owner.set_details(handoff.db, values, now=clock())
    _print(user, business, as_json=as_json)


@group.command()
@json_option
def show(as_json: bool) -> None:
    """Print the details that scripts and mails use."""
    from crm.domain.errors import NotFound
    from crm.services import owner

    with opened() as handoff:
        user, business = owner.details(handoff.db)
    if user is None or business is None:
        raise NotFound("There is no owner yet. Open the app, or run: handoff owner set --name …")
    _print(user, business, as_json=as_json)


@group.command()
@click.option("--email", default="", help="Whose; the owner's when left out.")
@click.option("--stdin", "from_stdin", is_flag=True, help="Read the new password from standard input, for scripts.")
def password(email: str, from_stdin: bool) -> None:
    """Set a new password without the old one, and sign every browser out."""
    from crm.services import accounts

    if from_stdin:
        new = sys.stdin.readline().rstrip("\r\n")
    else:
        new = click.prompt("New password", hide_input=True, confirmation_prompt=True)
    with opened() as handoff:
        user = accounts.reset_password(handoff.db, email=email, password=new, now=clock())
    click.echo(f"{user.name} has a new password. Every browser is signed out.")


def _print(user: User, business: Business, *, as_json: bool) -> None:
    values = _values(user, business)
    if as_json:
        print_json(values)
        return
    for name, value in values.items():
        click.echo(f"{name.replace('_', ' '):<12} {'' if value is None else value}".rstrip())


def _values(user: User, business: Business) -> dict[str, Any]:
    from crm.domain import phones

    return {
        "name": user.name,
        "credentials": user.credentials,
        "title": user.title,
        "email": user.email,
        "business": business.name,
        "line1": business.line1,
        "line2": business.line2,
        "city": business.city,
        "state": business.state,
        "zip": business.zip,
        "phone": phones.show(business.phone),
        "website": business.website,
        "timezone": business.zone,
        "can_sign_in": bool(user.password_hash),
    }
