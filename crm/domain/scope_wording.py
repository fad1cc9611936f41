"""Words that can stand in place of one outside the scope, where the sentence reads well with nothing else changed."""

from __future__ import annotations

from collections.abc import Mapping

_INSTEAD: Mapping[str, Mapping[str, str]] = {
    "patient": {"patient": "client", "patients": "clients"},
    "therapy": {"therapy": "exercise", "therapies": "exercise programs"},
    "treatment": {
        "treatment": "exercise",
        "treatments": "exercise programs",
        "plan of care": "exercise plan",
        "plans of care": "exercise plans",
    },
    "rehabilitation": {"rehabilitation": "post-rehab exercise", "rehab": "post-rehab exercise"},
    "rehabilitate": {
        "rehabilitate": "strengthen",
        "rehabilitates": "strengthens",
        "rehabilitated": "strengthened",
        "rehabilitating": "strengthening",
        "rehabbed": "strengthened",
        "rehabbing": "strengthening",
    },
    "prescribe": {
        "prescribe": "design",
        "prescribes": "designs",
        "prescribed": "designed",
        "prescribing": "designing",
    },
    "prescription": {"prescription": "program", "prescriptions": "programs"},
}


def replacement(rule: str, said: str) -> str | None:
    """What can stand there instead, with the capitals of the words it replaces; None where no plain swap reads well."""
    instead = _INSTEAD.get(rule, {}).get(said.lower())
    if instead is None:
        return None
    if said.isupper() and len(said) > 1:
        return instead.upper()
    return instead[:1].upper() + instead[1:] if said[:1].isupper() else instead
