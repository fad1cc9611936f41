"""What a person types about a provider, checked and brought into the form in which it is stored."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from crm.domain import emails, names, npi, organizations, phones
from crm.domain.errors import Invalid
from crm.domain.kinds import ProviderKind
from crm.domain.taxonomy import specialties, specialty

Values = dict[str, Any]
NAME_PARTS = ("prefix", "first_name", "middle_name", "last_name", "suffix", "credentials")
PLAIN = ("said_as", "remarks", "website")
LIMITS = {"name": 160, "website": 300, "said_as": 80, "remarks": 4000}


def checked(form: Mapping[str, str]) -> Values:
    """Columns of Provider for the fields named in `form`. Raises Invalid with every field that is wrong."""
    values: Values = {}
    errors: dict[str, str] = {}
    for read in (_names, _npi, _phones, _email, _specialty, _plain):
        try:
            values |= read(form)
        except Invalid as error:
            errors |= error.errors
    if errors:
        raise Invalid(errors)
    return values


def _names(form: Mapping[str, str]) -> Values:
    if form.get("kind") == ProviderKind.ORGANIZATION:
        return _organization(form.get("name", "") or form.get("organization_name", ""))
    if any(part in form for part in NAME_PARTS):
        return _person(_from_parts(form))
    if "name" in form:
        return _person(names.parse(_line(form, "name")))
    return {}


def _organization(text: str) -> Values:
    name = organizations.organization_name(" ".join(text.split()))
    if not name:
        raise Invalid({"name": "Write the name of the organization."})
    sort_name = organizations.sort_key(name)
    return {
        "kind": ProviderKind.ORGANIZATION,
        "organization_name": name,
        "display_name": name,
        "sort_name": sort_name,
    } | dict.fromkeys(NAME_PARTS, "")


def _from_parts(form: Mapping[str, str]) -> names.PersonName:
    return names.from_directory(
        _line(form, "first_name"),
        _line(form, "middle_name"),
        _line(form, "last_name"),
        prefix=_line(form, "prefix"),
        suffix=_line(form, "suffix"),
        credentials=_line(form, "credentials"),
    )


def _person(name: names.PersonName) -> Values:
    if not (name.last or name.first):
        raise Invalid({"name": "Write the name, such as Dr. Maria C. López-Ruiz, MD."})
    return {
        "kind": ProviderKind.PERSON,
        "organization_name": "",
        "prefix": name.prefix,
        "first_name": name.first,
        "middle_name": name.middle,
        "last_name": name.last,
        "suffix": name.suffix,
        "credentials": name.credentials,
        "display_name": names.display_name(name),
        "sort_name": names.sort_name(name),
    }


def _npi(form: Mapping[str, str]) -> Values:
    if "npi" not in form:
        return {}
    text = form["npi"].strip()
    return {"npi": npi.normalise(text) if text else None}


def _phones(form: Mapping[str, str]) -> Values:
    values: Values = {}
    if "phone" in form:
        found = phones.normalise(form["phone"])
        values |= {"phone": found.number, "phone_extension": found.extension}
    if "fax" in form:
        values["fax"] = phones.normalise(form["fax"], field="fax").number
    return values


def _email(form: Mapping[str, str]) -> Values:
    return {"email": emails.normalise(form["email"])} if "email" in form else {}


def _specialty(form: Mapping[str, str]) -> Values:
    if "specialty" not in form:
        return {}
    key = form["specialty"] or "other"
    if key not in specialties():
        raise Invalid({"specialty": "Choose a specialty of the list."})
    found = specialty(key)
    return {"specialty": key, "care_stage": found.care_stage, "ask": found.ask, "is_peer": found.is_peer}


def _plain(form: Mapping[str, str]) -> Values:
    clean: Callable[[str], str] = str.strip
    values: Values = {name: clean(form[name].replace("\r\n", "\n")) for name in PLAIN if name in form}
    for name, value in values.items():
        if len(str(value)) > LIMITS[name]:
            raise Invalid({name: f"Use at most {LIMITS[name]} characters."})
    return values


def _line(form: Mapping[str, str], name: str) -> str:
    return " ".join(form.get(name, "").split())
