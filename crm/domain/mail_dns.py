"""What DNS says about mail from a domain: SPF (RFC 7208), DKIM (RFC 6376), DMARC (RFC 7489). Texts in, findings out."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from crm.domain.checkup import Finding, Severity, ok

SPF_OF: Mapping[str, str] = {
    "google": "_spf.google.com",
    "microsoft": "spf.protection.outlook.com",
    "icloud": "icloud.com",
    "fastmail": "spf.messagingengine.com",
}
"""What a domain's SPF record includes when its mail leaves by that service (the services' own help pages)."""

SELECTORS: Mapping[str, tuple[str, ...]] = {
    "google": ("google",),
    "microsoft": ("selector1", "selector2"),
    "icloud": ("sig1",),
    "fastmail": ("fm1", "fm2", "fm3"),
}
"""Under which names the services have their DKIM keys published."""

MOST_LOOKUPS = 10
_LOOKUP = re.compile(r"^[+?~-]?(?:include:|a(?:[:/]|$)|mx(?:[:/]|$)|ptr|exists:|redirect=)", re.IGNORECASE)


def is_spf(text: str) -> bool:
    """Whether a TXT record is an SPF record."""
    return text.lower() == "v=spf1" or text.lower().startswith("v=spf1 ")


def spf(domain: str, texts: Sequence[str], preset: str) -> Finding:
    """What the TXT records of a domain say about who may send from it."""
    records = [each for each in texts if is_spf(each)]
    wanted = SPF_OF.get(preset, "")
    if not records:
        text = f"v=spf1 include:{wanted} ~all" if wanted else "v=spf1 a mx ~all"
        advice = f"Add a TXT record for {domain}: {text}" + ("" if wanted else " (name your mail server in it)")
        return Finding("spf", Severity.WARNING, "There is no SPF record.", advice, domain)
    if len(records) > 1:
        return Finding("spf", Severity.WARNING, f"There are {len(records)} SPF records.", "Join them into one.", domain)
    return _one_spf(domain, records[0], wanted)


def _one_spf(domain: str, record: str, wanted: str) -> Finding:
    terms = record.lower().split()[1:]
    if any(each in ("all", "+all") for each in terms):
        return Finding("spf", Severity.WARNING, f"It lets anybody send: {record}", "End it with ~all or -all.", domain)
    if sum(1 for each in terms if _LOOKUP.match(each)) > MOST_LOOKUPS:
        found = f"It needs more than {MOST_LOOKUPS} look-ups: {record}"
        return Finding("spf", Severity.WARNING, found, "Take out what you don't use.", domain)
    if wanted and f"include:{wanted}" not in (each.lstrip("+") for each in terms) and f"redirect={wanted}" not in terms:
        found = f"Your mail service is not in it: {record}"
        return Finding("spf", Severity.WARNING, found, f"Add include:{wanted} before the end.", domain)
    if not wanted:
        advice = "See that the server you send by is in it; a test to yourself shows spf=pass."
        return Finding("spf", Severity.NOTE, record, advice, domain)
    return ok("spf", record, domain)


def tags(text: str) -> dict[str, str]:
    """`a=b; c=d` as a mapping, names in lower case; empty when it isn't that."""
    found = {}
    for part in text.split(";"):
        name, sign, value = part.partition("=")
        if sign:
            found[name.strip().lower()] = "".join(value.split())
        elif part.strip():
            return {}
    return found


def has_key(texts: Sequence[str]) -> bool:
    """Whether a DKIM key is published that is not withdrawn."""
    return any(tags(each).get("p") for each in texts)


def dkim(domain: str, keys: Mapping[str, Sequence[str]], *, own: bool) -> Finding:
    """What stands under the selectors that were asked for. `own`: the key that this Handoff signs with."""
    there = [name for name, texts in keys.items() if has_key(texts)]
    if there:
        return ok("dkim", f"A key is published under {there[0]}._domainkey.", domain)
    asked = ", ".join(f"{each}._domainkey" for each in keys)
    if own:
        advice = "Publish the record on the page of signing keys, or switch signing off."
        return Finding("dkim", Severity.BLOCKING, f"Mail is signed, but there is no key under {asked}.", advice, domain)
    advice = f"Switch DKIM on for {domain} in your mail service's settings, and publish the record it names."
    return Finding("dkim", Severity.WARNING, f"No key is published under {asked}.", advice, domain)


def dmarc_record(texts: Sequence[str]) -> dict[str, str]:
    """The DMARC record among TXT records; empty when there is none, or more than one (which counts as none)."""
    found = [each for each in map(tags, texts) if each.get("v", "").upper() == "DMARC1"]
    return found[0] if len(found) == 1 else {}


def dmarc(domain: str, record: Mapping[str, str]) -> Finding:
    """What receivers are told to do with mail that can't show where it is from."""
    policy = record.get("p", "").lower()
    if not record:
        advice = f"Add a TXT record for _dmarc.{domain}: v=DMARC1; p=none; rua=mailto:you@{domain}"
        return Finding("dmarc", Severity.WARNING, "There is no DMARC record.", advice, domain)
    if policy not in ("none", "quarantine", "reject"):
        advice = "Set p to none, quarantine or reject."
        return Finding(
            "dmarc", Severity.WARNING, f"Its policy can't be read (p={policy or 'missing'}).", advice, domain
        )
    if policy == "none":
        advice = "Once reports show that your mail passes, set p=quarantine, so that nobody can write in your name."
        return Finding("dmarc", Severity.NOTE, "It only asks for reports (p=none).", advice, domain)
    return ok("dmarc", f"Policy {policy}.", domain)


def alignment(domain: str, *, policy: str, spf_passes: bool | None, dkim_passes: bool | None) -> Finding:
    """Whether mail from this domain passes DMARC: by SPF (we send with the same envelope domain) or by its own key.

    None where nobody can know.
    """
    if spf_passes or dkim_passes:
        how = "SPF and DKIM" if spf_passes and dkim_passes else "SPF" if spf_passes else "DKIM"
        return ok("alignment", f"Mail from {domain} shows by {how} that it is.", domain)
    strict = policy in ("quarantine", "reject")
    if spf_passes is None or dkim_passes is None:
        severity = Severity.WARNING if strict else Severity.NOTE
        advice = "Send a test to yourself: its header Authentication-Results must say dmarc=pass."
        return Finding("alignment", severity, "SPF and DKIM don't show it for sure.", advice, domain)
    severity = Severity.BLOCKING if strict else Severity.WARNING
    what = "receivers are told to turn it away" if strict else "receivers may take it for forged"
    advice = "Mend SPF or DKIM above; one of them is enough."
    return Finding("alignment", severity, f"Nothing shows that mail from {domain} is yours: {what}.", advice, domain)
