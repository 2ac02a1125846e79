"""A port that cannot be had is told with what to do about it; the kernel's own range is known."""

from __future__ import annotations

import errno
import socket
from pathlib import Path

import pytest

from softswitch import ports


@pytest.mark.parametrize("kind", [socket.SOCK_DGRAM, socket.SOCK_STREAM])
def test_a_port_is_tried_for_both_transports(kind: socket.SocketKind) -> None:
    with socket.socket(socket.AF_INET, kind) as other:
        other.bind(("127.0.0.1", 0))
        if kind == socket.SOCK_STREAM:
            other.listen()
        port = other.getsockname()[1]
        with pytest.raises(OSError, match="in use"):
            ports.try_port("127.0.0.1", port)
    for _ in range(2):
        ports.try_port("127.0.0.1", port)
    ports.try_port("127.0.0.1", 0)


def test_an_address_that_is_not_ours() -> None:
    with pytest.raises(OSError) as caught:  # noqa: PT011 - its number is what is asked for
        ports.try_port("192.0.2.1", 0)
    assert caught.value.errno == errno.EADDRNOTAVAIL


@pytest.mark.parametrize(
    ("number", "why", "advice"),
    [
        (errno.EADDRINUSE, "Address already in use", "`ss -lntup 'sport = :5060'` shows which"),
        (errno.EADDRNOTAVAIL, "Cannot assign requested address", "`ip -brief address` lists"),
        (errno.EACCES, "Permission denied", "Ports below 1024 are for root alone."),
        (errno.ENOBUFS, "No buffer space available", "Choose another address or port"),
    ],
)
def test_what_to_do_is_said_for_each_reason(number: int, why: str, advice: str) -> None:
    # As asyncio words it: the number is kept, the text is its own.
    sentence = ports.refusal(OSError(number, "error while attempting to bind"), "192.0.2.1", 5060)
    assert sentence.startswith(f"cannot listen on 192.0.2.1 port 5060: {why}. ")
    assert advice in sentence
    assert "--port" in sentence or "--bind" in sentence


@pytest.fixture
def kernel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(ports, "KERNEL_RANGE", tmp_path / "range")
    monkeypatch.setattr(ports, "KERNEL_RESERVED", tmp_path / "reserved")
    (tmp_path / "range").write_text("32768\t60999\n", encoding="ascii")
    (tmp_path / "reserved").write_text("\n", encoding="ascii")
    return tmp_path


@pytest.mark.parametrize(
    ("first", "last", "reserved", "overlaps"),
    [
        (10_000, 19_999, "", False),
        (10_000, 32_767, "", False),
        (30_000, 32_768, "", True),
        (60_999, 65_535, "", True),
        (61_000, 65_535, "", False),
        (30_000, 39_999, "8080,30000-39999", False),
        (30_000, 39_999, "30000-39998", True),
    ],
)
def test_the_range_the_kernel_gives_out(
    kernel: Path, first: int, last: int, reserved: str, overlaps: bool
) -> None:
    (kernel / "reserved").write_text(f"{reserved}\n", encoding="ascii")
    assert ports.overlap(first, last) == ((32_768, 60_999) if overlaps else None)


def test_a_kernel_that_does_not_say(kernel: Path) -> None:
    (kernel / "range").unlink()
    assert ports.overlap(1024, 65_535) is None


def test_a_port_of_streams_alone_is_tried_for_them_alone() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.1", 0))
        port = other.getsockname()[1]
        ports.try_stream("127.0.0.1", port)
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(OSError, match="in use"):
        ports.try_stream("127.0.0.1", taken.getsockname()[1])


def test_the_setting_that_chooses_the_port_is_named() -> None:
    sentence = ports.refusal(OSError(errno.EADDRINUSE, ""), "::1", 5061, "sip.tls.port")
    assert "choose another port with sip.tls.port." in sentence
