"""What every test with real phones stands on: a running demo line, a room for phones, free ports.

A phone that is not installed fails the test with one sentence; nothing is skipped, here or in CI.
"""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest

from tests.peers.line import SPEECH, DemoLine
from tests.peers.programs import Ports
from tests.peers.room import Room
from tests.peers.sipp import make_sounds


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show what the phones and the switch said when a test fails."""
    report = yield
    made = getattr(item, "funcargs", {})
    room = made.get("own_room") or made.get("room")
    if report.failed and report.when == "call" and isinstance(room, Room):
        report.sections.append(("phones and switch", room.report()))
    return report


@pytest.fixture(scope="session")
def ports() -> Ports:
    """Hand out loopback ports, to each of the processes that test side by side its own."""
    name, count = (
        os.environ.get("PYTEST_XDIST_WORKER", "gw0"),
        os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"),
    )
    return Ports.share(int(name.removeprefix("gw")), int(count))


@pytest.fixture(scope="session")
def sounds_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make every sound and capture the SIPp scenarios name."""
    return make_sounds(tmp_path_factory.mktemp("sounds"))


@pytest.fixture(scope="session")
def demo_line(tmp_path_factory: pytest.TempPathFactory, ports: Ports) -> Iterator[DemoLine]:
    """Run the demo line for all tests of the session."""
    folder = tmp_path_factory.mktemp("line")
    line = DemoLine(folder / "home", ports.take(), log=folder / "switch.log")
    yield line
    line.close()
    assert_faultless(line)


@pytest.fixture
def room(demo_line: DemoLine, ports: Ports, sounds_folder: Path, tmp_path: Path) -> Iterator[Room]:
    """Give the test a room for phones on the shared demo line."""
    with Room(demo_line, ports=ports, folder=tmp_path, sounds_folder=sounds_folder) as made:
        yield made


@pytest.fixture
def own_line(tmp_path: Path, ports: Ports, demo_line: DemoLine) -> Iterator[DemoLine]:
    """Run a demo line of the test's own, to be hurt and restarted."""
    home = tmp_path / "home"
    share_speech(demo_line.home, home)
    line = DemoLine(home, ports.take(), log=tmp_path / "switch.log")
    yield line
    line.close()
    assert_faultless(line)


@pytest.fixture
def own_room(own_line: DemoLine, ports: Ports, sounds_folder: Path, tmp_path: Path) -> Iterator[Room]:
    """Give the test a room for phones on its own demo line."""
    with Room(own_line, ports=ports, folder=tmp_path, sounds_folder=sounds_folder) as made:
        yield made


def share_speech(source: Path, home: Path) -> None:
    """Link the spoken prompts of one home into another, so that its line starts warm."""
    home.mkdir(parents=True, exist_ok=True)
    (home / SPEECH).symlink_to(source / SPEECH, target_is_directory=True)


def assert_faultless(line: DemoLine) -> None:
    """Demand that the switch had nothing to say against itself, whatever the phones did."""
    faults = line.faults()
    assert not faults, "the switch met faults of its own:\n" + "\n".join(faults)
