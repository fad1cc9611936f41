"""Tests of `crm.web.squeezing`."""

from __future__ import annotations

import gzip

from flask import Flask, Response
from flask.testing import FlaskClient

from crm.web import squeezing

GZIP = {"Accept-Encoding": "gzip, deflate, br"}


def _app() -> FlaskClient:
    app = Flask(__name__)
    squeezing.install(app)
    words = "three walks a week " * 200
    app.add_url_rule("/page", "page", lambda: words)
    app.add_url_rule("/short", "short", lambda: "three walks")
    app.add_url_rule("/paper", "paper", lambda: Response(words, mimetype="application/pdf"))
    app.add_url_rule("/rows", "rows", lambda: Response((word for word in words), mimetype="text/html"))
    return app.test_client()


def test_a_page_is_sent_compressed_to_a_browser_that_takes_it() -> None:
    plain, small = _app().get("/page"), _app().get("/page", headers=GZIP)
    assert small.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(small.data) == plain.data
    assert int(small.headers["Content-Length"]) == len(small.data) < len(plain.data) / 5


def test_a_browser_that_does_not_take_it_gets_the_page_as_it_is() -> None:
    for asked in ({}, {"Accept-Encoding": "identity"}, {"Accept-Encoding": "br, gzip;q=0"}):
        answer = _app().get("/page", headers=asked)
        assert "Content-Encoding" not in answer.headers
        assert answer.text.startswith("three walks a week")


def test_what_stands_between_is_told_that_there_are_two_forms() -> None:
    for asked in ({}, GZIP):
        assert "Accept-Encoding" in _app().get("/page", headers=asked).vary


def test_short_answers_papers_and_streams_stay_as_they_are() -> None:
    for path in ("/short", "/paper", "/rows"):
        assert "Content-Encoding" not in _app().get(path, headers=GZIP).headers, path


def test_the_length_of_the_same_page_differs_from_time_to_time() -> None:
    client = _app()
    assert len({len(client.get("/page", headers=GZIP).data) for _ in range(20)}) > 1


def test_head_answers_as_get_does(client: FlaskClient) -> None:
    answer = client.head("/", headers=GZIP)
    assert answer.headers["Content-Encoding"] == "gzip"
    assert answer.data == b""


def test_every_page_of_a_signed_in_person_comes_compressed(client: FlaskClient) -> None:
    answer = client.get("/", headers=GZIP)
    assert answer.headers["Content-Encoding"] == "gzip"
    assert b"</html>" in gzip.decompress(answer.data)
    assert {"Accept-Encoding"} <= set(answer.vary)
    assert answer.headers["Cache-Control"] == "no-store"
