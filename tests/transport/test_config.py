"""What an operator may write about TLS and WebSocket."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from softswitch.transport.config import CertificateFiles, TlsConfig, WebSocketConfig, switched


@pytest.mark.parametrize(
    ("word", "part"),
    [
        (True, {}), ("yes", {}), ("On", {}), ("true", {}),
        (False, None), ("no", None), ("off", None),
        (None, None), ("maybe", "maybe"), ({"port": 1}, {"port": 1}),
    ],
)  # fmt: skip
def test_a_single_word_switches_a_part_on_or_off(word: object, part: object) -> None:
    assert switched(word) == part


def test_the_pair_that_stands_alone_goes_before_the_list() -> None:
    one, two = ({"certificate": f"{name}.pem", "key": f"{name}.key"} for name in "ab")
    config = TlsConfig.model_validate({**one, "certificates": [two]})
    assert [str(files.key) for files in config.files] == ["a.key", "b.key"]
    assert TlsConfig(certificates=(CertificateFiles.model_validate(two),)).files == config.files[1:]
    assert TlsConfig().files == ()


def test_files_are_found_beside_the_configuration() -> None:
    pair = CertificateFiles(certificate=Path("c.pem"), key=Path("/etc/k.pem"))
    config = TlsConfig(certificate=Path("a.pem"), key=Path("a.key"), certificates=(pair,))
    placed = config.placed(Path("/srv/line"))
    assert placed.files == (
        CertificateFiles(certificate=Path("/srv/line/a.pem"), key=Path("/srv/line/a.key")),
        CertificateFiles(certificate=Path("/srv/line/c.pem"), key=Path("/etc/k.pem")),
    )
    assert TlsConfig(port=7).placed(Path("/srv")) == TlsConfig(port=7)


@pytest.mark.parametrize("half", [{"certificate": "a.pem"}, {"key": "a.pem"}])
def test_half_a_pair_is_none(half: dict[str, str]) -> None:
    with pytest.raises(ValidationError, match="certificate and key belong together"):
        TlsConfig.model_validate(half)


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"port": None, "secure_port": None}, "nobody could connect"),
        ({"port": 8089}, "must differ"),
        ({"origins": ["example.com"]}, "write it as https://example.com"),
        ({"origins": ["https://example.com/"]}, "without a path"),
        ({"origins": ["ftp://example.com"]}, "is no origin"),
        ({"path": "/ws"}, "Extra inputs"),
    ],
)
def test_what_makes_no_websocket(wrong: dict[str, object], why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        WebSocketConfig.model_validate(wrong)


def test_two_free_ports_are_two() -> None:
    config = WebSocketConfig(port=0, secure_port=0, origins=("https://phones.example:8443",))
    assert (config.port, config.secure_port) == (0, 0)
