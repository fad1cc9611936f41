"""Sign-in services of mail providers (OAuth 2.0): where they are, what is asked of them, and what their refusals mean.

Two ways: a code that is typed in on the service's page (RFC 8628), and coming back to an address of this Handoff with
PKCE (RFC 7636, RFC 8252).
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from urllib.parse import urlencode


class Way(StrEnum):
    """How somebody signs in."""

    DEVICE = "device"
    RETURN = "return"


@dataclass(frozen=True)
class SignInService:
    """One identity service. `device_url` is empty where a code can't be used for mail."""

    key: str
    label: str
    authorize_url: str
    token_url: str
    scopes: tuple[str, ...]
    device_url: str = ""
    extra: tuple[tuple[str, str], ...] = ()
    wants_secret: bool = False
    console_url: str = ""
    return_host: str = "127.0.0.1"

    @property
    def ways(self) -> tuple[Way, ...]:
        return (Way.DEVICE, Way.RETURN) if self.device_url else (Way.RETURN,)


GOOGLE = SignInService(
    "google",
    "Google",
    "https://accounts.google.com/o/oauth2/v2/auth",
    "https://oauth2.googleapis.com/token",
    ("openid", "email", "https://mail.google.com/"),
    # Google's device flow leaves the mail scope out.
    extra=(("access_type", "offline"), ("prompt", "consent")),
    wants_secret=True,
    console_url="https://console.cloud.google.com/auth/clients",
)


def microsoft(tenant: str = "common") -> SignInService:
    """Microsoft's service for one tenant (a directory's id or domain), or for every account."""
    base = f"https://login.microsoftonline.com/{tenant}/oauth2/v2.0"
    mail = "https://outlook.office.com"
    return SignInService(
        "microsoft",
        "Microsoft",
        f"{base}/authorize",
        f"{base}/token",
        ("openid", "email", "offline_access", f"{mail}/SMTP.Send", f"{mail}/IMAP.AccessAsUser.All"),
        device_url=f"{base}/devicecode",
        extra=(("prompt", "select_account"),),
        console_url="https://entra.microsoft.com/#view/Microsoft_AAD_RegisteredApps/ApplicationsListBlade",
        return_host="localhost",
    )


def known(tenant: str = "") -> Mapping[str, SignInService]:
    """Every service by its key."""
    return {"google": GOOGLE, "microsoft": microsoft(tenant or "common")}


def challenge(verifier: str) -> str:
    """The S256 code challenge of a PKCE verifier."""
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def state_key(state: str) -> str:
    """What is stored of a state: nobody who reads the database can finish another's sign-in."""
    return hashlib.sha256(state.encode()).hexdigest()


def authorize_url(
    service: SignInService, *, client_id: str, redirect_url: str, state: str, verifier: str, address: str = ""
) -> str:
    """The page of the service that a person is sent to."""
    asked = {
        "response_type": "code",
        "client_id": client_id,
        "redirect_uri": redirect_url,
        "scope": " ".join(service.scopes),
        "state": state,
        "code_challenge": challenge(verifier),
        "code_challenge_method": "S256",
        **dict(service.extra),
    }
    if address:
        asked["login_hint"] = address
    return f"{service.authorize_url}?{urlencode(asked)}"


MARGIN = timedelta(minutes=5)
"""An access token is renewed this long before it runs out: longer than any delivery takes."""

LEAST_POLL = 5
SLOWER = 5
"""Seconds: between two questions at least (RFC 8628, 3.5), and how much longer after each `slow_down`."""


def renew_after(now: datetime, expires_in: int) -> datetime:
    """When a token that lasts so many seconds is used up. Short-lived ones are used for half of their time."""
    lasts = timedelta(seconds=max(expires_in, 0))
    return now + max(lasts - MARGIN, lasts / 2)


REFUSALS: Mapping[str, str] = {
    "access_denied": "The sign-in was declined. If that was a mistake, begin again and allow access to mail.",
    "expired_token": "The code has run out. Begin again and enter the new one.",
    "invalid_grant": "The permission has ended or was withdrawn. Sign in again.",
    "interaction_required": "The service wants you to sign in again.",
    "consent_required": "Access to mail was not allowed. Sign in again and allow it, or ask your administrator to.",
    "invalid_client": "The service doesn't know this client id, or the secret doesn't belong to it. Check both.",
    "unauthorized_client": "This client id may not sign in this way. Check its kind: it must be a desktop or public "
    "client.",
    "invalid_scope": "This client id may not ask for mail. Allow IMAP and SMTP for it at the service.",
    "redirect_uri_mismatch": "The return address is not entered for this client id. Enter it exactly as shown here.",
}
"""Error codes that only a person can mend, and what to do. Others are worth another try."""


def refusal(code: str, label: str) -> str:
    """A sentence for a person."""
    return REFUSALS.get(code, f"{label} refused the sign-in ({code or 'no reason given'}). Begin again.")
