"""A program tried in the terminal, over HTTP, against a real server."""

from __future__ import annotations

import json
import time
from pathlib import Path

from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from softswitch.applications.signature import verify
from softswitch.cli import EXIT_CANNOT_START
from tests.cli.running import refused, run

SECRET = "a secret of some length"


def parcels(request: Request) -> Response:
    """Answer as a parcel service would."""
    headers = {name.lower(): value for name, value in request.headers.items()}
    assert verify(SECRET, headers, request.data, now=time.time())
    results = json.loads(request.data)["results"]
    if not results:
        steps = [{"gather": {"prompt": "Numer przesyłki?", "max": 4}}]
    else:
        steps = [{"say": f"Przesyłka {results[0]['digits']} jest u kuriera."}, {"hangup": {}}]
    return Response(json.dumps({"steps": steps}), content_type="application/json")


def test_a_call_is_played_against_a_program(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/calls", method="POST").respond_with_handler(parcels)
    result = run("application", "try", httpserver.url_for("/calls"), "--secret", SECRET, "--press", "4711")
    assert result.exit_code == 0
    assert result.output.splitlines() == [
        "question 1: 1 step",
        "  asks: Numer przesyłki?",
        "  > 4711",
        "question 2: 2 steps",
        "  says: Przesyłka 4711 jest u kuriera.",
        "  hangs up",
    ]
    httpserver.check_assertions()


def test_a_program_that_fails_ends_with_an_exit_code(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/calls").respond_with_data("no", status=500)
    result = run("application", "try", httpserver.url_for("/calls"), "--secret", SECRET)
    assert result.exit_code == 1
    assert "answered with status 500" in result.output


def test_a_connection_is_asked_by_hand(httpserver: HTTPServer, tmp_path: Path) -> None:
    httpserver.expect_request("/parcels/4711").respond_with_json({"status": "u kuriera"})
    config = tmp_path / "softswitch.yaml"
    url = httpserver.url_for("/parcels/{{VARIABLE.PARCEL}}")
    config.write_text(
        "accounts: {1001: {password: a-long-password}}\n"
        "http: {allow: [127.0.0.1, localhost]}\n"
        f"connections: {{parcels: {{url: '{url}', answer: {{status: $.status}}}}}}\n",
        encoding="utf-8",
    )
    result = run("connection", "parcels", "--set", "VARIABLE.PARCEL=4711", "--config", config)
    assert result.output.splitlines()[1:] == ["  STATUS = u kuriera"]
    assert result.exit_code == 0
    unknown = run("connection", "nobody", "--config", config)
    assert (unknown.exit_code, "there is no connection 'nobody'" in unknown.output) == (1, True)
    assert "NAME=VALUE" in refused(
        EXIT_CANNOT_START, "connection", "parcels", "--set", "x", "--config", config
    )


def test_what_cannot_be_tried_is_told() -> None:
    assert run("application", "play", "http://127.0.0.1:1/").exit_code == 2
    assert run("application", "try", "http://127.0.0.1:1/", "--secret", "whsec_?").exit_code == 2
    result = run("application", "try", "http://127.0.0.1:1/")
    assert (result.exit_code, "cannot be reached" in result.output) == (1, True)
