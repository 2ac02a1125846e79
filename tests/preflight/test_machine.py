"""Ports, passwords, keys and addresses."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from softswitch import ports
from softswitch.config import load_config
from softswitch.preflight.examining import examine
from tests.preflight.lines import ANNA, faults, written

INSIDE = "https://10.1.2.3"
FIELDS = "{number: $.n, status: $.s, placed: $.p}"
ORDERS = f"{{http: {{url: '{INSIDE}/?phone={{phone}}', orders: '$.a[*]', fields: {FIELDS}}}}}"
SIGNED = "whsec_IX5aWxwfbv+n0uU9Wt53b0v13NNe7XvZEYbrb5wTnDY="
PROGRAM = f"{{url: '{INSIDE}/', secret: ours-alone-and-so-long-0815, fallback: 1001}}"


def test_a_port_that_is_taken(file: Path) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.1", 0))
        port = other.getsockname()[1]
        config = written(file, ANNA).overridden(port=port)
        (obstacle,) = examine(config).obstacles
    assert obstacle.startswith(f"cannot listen on 127.0.0.1 port {port}: Address already in use. ")
    assert examine(config).obstacles == ()


def test_a_home_that_cannot_be_written(file: Path) -> None:
    (file.parent / "home").write_text("a file", encoding="utf-8")
    (obstacle,) = examine(written(file, ANNA)).obstacles
    assert obstacle.startswith(f"cannot write in {file.parent}/home: ")


def test_keys_that_can_be_read_on_the_way_are_a_warning(file: Path) -> None:
    text = (
        "accounts:\n  1001: {password: a-long-one}\n  1002:\n    password: a-long-one\n    srtp: required\n"
    )
    (warning,) = examine(written(file, text)).warnings
    assert str(warning).startswith(f"{file} line 7: accounts.1002.srtp: SRTP is required of 1002, but ")


def test_ports_the_kernel_gives_out_are_a_warning(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ports, "overlap", lambda first, last: (32_768, 60_999))
    (warning,) = examine(written(file, f"{ANNA}media:\n  ports: 30000-39999\n")).warnings
    assert str(warning).startswith(f"{file} line 5: media.ports: 30000-39999 overlaps 32768-60999, ")


@pytest.mark.parametrize(("part", "setting"), [("tls", "sip.tls.port"), ("websocket", "sip.websocket.port")])
def test_their_ports_are_tried_too(file: Path, part: str, setting: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        more = ", secure_port: ~" if part == "websocket" else ""
        file.write_text(
            f"sip: {{bind: 127.0.0.1, port: 0, {part}: {{port: {port}{more}}}}}\nhome: home\n{ANNA}",
            encoding="utf-8",
        )
        (obstacle,) = examine(load_config(file)).obstacles
        assert f"127.0.0.1 port {port}: Address already in use" in obstacle
        assert f"choose another port with {setting}" in obstacle
        if part == "tls":
            text = file.read_text().replace(f"port: {port}", f"port: {port}, optional: yes")
            file.write_text(text, encoding="utf-8")
            assert examine(load_config(file)).obstacles == ()


@pytest.mark.parametrize(
    ("setting", "sentence"),
    [
        ("tls: {port: 5060}", "sip.tls.port: 5060 is the same port as sip.port: TLS needs its own"),
        (
            "tls: {port: 8443}, websocket: {secure_port: 8443}",
            "sip.websocket.secure_port: 8443 is the same port as sip.tls.port: WSS needs its own",
        ),
    ],
)
def test_a_port_that_stands_here_twice(file: Path, setting: str, sentence: str) -> None:
    file.write_text(f"sip: {{bind: 127.0.0.1, {setting}}}\nhome: home\n{ANNA}", encoding="utf-8")
    assert faults(load_config(file)) == [f"line 1: {sentence}"]


@pytest.mark.parametrize(
    ("password", "words"), [("1001", "is the account's own number"), ("short", "is shorter than 8 letters")]
)
def test_passwords_that_are_guessed_are_a_warning_and_not_said(file: Path, password: str, words: str) -> None:
    (warning,) = examine(written(file, f"accounts:\n  1001: {{password: {password}}}\n")).warnings
    assert str(warning).startswith(f"{file} line 4: accounts.1001.password: {words}")


def test_a_gateway_on_this_machine_that_nobody_may_ask_is_told_at_the_start(file: Path) -> None:
    body = "{to: '{{SMS.NUMBER}}', text: '{{SMS.TEXT}}'}"
    gateway = f"sms: {{default: {{sender: A, http: {{url: 'http://127.0.0.1:8085/send', body: {body}}}}}}}\n"
    (warning,) = examine(written(file, f"{ANNA}{gateway}")).warnings
    assert str(warning).endswith(
        "sms.default.http.url: asks 127.0.0.1:8085, an inner address: nothing gets there until http: allow "
        "names it"
    )
    assert examine(written(file, f"{ANNA}{gateway}http: {{allow: [127.0.0.1:8085]}}\n")).warnings == ()


@pytest.mark.parametrize(
    ("where", "part"),
    [
        ("webhooks.crm.url", f"webhooks: {{crm: {{url: '{INSIDE}/', secrets: [{SIGNED}]}}}}"),
        ("applications.700.url", f"applications: {{700: {PROGRAM}}}"),
        ("shops.erp.http.url", f"shops: {{erp: {ORDERS}}}"),
        (
            "shops.web.woocommerce.url",
            f"shops: {{web: {{woocommerce: {{url: '{INSIDE}', key: k, secret: s}}}}}}",
        ),
    ],
)
def test_others_on_this_machine_that_nobody_may_ask_are_told_as_well(
    file: Path, where: str, part: str
) -> None:
    text = f"{ANNA}{part}\n"
    (warning,) = examine(written(file, text)).warnings
    assert f"{where}: asks 10.1.2.3:443, an inner address" in str(warning)
    assert examine(written(file, f"{text}http: {{allow: [10.1.2.3]}}\n")).warnings == ()
