"""The page for logo and colour."""

from __future__ import annotations

import io

from flask.testing import FlaskClient

from tests.conftest import SAME_SITE
from tests.pictures import png

URL = "/settings/papers"


def test_a_logo_is_shown_as_what_it_is(client: FlaskClient) -> None:
    answer = client.post(f"{URL}/logo", data={"logo": (io.BytesIO(png()), "logo.html")}, headers=SAME_SITE)
    assert answer.status_code == 303
    page = client.get(URL).text
    assert f'src="{URL}/logo?v=' in page
    assert "Undo" in page
    shown = client.get(f"{URL}/logo")
    assert (shown.mimetype, shown.data) == ("image/png", png())
    assert shown.headers["X-Content-Type-Options"] == "nosniff"


def test_an_svg_is_refused_with_a_reason(client: FlaskClient) -> None:
    answer = client.post(f"{URL}/logo", data={"logo": (io.BytesIO(b"<svg/>"), "logo.png")}, headers=SAME_SITE)
    assert answer.status_code == 422
    assert "SVG can hold programs" in answer.text
    assert client.get(f"{URL}/logo").status_code == 404


def test_no_file_says_so(client: FlaskClient) -> None:
    answer = client.post(f"{URL}/logo", data={}, headers=SAME_SITE)
    assert answer.status_code == 422
    assert "Choose a picture first." in answer.text


def test_a_light_color_is_taken_and_told(client: FlaskClient) -> None:
    assert client.post(f"{URL}/color", data={"color": "#ffd400"}, headers=SAME_SITE).status_code == 303
    assert "Too light for letters" in client.get(URL).text
    answer = client.post(f"{URL}/color", data={"color": "gold"}, headers=SAME_SITE)
    assert answer.status_code == 422
    assert "six digits" in answer.text


def test_the_logo_can_be_taken_off(client: FlaskClient) -> None:
    client.post(f"{URL}/logo", data={"logo": (io.BytesIO(png()), "a.png")}, headers=SAME_SITE)
    client.post(f"{URL}/logo/removal", headers=SAME_SITE)
    assert "No logo yet" in client.get(URL).text
