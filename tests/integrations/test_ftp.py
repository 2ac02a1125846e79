"""Recordings dropped by FTP and FTPS on a real server, whatever is cut when."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import ssl
from pathlib import Path

import pytest

from softswitch.integrations.drop import DropChannel
from softswitch.integrations.drop_config import FtpConfig
from softswitch.integrations.ftp import FtpPlace
from softswitch.integrations.verification import verify
from softswitch.outbox.model import NotNow
from tests.integrations.cutting import wire_to
from tests.integrations.dropping import NAME, SOUND, Line, files
from tests.integrations.places import PASSWORD, USER, ftp_server


def place(port: int, **changes: object) -> FtpPlace:
    usual = {"host": "127.0.0.1", "port": port, "tls": "none", "user": USER, "password": PASSWORD}
    return FtpPlace(FtpConfig.model_validate({**usual, **changes}), time_limit_s=5.0)


def channel(line: Line, port: int, **changes: object) -> DropChannel:
    return line.channel(place(port, **changes))


async def test_f04_a_recording_is_there_whole_and_listed(line: Line, root: Path) -> None:
    async with ftp_server(root) as port:
        drop = channel(line, port)
        receipt = await drop.deliver(line.recorded(), 1)
        await drop.deliver(line.listing(), 1)
    assert receipt.reference == f"rec/{NAME}"
    assert files(root / "rec")[NAME] == SOUND
    assert verify(root / "rec").faults == []
    assert verify(root / "rec").files == 1


async def test_what_is_there_already_is_delivered(line: Line, root: Path) -> None:
    async with ftp_server(root) as port:
        await channel(line, port).deliver(line.recorded(), 1)
        before = (root / "rec" / NAME).stat().st_mtime_ns
        await channel(line, port).deliver(line.recorded(), 2)
    assert list(files(root)) == [f"rec/{NAME}"]
    assert (root / "rec" / NAME).stat().st_mtime_ns == before


@pytest.mark.parametrize("other", [b"x" * len(SOUND), b"short"])
async def test_another_file_of_that_name_stays(line: Line, root: Path, other: bytes) -> None:
    (root / "rec" / NAME).parent.mkdir(parents=True)
    (root / "rec" / NAME).write_bytes(other)
    async with ftp_server(root) as port:
        receipt = await channel(line, port).deliver(line.recorded(), 1)
        again = await channel(line, port).deliver(line.recorded(), 2)
    assert files(root)[f"rec/{NAME}"] == other
    assert files(root)[receipt.reference] == SOUND
    assert again.reference == receipt.reference
    assert len(files(root)) == 2


@pytest.mark.parametrize("tls", ["implicit", "explicit"])
async def test_tls_from_the_first_octet_and_by_auth(
    line: Line, root: Path, tls: str, server_tls: ssl.SSLContext, trusted: Path
) -> None:
    implicit, explicit = (server_tls, None) if tls == "implicit" else (None, server_tls)
    async with ftp_server(root, implicit=implicit, explicit=explicit) as port:
        await channel(line, port, tls=tls, authorities=trusted).deliver(line.recorded(), 1)
    assert files(root)[f"rec/{NAME}"] == SOUND


@pytest.mark.parametrize("tls", ["implicit", "explicit"])
async def test_a_server_nobody_vouches_for_gets_no_password(
    line: Line, root: Path, tls: str, server_tls: ssl.SSLContext
) -> None:
    implicit, explicit = (server_tls, None) if tls == "implicit" else (None, server_tls)
    async with ftp_server(root, implicit=implicit, explicit=explicit) as port:
        with pytest.raises(NotNow, match="cannot be reached") as caught:
            await channel(line, port, tls=tls).deliver(line.recorded(), 1)
    assert caught.value.whole
    assert files(root) == {}


async def test_a_server_without_tls_gets_no_password(line: Line, root: Path) -> None:
    async with ftp_server(root) as port:
        with pytest.raises(NotNow, match="502"):
            await channel(line, port, tls="explicit").deliver(line.recorded(), 1)


async def test_a_wrong_password_is_told_to_nobody(line: Line, root: Path) -> None:
    async with ftp_server(root) as port:
        with pytest.raises(NotNow, match="does not take user and password") as caught:
            await channel(line, port, password="hunter2").deliver(line.recorded(), 1)
    assert "hunter2" not in str(caught.value)
    assert "hunter2" not in repr(FtpConfig(host="x", user="a", password="hunter2"))


async def test_a_folder_that_may_not_be_written_is_tried_again(line: Line, root: Path) -> None:
    async with ftp_server(root, permissions="r") as port:
        with pytest.raises(NotNow, match="550") as caught:
            await channel(line, port).deliver(line.recorded(), 1)
    assert not caught.value.whole


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
async def test_wherever_the_wire_is_cut_it_is_there_once(line: Line, root: Path) -> None:
    async with ftp_server(root) as port, wire_to(port) as wire:
        await channel(line, wire.port).deliver(line.recorded(), 1)
        cuts = range(1, wire.passed, 29)
        failed = 0
        for number, limit in enumerate(cuts, start=2):
            delivery = line.recorded(number, SOUND + bytes([number]))
            wire.passed, wire.limit = 0, limit
            try:
                await channel(line, wire.port).deliver(delivery, 1)
            except NotNow:
                failed += 1
            wire.limit = None
            await channel(line, wire.port).deliver(delivery, 2)
    # Only where nothing but the farewell was cut off was it there at once.
    assert failed >= len(cuts) - 4
    found = files(root / "rec")
    assert len(found) == len(cuts) + 1
    assert sorted(content[len(SOUND) :] for content in found.values()) == [
        b"",
        *(bytes([number]) for number in range(2, len(cuts) + 2)),
    ]
    assert not [name for name in found if name.endswith(".part")]
    # What the library leaves open where a dialogue is cut goes with its last reference: here, and not later.
    gc.collect()


async def test_f04_a_server_that_is_down_ten_minutes_gets_it_once(line: Line, root: Path) -> None:
    async with ftp_server(root) as port:
        pass
    drop = channel(line, port)
    delivery = line.recorded()
    for attempt in range(1, 11):
        with pytest.raises(NotNow, match="cannot be reached") as caught:
            await drop.deliver(delivery, attempt)
        assert caught.value.whole
        line.clock.advance(60)
    async with ftp_server(root, port=port):
        await drop.deliver(delivery, 11)
        await drop.deliver(line.listing(), 1)
    assert verify(root / "rec").faults == []
    assert verify(root / "rec").files == 1


async def test_the_manifest_makes_way_for_the_next(line: Line, root: Path) -> None:
    async with ftp_server(root) as port:
        drop = channel(line, port)
        for number in (1, 2, 3):
            await drop.deliver(line.recorded(number, bytes([number])), 1)
            await drop.deliver(line.listing(), 1)
    assert verify(root / "rec").lines == 3
    assert verify(root / "rec").faults == []


async def endless(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Greet without end."""
    with contextlib.suppress(ConnectionError):
        while True:
            writer.write(b"220-welcome\r\n" * 1000)
            await writer.drain()


async def test_a_greeting_without_end_is_no_answer(line: Line) -> None:
    async with await asyncio.start_server(endless, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(NotNow, match="its answer has no end"):
            async with asyncio.timeout(5):
                await channel(line, port).deliver(line.recorded(), 1)
