"""Every page, light and dark, laptop and phone: axe finds nothing, the console is silent, nothing hangs over."""

from __future__ import annotations

from functools import cache
from itertools import product
from typing import TYPE_CHECKING, Any

import pytest
from flask import Flask
from sqlmodel import col, select

from crm.models.accounts import MailAccount
from crm.models.agreements import Agreement
from crm.models.client_care import ClientAuthorization, ClientClearance, ClientEvent, ClientSession
from crm.models.clients import Client, SentClient
from crm.models.imports import ImportRun
from crm.models.inbound import InboundMessage
from crm.models.measurements import Assessment
from crm.models.messages import Message
from crm.models.practices import Practice
from crm.models.providers import Provider, ProviderPair
from crm.models.referrals import Referral
from crm.models.reports import DueReport
from crm.models.sequences import Enrollment, Sequence
from crm.models.sign_ins import MailSignIn
from crm.models.tasks import Task
from crm.models.templates import Template
from crm.models.visits import Visit
from crm.web import create_app
from tests.e2e.conftest import OpenWindow, Watched
from tests.e2e.furnish_reports import REPORTED
from tests.e2e.house import House

if TYPE_CHECKING:
    from playwright.sync_api import Page

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
#: What depends on the colours: the rest is the same in the dark.
COLOURS = {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}
LAPTOP, PHONE, SMALLEST = (1280, 900), (390, 900), (360, 640)
#: Shares of the pages, so that those who test beside each other have as much to do.
SHARES = 8
#: Pages that are meant not to be there.
MISSING = ("/nothing-here", "/u/no-such-token")

#: Endpoints that are no page: what they are instead.
NO_PAGE = {
    "assets.file": "a static file",
    "assets.favicon": "an image",
    "assets.manifest": "for the phone's home screen",
    "sessions.new": "looked at by itself: who is signed in is led on",
    "welcome.new": "looked at by itself, as above",
    "sign_ins.answer": "where a service sends people back to; it leads on",
    "mail.body": "a mail in a frame, where no script may run, not even axe",
    "mailbox.html": "as above",
    "sequences.sample": "as above",
    "templates.frame": "as above",
    "inbox.body": "as above",
    "visits.pack": "a PDF",
    "calendars.feed": "read by calendar programs",
    "branding.picture": "a picture, where there is one",
    "mail.attachment": "a file that went with a mail",
    "papers.file": "a PDF",
    "papers.letter": "a letter for an office program",
    "papers.picture": "a page of a paper as a picture",
    "papers.kept": "a PDF that was made before",
    "reports.picture": "a page of a report as a picture",
    "reports.cover": "a PDF",
    "results.workbook": "a workbook",
    "results.section_xlsx": "a workbook",
    "results.rows_xlsx": "a workbook",
    "visits.mileage_xlsx": "a workbook",
    "clients.authorization_scan": "a file",
    "clients.clearance_scan": "a file",
}

#: Arguments that mean something else on one page.
OF_ITS_OWN = {"letters.show": {"slug": "introduction-letter"}}

#: Pages worth a look with a query as well.
WITH_QUERY = [
    "/providers?stage=partner",
    "/providers?q=nguyen",
    "/providers?q=zzzzzz",
    "/followups?when=later",
    "/inbox?show=all",
    "/inbox?show=bounces",
    "/settings/business?walk=1",
    "/settings/mail/mailboxes/new?address=dana@gmail.com",
    "/settings/mail/mailboxes/new?address=dana@gmail.com&form=1",
    "/settings/mail/mailboxes/new?address=dana@outlook.com",
    "/settings/mail/mailboxes/new?address=dana@stride.example",
    "/settings/mail/sign-ins/new?service=google",
    "/settings/mail/sign-ins/new?service=microsoft&mailbox=2",
    "/sequences?archived=1",
    "/sequences/1?show=all&results=1",
    "/sequences/1?show=paused",
    "/enrollments/new?id=30&id=31&id=32&id=33&id=9999&sequence=4&by_post=1",
    "/templates?kind=email",
    "/templates?kind=document&whose=own",
    "/templates?kind=email&archived=1",
    "/templates?q=zzzz",
    "/templates/new?kind=script",
    "/clients?q=zz",
    "/clients?archived=1",
    "/reports?part=settled",
    "/reports?kind=discharge-summary",
    "/clients?show=uncleared",
    "/clients?show=ended",
    "/clients/1/clearances/new?find=ortho",
    "/providers/1/mail/new?template=sample",
    "/providers/1/samples/new?kind=sample-discharge",
    "/agreements?state=declined",
    "/referrals?late=1",
    "/referrals?unwritten=1&status=open",
    "/referrals?q=zzzz",
    "/referrals/new?q=nguyen",
    "/referrals/new?q=zzzz",
    "/agreements/new?q=zzzz",
    "/visits/new?provider_id=1",
    "/visits?week=2026-03-09",
    "/visits/mileage?year=2025",
    "/gifts/new?q=nguyen",
    "/papers",
    "/papers/outcomes-sheet",
    "/papers/monthly-results",
    "/providers/1/papers/partner-summary",
    "/results?period=last-12-months",
    "/results?period=last-12-months&show=funnels",
    "/results?period=last-12-months&show=ways&by=source",
    "/results?period=last-12-months&show=partners&compare=year",
    "/results?period=last-12-months&show=money&compare=none",
    "/results?period=last-year",
    "/results?first=2026-03-09&last=2026-03-01",
    "/providers/1/papers/sample-progress-report",
    "/providers/1/papers/service-sheet?service=youth",
    "/providers/1/papers/introduction-letter",
    "/nothing-here",
]


