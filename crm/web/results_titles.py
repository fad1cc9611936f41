"""What the rows behind a figure are called, by the key of the figure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from crm.domain.figures import FigureKey, RowKind, read_key
from crm.domain.funnels import ReferralStep
from crm.domain.kinds import ReferralHow
from crm.domain.pipeline import Stage
from crm.domain.services import service_label
from crm.domain.taxonomy import specialty
from crm.web import labels
from crm.web.results_funnels import STEPS
from crm.web.results_rankings import NAMES

KINDS: Mapping[RowKind, str] = {
    RowKind.REFERRAL: "Referrals",
    RowKind.PROVIDER: "Providers",
    RowKind.VISIT: "Visits",
    RowKind.REPORT: "Reports",
    RowKind.SESSION: "Sessions held",
    RowKind.ENROLLMENT: "Enrolled",
}
PLAIN: Mapping[str, str] = {
    "first": "First referrals",
    "first.touched": "First referrals with a touch before",
    "first.untouched": "First referrals without a touch before",
    "visits": "Visits",
    "visited": "Referrals with a visit before",
    "visited.expected": "Referrals with a visit before that may bring something",
    "visited.booked": "Referrals with a visit before that have brought something",
    "worth.expected": "Referrals that may bring something",
    "worth.booked": "Referrals that have brought something",
    "sessions": "Sessions held",
    "reports.on_time": "Reports delivered on time",
    "reports.judged": "Reports that were due",
    "arrival.new": "First referrals of a provider",
    "arrival.repeat": "Repeat referrals",
    "arrival.won_back": "Referrals from providers won back",
    "quiet": "Partners who have gone quiet",
    "sequence.enrolled": "Enrolled in the sequence",
    "sequence.replied": "Enrolled, and replied",
    "sequence.referred": "Enrolled, and referred since",
}
COHORTS: Mapping[str, str] = {
    "received": "Received in {}",
    "started": "Received in {}, started so far",
    "started_30": "Received in {}, started within 30 days",
    "ripe_30": "Received in {}, 30 days over",
    "open_30": "Received in {}, 30 days not over",
    "started_90": "Received in {}, started within 90 days",
    "ripe_90": "Received in {}, 90 days over",
    "open_90": "Received in {}, 90 days not over",
}
OF_PART = {"started": ", started", "expected": ", with an expected value", "booked": ", with a booked value"}


def title(text: str, kind: RowKind) -> str:
    """In words; the kind of row where a figure has no words of its own."""
    key = read_key(text)
    family, _, rest = key.name.partition(".")
    found = {"referral": _referral, "stage": _stage, "cohort": _cohort, "by": _by}.get(family)
    said = found(rest, key) if found else PLAIN.get(key.name)
    return said or KINDS[kind]


def _referral(rest: str, key: FigureKey) -> str:
    if rest in set(ReferralStep):
        return "Referrals received" if rest == ReferralStep.RECEIVED else STEPS[ReferralStep(rest)]
    way, _, step = rest.partition(".")
    if step not in set(ReferralStep):
        return ""
    at = STEPS[ReferralStep(step)].lower()
    if way == "because":
        return f"Lost: {key.argument or 'no reason given'}"
    return f"Lost at “{at}”" if way == "lost" else f"Waiting at “{at}”"


def _stage(rest: str, _key: FigureKey) -> str:
    return f"First contacted, came as far as “{labels.label(Stage(rest))}”" if rest in set(Stage) else ""


def _cohort(rest: str, key: FigureKey) -> str:
    try:
        month = date.fromisoformat(f"{key.argument}-01")
    except ValueError:
        return ""
    return COHORTS.get(rest, "").format(f"{month:%B} {month.year}")


def _by(rest: str, key: FigureKey) -> str:
    name, _, part = rest.partition(".")
    words = next((words for dimension, words in NAMES.items() if dimension.value == name), "")
    value = _value(name, key.argument)
    said = f"{words}: {value}" if value else f"Referrals by {words.lower()}"
    return f"{said}{OF_PART.get(part, '')}" if words else ""


def _value(dimension: str, argument: str) -> str:
    """The dimension's value where its key says it; records by number are named by their rows."""
    if not argument:
        return "not known"
    if dimension == "specialty":
        return specialty(argument).label
    if dimension == "service":
        return service_label(argument)
    if dimension == "how":
        return labels.label(ReferralHow(argument)) if argument in set(ReferralHow) else ""
    return labels.label(argument) if dimension == "channel" else ""
