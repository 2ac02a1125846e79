"""Recordings dropped by SFTP on a real server that proves itself by the key that was written down."""

from __future__ import annotations

from pathlib import Path

import asyncssh
import pytest

from softswitch.integrations.drop import DropChannel
from softswitch.integrations.drop_config import SftpConfig
from softswitch.integrations.sftp import SftpPlace
from softswitch.integrations.verification import verify
from softswitch.outbox.model import NotNow
from tests.integrations.cutting import wire_to
from tests.integrations.dropping import NAME, SOUND, Line, files
from tests.integrations.places import PASSWORD, USER, sftp_server


@pytest.fixture(scope="module")
def host_key() -> asyncssh.SSHKey:
    return asyncssh.generate_private_key("ssh-ed25519")


def channel(line: Line, port: int, host_key: asyncssh.SSHKey, **changes: object) -> DropChannel:
    public = host_key.export_public_key().decode().strip()
    usual = {"host": "127.0.0.1", "port": port, "user": USER, "password": PASSWORD, "host_key": public}
    config = SftpConfig.model_validate({**usual, **changes})
    return line.channel(SftpPlace(config, time_limit_s=5.0))


async def test_a_recording_is_there_whole_and_listed(
    line: Line, root: Path, host_key: asyncssh.SSHKey
) -> None:
    async with sftp_server(root, host_key) as port:
        drop = channel(line, port, host_key)
        receipt = await drop.deliver(line.recorded(), 1)
        await drop.deliver(line.listing(), 1)
        await drop.deliver(line.recorded(), 2)
    assert receipt.reference == f"rec/{NAME}"
    assert files(root / "rec")[NAME] == SOUND
    assert verify(root / "rec").faults == []
    assert (verify(root / "rec").files, verify(root / "rec").lines) == (1, 1)


async def test_another_file_of_that_name_stays(line: Line, root: Path, host_key: asyncssh.SSHKey) -> None:
    (root / "rec" / NAME).parent.mkdir(parents=True)
    (root / "rec" / NAME).write_bytes(b"x" * len(SOUND))
    async with sftp_server(root, host_key) as port:
        receipt = await channel(line, port, host_key).deliver(line.recorded(), 1)
    assert files(root)[f"rec/{NAME}"] == b"x" * len(SOUND)
    assert files(root)[receipt.reference] == SOUND


@pytest.mark.parametrize("old", [False, True])
async def test_the_manifest_makes_way_for_the_next(
    line: Line, root: Path, host_key: asyncssh.SSHKey, old: bool
) -> None:
    async with sftp_server(root, host_key, old=old) as port:
        drop = channel(line, port, host_key)
        for number in (1, 2, 3):
            await drop.deliver(line.recorded(number, bytes([number])), 1)
            await drop.deliver(line.listing(), 1)
    assert verify(root / "rec").lines == 3
    assert verify(root / "rec").faults == []


async def test_a_server_with_another_key_gets_nothing(
    line: Line, root: Path, host_key: asyncssh.SSHKey
) -> None:
    async with sftp_server(root, asyncssh.generate_private_key("ssh-ed25519")) as port:
        with pytest.raises(NotNow, match="another key than host_key") as caught:
            await channel(line, port, host_key).deliver(line.recorded(), 1)
    assert caught.value.whole
    assert files(root) == {}


async def test_a_wrong_password_is_told_to_nobody(line: Line, root: Path, host_key: asyncssh.SSHKey) -> None:
    async with sftp_server(root, host_key) as port:
        with pytest.raises(NotNow, match="does not let recorder in") as caught:
            await channel(line, port, host_key, password="hunter2").deliver(line.recorded(), 1)
    assert "hunter2" not in str(caught.value)


async def test_a_key_in_place_of_a_password(
    line: Line, root: Path, host_key: asyncssh.SSHKey, tmp_path: Path
) -> None:
    own = asyncssh.generate_private_key("ssh-ed25519")
    own.write_private_key(str(tmp_path / "id"))
    async with sftp_server(root, host_key, clients=own) as port:
        drop = channel(line, port, host_key, password="", key=tmp_path / "id")
        await drop.deliver(line.recorded(), 1)
    assert files(root / "rec")[NAME] == SOUND


async def test_a_key_that_is_none_is_named(
    line: Line, root: Path, host_key: asyncssh.SSHKey, tmp_path: Path
) -> None:
    (tmp_path / "id").write_text("no key")
    async with sftp_server(root, host_key) as port:
        with pytest.raises(NotNow, match="cannot be used"):
            await channel(line, port, host_key, password="", key=tmp_path / "id").deliver(line.recorded(), 1)


async def test_wherever_the_wire_is_cut_it_is_there_once(
    line: Line, root: Path, host_key: asyncssh.SSHKey
) -> None:
    async with sftp_server(root, host_key) as port, wire_to(port) as wire:
        await channel(line, wire.port, host_key).deliver(line.recorded(), 1)
        cuts = range(1, wire.passed, wire.passed // 24)
        failed = 0
        for number, limit in enumerate(cuts, start=2):
            delivery = line.recorded(number, SOUND + bytes([number]))
            wire.passed, wire.limit = 0, limit
            try:
                await channel(line, wire.port, host_key).deliver(delivery, 1)
            except NotNow:
                failed += 1
            wire.limit = None
            await channel(line, wire.port, host_key).deliver(delivery, 2)
    assert failed >= len(cuts) - 2
    found = files(root / "rec")
    assert sorted(content[len(SOUND) :] for content in found.values()) == [
        b"",
        *(bytes([number]) for number in range(2, len(cuts) + 2)),
    ]
    assert not [name for name in found if name.endswith(".part")]


async def test_a_server_that_is_down_ten_minutes_gets_it_once(
    line: Line, root: Path, host_key: asyncssh.SSHKey
) -> None:
    async with sftp_server(root, host_key) as port:
        pass
    drop = channel(line, port, host_key)
    delivery = line.recorded()
    for attempt in range(1, 11):
        with pytest.raises(NotNow, match="cannot be reached") as caught:
            await drop.deliver(delivery, attempt)
        assert caught.value.whole
        line.clock.advance(60)
    async with sftp_server(root, host_key, port=port):
        await drop.deliver(delivery, 11)
    assert files(root / "rec") == {NAME: SOUND}
