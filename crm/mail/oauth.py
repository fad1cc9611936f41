"""Asking sign-in services for tokens (OAuth 2.0). Their errors come back as two: worth another try, or not."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field
from typing import Any

from crm.domain.sign_ins import LEAST_POLL, REFUSALS, SignInService, refusal
from crm.mail import https
from crm.mail.https import USUAL, Patience

DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"


class SignInError(Exception):
    """A sign-in service did not give what was asked for. `code` is its own name for the reason."""

    def __init__(self, message: str, code: str = "") -> None:
        super().__init__(message)
        self.code = code


class SignInRefused(SignInError):
    """For good: a person has to sign in again, or mend a setting."""


class SignInUnavailable(SignInError):
    """The service can't be reached or is out of order: worth another try."""


@dataclass(frozen=True)
class Client:
    """What this Handoff is at the service. A desktop client's secret is no real secret, yet it is kept like one."""

    id: str
    secret: str = field(default="", repr=False)


@dataclass(frozen=True)
class Tokens:
    """What a sign-in gives. `refresh_token` is empty when the old one stays; `address` is whose account it is."""

    access_token: str = field(repr=False)
    expires_in: int = 3600
    refresh_token: str = field(default="", repr=False)
    scope: str = ""
    address: str = ""


@dataclass(frozen=True)
class DeviceCode:
    """A code for a person to type in at `url`, and how often to ask whether they have."""

    device_code: str = field(repr=False)
    user_code: str = ""
    url: str = ""
    interval: int = LEAST_POLL
    expires_in: int = 900


@dataclass(frozen=True)
class NotYet:
    """The person hasn't finished. `slower`: the service wants to be asked less often."""

    slower: bool = False


def begin_device(service: SignInService, client: Client, patience: Patience = USUAL) -> DeviceCode:
    """Ask for a code to show. Raises SignInError."""
    asked = {"client_id": client.id, "scope": " ".join(service.scopes)}
    answer = _ask(service, service.device_url, asked, patience)
    url = _text(answer, "verification_uri") or _text(answer, "verification_url")
    code, shown = _text(answer, "device_code"), _text(answer, "user_code")
    if not (code and shown and https.is_safe(url)):
        raise _nonsense(service)
    interval, lasts = _whole(answer, "interval", LEAST_POLL), _whole(answer, "expires_in", 900)
    return DeviceCode(code, shown, url, max(interval, 1), lasts)


def poll_device(
    service: SignInService, client: Client, device_code: str, patience: Patience = USUAL
) -> Tokens | NotYet:
    """Ask whether the code has been typed in. Raises SignInError; expired and declined codes are SignInRefused."""
    asked = {"grant_type": DEVICE_GRANT, "device_code": device_code} | _identity(client)
    try:
        return _tokens(service, _ask(service, service.token_url, asked, patience))
    except SignInRefused as error:
        if error.code in ("authorization_pending", "slow_down"):
            return NotYet(slower=error.code == "slow_down")
        raise


def exchange(
    service: SignInService,
    client: Client,
    *,
    code: str,
    verifier: str,
    redirect_url: str,
    patience: Patience = USUAL,
) -> Tokens:
    """Trade the code that came back with the person for tokens. Raises SignInError."""
    asked = {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect_url, "code_verifier": verifier}
    return _tokens(service, _ask(service, service.token_url, asked | _identity(client), patience))


def renew(service: SignInService, client: Client, refresh_token: str, patience: Patience = USUAL) -> Tokens:
    """A new access token, and with services that change it a new refresh token. Raises SignInError."""
    asked = {"grant_type": "refresh_token", "refresh_token": refresh_token, "scope": " ".join(service.scopes)}
    if service.wants_secret:
        del asked["scope"]  # Google: as granted
    return _tokens(service, _ask(service, service.token_url, asked | _identity(client), patience))


def _identity(client: Client) -> dict[str, str]:
    return {"client_id": client.id} | ({"client_secret": client.secret} if client.secret else {})


def _tokens(service: SignInService, answer: dict[str, Any]) -> Tokens:
    access = _text(answer, "access_token")
    if not access or "\x01" in access or not access.isascii():
        raise _nonsense(service)
    return Tokens(
        access,
        _whole(answer, "expires_in", 3600),
        _text(answer, "refresh_token"),
        _text(answer, "scope"),
        _address(_text(answer, "id_token")),
    )


def _address(id_token: str) -> str:
    """Whose account it is. The token comes straight from the service, so its signature need not be checked."""
    parts = id_token.split(".")
    if len(parts) != 3:
        return ""
    try:
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except ValueError:
        return ""
    if not isinstance(claims, dict):
        return ""
    found = _text(claims, "email") or _text(claims, "preferred_username")
    return found if "@" in found else ""


def _ask(service: SignInService, url: str, asked: dict[str, str], patience: Patience) -> dict[str, Any]:
    """One POST. An answer of 4xx with an OAuth error is SignInRefused with its code, unless it is only for now."""
    if not https.is_safe(url):
        raise SignInRefused(f"{url} is not an https address, so nothing was sent there.")
    try:
        status, raw = https.post(url, asked, patience)
    except TimeoutError as error:
        raise _unreachable(service, "it took too long to answer") from error
    except OSError as error:
        raise _unreachable(service, "check the connection") from error
    return _judged(service, status, raw)


def _judged(service: SignInService, status: int, raw: bytes) -> dict[str, Any]:
    try:
        answer = json.loads(raw)
    except ValueError:
        answer = None
    if status == 429 or status >= 500:
        raise SignInUnavailable(f"{service.label}'s sign-in is out of order (it said {status}). Try again later.")
    if not isinstance(answer, dict):
        raise _nonsense(service)
    code = _text(answer, "error")
    if code in ("temporarily_unavailable", "server_error"):
        raise SignInUnavailable(f"{service.label}'s sign-in is out of order for now. Try again later.", code)
    if code or status != 200:
        raise SignInRefused(_sentence(service, code, answer), code)
    return answer


def _sentence(service: SignInService, code: str, answer: dict[str, Any]) -> str:
    """What to do; for codes that we don't know, what the service says itself."""
    said = _text(answer, "error_description").splitlines()
    own = f" It says: {said[0][:200]}" if said and code not in REFUSALS else ""
    return refusal(code, service.label) + own


def _nonsense(service: SignInService) -> SignInUnavailable:
    return SignInUnavailable(f"{service.label}'s sign-in answered with something that can't be read. Try again later.")


def _unreachable(service: SignInService, why: str) -> SignInUnavailable:
    return SignInUnavailable(f"{service.label}'s sign-in can't be reached: {why}. Try again later.")


def _text(answer: dict[str, Any], name: str) -> str:
    value = answer.get(name)
    return value if isinstance(value, str) else ""


def _whole(answer: dict[str, Any], name: str, otherwise: int) -> int:
    value = answer.get(name)
    try:
        return int(value) if isinstance(value, (int, float, str)) else otherwise
    except (ValueError, OverflowError):
        return otherwise
