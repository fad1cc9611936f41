"""Those who refer: how referrals are spread, what each was to its source, reports on time, who is quiet."""

from __future__ import annotations

from collections.abc import Sequence

from flask import url_for

from crm.charts import shares
from crm.domain.papers import DocumentKind
from crm.domain.partners import RISK
from crm.domain.results import Arrivals, Ranking, Reports, Sources
from crm.services.partners import QuietPartner, Suggestion
from crm.web.results_tables import Cell, Head, Kind, Section, count, link, number, part, words

N = Kind.NUMBER
DRAWN = 20


def arrivals(now: Arrivals, before: Arrivals | None) -> Section:
    """New, repeated, won back."""
    names = (
        ("New: their first", "new"),
        ("Repeat: one more", "repeat"),
        ("Won back: after having gone quiet", "won_back"),
    )
    lines = tuple(
        (words(name), count(getattr(now, key)), *([count(getattr(before, key))] if before else []))
        for name, key in names
    )
    return Section(
        "arrivals",
        "What each referral was to its source",
        (Head("Referrals"), Head("This period", N), *([Head("Compared", N)] if before else [])),
        lines,
    )


def concentration(found: Sources, by_source: Ranking, period: str) -> Section:
    """How the referrals are spread over those who sent them."""
    parts = [shares.Part(one.label, one.started.whole.value) for one in by_source.lines]
    if by_source.rest.whole:
        parts.append(shares.Part("", by_source.rest.whole, by_source.rest_lines))
    ordered = sorted(by_source.lines, key=lambda one: -one.started.whole.value)[:DRAWN]
    lines = tuple(
        (
            _provider(one.label, one.value),
            count(one.started.whole),
            _share(one.started.whole.value, found),
            _page_for(one.value, period),
        )
        for one in ordered
    )
    return Section(
        "concentration",
        "Where referrals come from",
        (Head("Provider"), Head("Referrals", N), Head("Share", N), Head("To print", Kind.LINK)),
        lines,
        shares.svg(parts, "Where referrals come from", RISK),
        means=f"The dashed line stands at {RISK:.0%}: more from one source is a risk.",
        empty="No referral was received in this period.",
    )


def warning(found: Sources) -> str:
    """What to say where too much comes from one source."""
    if not found.share.is_risk:
        return ""
    return (
        f"{found.largest_count.value} of {found.whole.value} referrals came from {found.largest}. "
        "More than a quarter from one source is a risk: should it fall silent, so does your calendar."
    )


def reports(now: Reports, before: Reports | None) -> Section:
    """Reports on time."""
    lines = [(words("This period"), part(now.on_time))]
    if before:
        lines.append((words("Compared"), part(before.on_time)))
    return Section(
        "reports",
        "Reports on time",
        (Head("Period"), Head("On time", Kind.RATE)),
        tuple(lines) if now.on_time.whole.value else (),
        means="Due in the period, up to today: delivered on their day or before, of those delivered or overdue.",
        empty="No report was due in this period.",
    )


def quiet(found: Sequence[QuietPartner]) -> Section:
    """Partners from whom nothing came for longer than their own rhythm, and what to do."""
    lines = tuple(
        (
            words(
                one.partner.display_name,
                one.partner.practice_name,
                url_for("providers.show", provider_id=one.partner.id),
            ),
            number(one.quiet.days),
            number(one.quiet.usual_days),
            number(one.quiet.referrals),
            words(f"{one.action.title}. {one.action.why}"),
        )
        for one in found
    )
    heads = (Head("Provider"), Head("Days quiet", N), Head("Usual days between", N), Head("Referrals", N))
    return Section(
        "quiet",
        "Gone quiet",
        (*heads, Head("What to do")),
        lines,
        means="Partners with no referral for longer than their own rhythm, at least 90 days, as of today.",
        empty="No partner has gone quiet.",
    )


def suggestions(found: Sequence[Suggestion]) -> Section:
    """Active partners who may refer for one more service."""
    lines = tuple(
        (words(one.name, href=url_for("providers.show", provider_id=one.provider_id)), words(one.service.label))
        for one in found
    )
    return Section(
        "suggestions",
        "Who might refer for more",
        (Head("Provider"), Head("Talk about")),
        lines,
        means="They refer already, and their specialty suits a service they haven’t referred for yet.",
        empty="Nobody to suggest yet.",
    )


def _provider(label: str, value: str) -> Cell:
    href = url_for("providers.show", provider_id=int(value)) if value.isdecimal() else ""
    return words(label or "Not known", href=href)


def _share(value: int, found: Sources) -> Cell:
    whole = found.whole.value
    return number(round(value / whole, 4) if whole else None, f"{value / whole:.0%}" if whole else "")


def _page_for(value: str, period: str) -> Cell:
    """The page that tells a provider how their own clients do."""
    if not value.isdecimal():
        return link("", "")
    where = url_for("papers.show", provider_id=int(value), kind=DocumentKind.PARTNER_SUMMARY.value, period=period)
    return link("Page for them", where)
