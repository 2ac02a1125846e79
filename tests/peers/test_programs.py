"""What the tests with phones stand on: a missing program fails with a sentence, a port is handed out once."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from tests.peers import softphone
from tests.peers.programs import LOOPBACK, PeerFailed, PeerMissing, PeerSilent, Ports, Program, require

SECONDS = 5.0


def test_a_missing_program_says_how_to_get_it() -> None:
    with pytest.raises(PeerMissing, match=r"^no-such-phone is not installed: run `make peers`$"):
        require("no-such-phone")


def test_a_missing_library_says_so_too(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(PeerMissing, match=r"^pjsua2 is not installed: run `make peers`$"):
        softphone.start_pjsua2("1001", "secret", "127.0.0.1:5060", ports=Ports(), folder=tmp_path)


def test_no_port_is_handed_out_twice() -> None:
    ports = Ports()
    taken = [ports.take(4) for _ in range(20)]
    assert len({port + offset for port in taken for offset in range(4)}) == 80


def test_processes_that_test_side_by_side_never_get_the_same() -> None:
    taken = [{share.take() for _ in range(200)} for share in (Ports.share(part, 3) for part in range(3))]
    assert len(set().union(*taken)) == 600


def test_ports_that_a_line_names_are_nobody_else_s_until_it_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Ports, "_is_free", staticmethod(lambda port: True))
    ports = Ports(first=7000, last=7399)
    with ports.held(5) as trunk:
        assert len(set(trunk)) == 5
        others = {ports.take() for _ in range(300)}
        assert others
        assert others.isdisjoint(trunk)
    assert {ports.take() for _ in range(300)}.issuperset(trunk)


def test_a_port_somebody_has_is_not_handed_out() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as somebody:
        somebody.bind((LOOPBACK, 0))
        port = somebody.getsockname()[1]
        with pytest.raises(PeerFailed, match="no free port"):
            Ports(first=port, last=port).take()


def test_what_a_program_never_says_is_named(tmp_path: Path) -> None:
    program = Program([require("echo"), "hello"], log=tmp_path / "echo.log")
    try:
        assert program.wait_line("hel+o", SECONDS)[0] == "hello"
        assert program.wait_end(SECONDS) == 0
        with pytest.raises(PeerSilent, match="waited for a line like 'bye', but it ended"):
            program.wait_line("bye", SECONDS)
    finally:
        program.close()
