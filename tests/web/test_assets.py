"""Static files: kept for ever under an address that changes with their content, small, and nothing else is served."""

from __future__ import annotations

import gzip
import re
from typing import TYPE_CHECKING

import pytest

from crm.web import assets

if TYPE_CHECKING:
    from flask.testing import FlaskClient

CSS_LIMIT = 25 * 1024
JS_LIMIT = 40 * 1024


def sent(visitor: FlaskClient, name: str) -> int:
    answer = visitor.get(f"/assets/{assets.version()}/{name}", headers={"Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"
    return len(answer.data)


def test_the_budget_is_kept_by_what_is_sent(visitor: FlaskClient) -> None:
    assert sent(visitor, assets.STYLES) < CSS_LIMIT
    scripts = [str(path.relative_to(assets.STATIC)) for path in assets.STATIC.rglob("*.js")]
    assert sum(sent(visitor, name) for name in scripts) < JS_LIMIT


def test_comments_stay_at_home_and_code_does_not() -> None:
    script = b"// why\nconst a = 1; // kept\n  /** What\n   * it is. */\nconst b = `x`;\n"
    assert assets.without_comments(script) == b"const a = 1; // kept\nconst b = `x`;\n"


def test_a_file_is_kept_for_ever_under_its_version(visitor: FlaskClient) -> None:
    answer = visitor.get(f"/assets/{assets.version()}/js/app.js")
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.mimetype == "text/javascript"


def test_an_old_address_gets_todays_file_without_keeping_it(visitor: FlaskClient) -> None:
    answer = visitor.get("/assets/0000000000/css/1-tokens.css")
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-cache")


def test_files_travel_squeezed_where_the_browser_can(visitor: FlaskClient) -> None:
    address = f"/assets/{assets.version()}/css/3-parts.css"
    plain = visitor.get(address)
    small = visitor.get(address, headers={"Accept-Encoding": "gzip, br"})
    assert small.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(small.data) == plain.data
    assert len(small.data) < len(plain.data) / 2


def test_all_styles_come_as_one_file_in_the_order_of_their_names(visitor: FlaskClient) -> None:
    answer = visitor.get(f"/assets/{assets.version()}/{assets.STYLES}")
    assert answer.mimetype == "text/css"
    assert answer.text.index("@layer reset, tokens") < answer.text.index(".board-card") < answer.text.index("@page")


@pytest.mark.parametrize("name", ["../assets.py", "..%2fassets.py", "nothing.css", "css", "../../../pyproject.toml"])
def test_nothing_else_is_served(visitor: FlaskClient, name: str) -> None:
    assert visitor.get(f"/assets/{assets.version()}/{name}").status_code in {404, 308}


def test_the_phone_gets_a_manifest_with_an_icon_that_exists(visitor: FlaskClient) -> None:
    manifest = visitor.get("/manifest.webmanifest").json
    assert manifest is not None
    assert visitor.get(manifest["icons"][0]["src"]).mimetype == "image/svg+xml"
    assert visitor.get("/favicon.ico").status_code == 200


def test_pages_refer_to_files_that_exist(visitor: FlaskClient) -> None:
    page = visitor.get("/login").text
    addresses = re.findall(r'(?:href|src)="(/assets/[^"]+)"', page)
    assert len(addresses) > 10
    assert [address for address in addresses if visitor.get(address).status_code != 200] == []


def test_scripts_let_the_style_sheet_go_first(visitor: FlaskClient) -> None:
    page = visitor.get("/login").text
    scripts = re.findall(r'<(?:link rel="modulepreload"|script) [^>]*>', page)
    assert len(scripts) > 10
    assert all('fetchpriority="low"' in each for each in scripts)
    assert page.index(assets.STYLES) < page.index(scripts[0])


def test_modules_import_files_that_exist() -> None:
    missing = []
    for path in assets.STATIC.rglob("*.js"):
        for name in re.findall(r'from "(\.[^"]+)"|import "(\.[^"]+)"|: "(\./extra/[^"]+)"', path.read_text()):
            target = path.parent / next(part for part in name if part)
            if not target.is_file():
                missing.append(f"{path.name}: {name}")
    assert missing == []


def test_scripts_never_turn_text_into_markup_or_code() -> None:
    forbidden = re.compile(r"\b(innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval|new Function|DOMParser)\b")
    assert [path.name for path in assets.STATIC.rglob("*.js") if forbidden.search(path.read_text())] == []


def test_an_icon_is_decoration_unless_it_has_a_label() -> None:
    assert 'aria-hidden="true"' in assets.icon("phone")
    labelled = assets.icon("phone", 18, 'Call "Ada"')
    assert 'role="img"' in labelled
    assert 'aria-label="Call &quot;Ada&quot;"' in labelled