def page_rules(app: Flask) -> list[tuple[str, str, set[str]]]:
    """(endpoint, rule, argument names) of every page that is read with GET."""
    return [
        (rule.endpoint, rule.rule, set(rule.arguments))
        for rule in app.url_map.iter_rules()
        if "GET" in (rule.methods or ())
        and rule.endpoint not in NO_PAGE
        and not rule.rule.endswith((".json", ".csv", ".eml"))
    ]


class Addresses:
    """Fills the arguments of rules with every kind of record that a page shows differently."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.app = create_app(house.handoff)
        partner = Provider.display_name.like("Maria%")  # type: ignore[attr-defined]  # a column, seen as its value
        self.known: dict[str, list[Any]] = {
            "provider_id": [*self.ids(Provider, partner), *self.ids(Provider, Provider.kind == "organization")],
            "practice_id": self.ids(Practice),
            "message_id": self.ids(Message, col(Message.sample).is_(False)),
            "inbound_id": self.ids(InboundMessage, limit=5),
            "account_id": self.ids(MailAccount, MailAccount.preset.not_in(("local", "environment")), limit=3),  # type: ignore[attr-defined]  # a column
            "sign_in_id": self.ids(MailSignIn, limit=4),
            "task_id": self.ids(Task),
            "referral_id": self.ids(Referral),
            "visit_id": self.ids(Visit),
            "agreement_id": self.ids(Agreement, limit=2),
            "client_id": self.ids(Assessment, column=Assessment.client_id),
            "assessment_id": self.ids(Assessment),
            **self.file_of_a_client(),
            "report_id": self.reports(),
            "template_id": self.ids(Template, col(Template.built_in).is_(False), limit=3),
            "sequence_id": self.ids(Sequence, limit=2),
            "enrollment_id": self.ids(Enrollment, limit=3),
            "run_id": self.ids(ImportRun, limit=5),
            "pair_id": self.ids(ProviderPair),
            "slug": ["introduction-letter"],
            "kind": ["overview"],
            "key": ["referral.received", "visits", "stage.contacted", "reports.judged", "sessions", "quiet"],
            "day": ["2026-03-04"],
            "token": ["no-such-token"],
        }

    def file_of_a_client(self) -> dict[str, list[int]]:
        """What hangs on the client who is looked at."""
        mine = self.ids(Assessment, column=Assessment.client_id)
        tables: dict[str, Any] = {
            "authorization_id": ClientAuthorization,
            "clearance_id": ClientClearance,
            "session_id": ClientSession,
            "event_id": ClientEvent,
            "sent_id": SentClient,
        }
        return {name: self.ids(table, col(table.client_id).in_(mine)) for name, table in tables.items()}

    def ids(self, table: Any, *conditions: Any, limit: int = 1, column: Any = None) -> list[int]:
        wanted = select(table.id if column is None else column).where(*conditions)
        with self.house.handoff.db.read() as session:
            return list(session.exec(wanted.order_by(table.id).limit(limit)).all())

    def reports(self) -> list[int]:
        """One due, one urgent, one that may not leave, one that left."""
        own = DueReport.client_id.in_(select(Client.id).where(col(Client.code).in_(REPORTED)))  # type: ignore[attr-defined]  # a column
        return self.ids(DueReport, own, col(DueReport.archived_at).is_(None), limit=4)

    def all(self) -> tuple[list[str], list[str]]:
        """Addresses of pages, and rules that nothing here belongs to."""
        found, empty = [], []
        with self.app.test_request_context():
            for endpoint, rule, arguments in page_rules(self.app):
                values = [dict(zip(arguments, one, strict=True)) for one in product(*map(self.values, arguments))]
                found += [self.app.url_for(endpoint, **one) for one in values]
                empty += [] if values else [rule]
        return sorted({*found, *WITH_QUERY}), empty

    def values(self, argument: str) -> list[Any]:
        return self.known.get(argument, [])


@pytest.fixture(scope="session")
def addresses(furnished: tuple[House, str]) -> list[str]:
    """Every page there is."""
    return Addresses(furnished[0]).all()[0]


def test_no_page_is_left_out(furnished: tuple[House, str]) -> None:
    assert Addresses(furnished[0]).all()[1] == []


def inspect(watched: Watched, path: str) -> list[str]:
    """What is wrong with a page on a laptop and on a phone, in light and in dark, in lines. Loaded once."""
    page = watched.page
    watched.complaints.clear()
    page.emulate_media(color_scheme="light")
    watched.resize(*LAPTOP, touched=False)
    answer = page.goto(path)
    if answer is None or "text/html" not in answer.headers.get("content-type", ""):
        return []
    page.locator("html[data-ready]").wait_for(state="attached")
    wrong = []
    for size in (LAPTOP, PHONE):
        watched.resize(*size, touched=size is PHONE)
        wrong += both_schemes(page)
        wrong += hangs_over(page, size)
    watched.resize(*SMALLEST, touched=True)
    wrong += hangs_over(page, SMALLEST)
    wrong += [said for said in watched.complaints if not (answer.status == 404 and "404" in said)]
    if answer.status >= 400 and path not in MISSING:
        wrong.append(f"status {answer.status}")
    return [f"{path}: {line}" for line in wrong]


def both_schemes(page: Page) -> list[str]:
    page.emulate_media(color_scheme="light")
    wrong = axe(page, RULES)
    page.emulate_media(color_scheme="dark")
    return wrong + [f"dark: {line}" for line in axe(page, COLOURS)]


def hangs_over(page: Page, size: tuple[int, int]) -> list[str]:
    wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    return [f"hangs over by {wide} px of {size[0]}"] if wide > 0 else []


@cache
def script_of_axe() -> str:
    from axe_playwright_python.sync_playwright import Axe

    return str(Axe().axe_script)


def axe(page: Page, rules: dict[str, Any]) -> list[str]:
    """What axe finds, a line each. Frames are left out: none of ours lets a script run; and stylesheets are not loaded
    a second time, which only a rule that isn't asked for would need.
    """
    if not page.evaluate("'axe' in window"):
        page.evaluate(script_of_axe())
    options = rules | {"resultTypes": ["violations"], "iframes": False, "preload": False}
    found = page.evaluate("async (options) => (await axe.run(document, options)).violations", options)
    width = page.evaluate("innerWidth")
    return [
        f"{width}: {rule['id']} at {node['target']}: {node['html'][:120]}" for rule in found for node in rule["nodes"]
    ]


@pytest.mark.parametrize("share", range(SHARES))
def test_axe_and_the_console_find_nothing_on_any_page(
    furnished: tuple[House, str], window: OpenWindow, addresses: list[str], share: int
) -> None:
    house, token = furnished
    watched = window(house, token=token)
    wrong = [line for path in addresses[share::SHARES] for line in inspect(watched, path)]
    assert not wrong, "\n" + "\n".join(wrong)


@pytest.mark.parametrize("path", ["/login", "/login?out=1", "/u/no-such-token", "/nothing-here"])
def test_pages_for_people_who_are_not_signed_in(furnished: tuple[House, str], window: OpenWindow, path: str) -> None:
    wrong = inspect(window(furnished[0]), path)
    assert not wrong, "\n" + "\n".join(wrong)


def test_the_first_page_of_all(house: House, window: OpenWindow) -> None:
    wrong = inspect(window(house), "/welcome")
    assert not wrong, "\n" + "\n".join(wrong)


@pytest.mark.parametrize("size", [LAPTOP, PHONE], ids=["laptop", "phone"])
@pytest.mark.parametrize(
    ("path", "opener"),
    [
        ("/providers/1", "[commandfor=log] >> visible=true"),
        ("/providers/1", "[commandfor=referral] >> visible=true"),
        ("/providers/1", "[popovertarget=provider-more] >> visible=true"),
        ("/clients/1", "[commandfor=session] >> visible=true"),
        ("/clients/1", "[popovertarget=client-more] >> visible=true"),
        ("/followups", "[data-row] [data-key=e] >> visible=true"),
        ("/board", "[data-palette-open] >> visible=true"),
        ("/settings/you", "[popovertarget^=paper-] >> visible=true"),
        ("/sequences", "[popovertarget^=sequence-] >> visible=true"),
        ("/sequences/1", "[popovertarget^=enrollment-] >> visible=true"),
    ],
)
def test_what_opens_over_a_page(
    furnished: tuple[House, str], window: OpenWindow, path: str, opener: str, size: tuple[int, int]
) -> None:
    house, token = furnished
    watched = window(house, width=size[0], token=token)
    watched.page.goto(path)
    watched.page.locator("html[data-ready]").wait_for(state="attached")
    watched.page.locator(opener).first.click()
    wrong = both_schemes(watched.page) + watched.complaints
    assert not wrong, "\n" + "\n".join(wrong)
