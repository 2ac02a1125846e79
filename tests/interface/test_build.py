"""The interface of a whole running switch: real phones ring, and a program hears of it over real sockets."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from softswitch.app import Notices, Switch, running
from softswitch.config import AccountConfig
from softswitch.errors import StartError
from softswitch.events import CallEnded, LegAnswered, LegInvited, PhoneRegistered, SwitchStarted
from softswitch.phone.run import PhoneSetup, take_steps
from softswitch.phone.steps import parse_steps
from softswitch.storage.database import Database
from softswitch.storage.token_store import TokenStore
from softswitch.web.config import ApiConfig
from softswitch.web.scopes import parse_scopes
from softswitch.web.tokens import issue
from tests.fakes.home_line import Diary, local
from tests.fakes.patience import PATIENCE

PASSWORD = "only-for-tests"
ACCOUNTS = {user: AccountConfig(password=PASSWORD) for user in ("1001", "1002", "1003")}
MOST_MS = 300.0
"""What agents' screens are promised."""
TRIES = 5
"""One in time shows that the interface keeps it: what else the machine does may hold up any one."""


@dataclass
class Line:
    """A running switch with an interface, and what it tells."""

    switch: Switch
    diary: Diary
    home: Path

    @property
    def port(self) -> int:
        """Of the interface."""
        assert self.switch.interface is not None
        return self.switch.interface.port

    async def token(self, *scopes: str, agent: str = "") -> str:
        """Make a token, as the command does: in the database, beside the running switch."""
        made, text = issue("test", parse_scopes(scopes, agent=agent), datetime.now(UTC), agent=agent)
        database = await Database.open(f"sqlite:///{self.home / 'switch.db'}", create=False)
        try:
            await TokenStore(database).add(made)
        finally:
            await database.close()
        return text

    async def client(self, *scopes: str, agent: str = "") -> httpx.AsyncClient:
        """Return a client with a token."""
        headers = {"Authorization": f"Bearer {await self.token(*scopes, agent=agent)}"}
        return httpx.AsyncClient(base_url=f"http://127.0.0.1:{self.port}", headers=headers, timeout=PATIENCE)

    def phone(self, user: str, *steps: str) -> asyncio.Task[bool]:
        """Let a telephone take steps."""
        setup = PhoneSetup(
            user=user, server=f"127.0.0.1:{self.switch.port}", password=PASSWORD, rtp=free_ports()
        )
        return asyncio.create_task(take_steps(setup, parse_steps(list(steps)), lambda line: None))


def free_ports() -> tuple[int, int]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        first = int(probe.getsockname()[1])
    return (first, min(first + 99, 65_535)) if first < 65_000 else (first - 200, first)


@contextlib.asynccontextmanager
async def line(home: Path, **more: Any) -> AsyncIterator[Line]:
    """Run a switch with an interface."""
    diary = Diary()
    config = local(home, accounts=ACCOUNTS, api=ApiConfig(port=0, **more))
    async with running(config, notices=Notices(event=diary.tell)) as switch:
        yield Line(switch, diary, home)


async def told(client: Any, kind: str) -> dict[str, Any]:
    """Return the next message of a type."""
    async with asyncio.timeout(PATIENCE):
        while True:
            message: dict[str, Any] = json.loads(await client.recv())
            if message["type"] == kind:
                return message


async def test_a_ring_is_on_the_screen_within_the_promise(tmp_path: Path) -> None:
    async with line(tmp_path) as here:
        token = await here.token("events:read", agent="1002")
        url, fields = f"ws://127.0.0.1:{here.port}/v1/events", {"Authorization": f"Bearer {token}"}
        async with connect(url, additional_headers=fields, proxy=None) as screen:
            callee = here.phone("1002", *["ignore:60"] * TRIES)
            await here.diary.until(PhoneRegistered)
            late: list[float] = []
            while not late or (late[-1] >= MOST_MS and len(late) < TRIES):
                caller = here.phone("1001", "call:1002")
                await told(screen, "ringing")
                now, invited = datetime.now(UTC), await here.diary.until(LegInvited, len(late) + 1)
                late.append((now - invited.at).total_seconds() * 1000)
                caller.cancel()
                await asyncio.gather(caller, return_exceptions=True)
                assert not (await told(screen, "ring_over"))["data"]["answered"]
            callee.cancel()
            await asyncio.gather(callee, return_exceptions=True)
    assert min(late) < MOST_MS


async def test_a_program_follows_and_controls_a_real_call(tmp_path: Path) -> None:
    async with line(tmp_path) as here, await here.client("*:*") as client:
        agent = await here.token("events:read", agent="1002")
        url, fields = f"ws://127.0.0.1:{here.port}/v1/events", {"Authorization": f"Bearer {agent}"}
        async with connect(url, additional_headers=fields, proxy=None) as screen:
            callee = here.phone("1002", "answer", "wait:60")
            await here.diary.until(PhoneRegistered)
            caller = here.phone("1001", "call:1002", "wait:60")
            ring = (await told(screen, "ringing"))["data"]
            assert (ring["caller"], ring["agent"], ring["called"]) == ("1001", "1002", "1002")
            assert (await told(screen, "ring_over"))["data"]["answered"]
            (live,) = (await client.get("/v1/live-calls")).json()
            assert live["id"] == ring["call"]
            assert {leg["party"] for leg in live["legs"]} == {"1001", "1002"}
            assert (await client.delete(f"/v1/live-calls/{live['id']}")).status_code == 204
            ended = await here.diary.until(CallEnded)
            assert ended.event.reason == "ended_by_program"  # type: ignore[union-attr]
            for phone in (callee, caller):
                phone.cancel()
            await asyncio.gather(callee, caller, return_exceptions=True)
        async with asyncio.timeout(PATIENCE):
            while (found := await client.get(f"/v1/calls/{live['id']}")).json().get("ended") is None:
                pass
        assert found.json()["agents"] == ["1002"]
        async with asyncio.timeout(PATIENCE):
            while not (listed := (await client.get("/v1/calls", params={"party": "1002"})).json()["items"]):
                pass
        assert [one["id"] for one in listed] == [live["id"]]


async def test_a_program_rings_an_account(tmp_path: Path) -> None:
    async with line(tmp_path) as here, await here.client("live-calls:control") as client:
        first = here.phone("1001", "answer", "wait:60")
        second = here.phone("1002", "answer", "wait:60")
        await here.diary.until(PhoneRegistered, 2)
        fields = {"Idempotency-Key": "one"}
        asked = {"account": "1001", "number": "1002"}
        answers = [await client.post("/v1/live-calls", json=asked, headers=fields) for _ in range(2)]
        assert [one.status_code for one in answers] == [201, 201]
        assert answers[0].json() == answers[1].json()
        await here.diary.until(LegAnswered, 2)
        assert here.switch.signalling.originator.board.calls == 1
        await client.delete(f"/v1/live-calls/{answers[0].json()['call']}")
        await here.diary.until(CallEnded)
        for phone in (first, second):
            phone.cancel()
        await asyncio.gather(first, second, return_exceptions=True)


async def test_events_are_told_over_a_restart_without_a_gap(tmp_path: Path) -> None:
    async with line(tmp_path) as here:
        await here.diary.until(SwitchStarted)
    async with line(tmp_path) as here:
        token = await here.token("events:read")
        url = f"ws://127.0.0.1:{here.port}/v1/events?after=0"
        fields = {"Authorization": f"Bearer {token}"}
        async with connect(url, additional_headers=fields, proxy=None) as client:
            kinds, numbers = [], []
            while kinds.count("SwitchStarted") < 2:
                message = await told(client, "event")
                kinds.append(message["kind"])
                numbers.append(message["sequence"])
            assert numbers == list(range(1, len(numbers) + 1))
            here.switch.interface._hub.close()  # type: ignore[union-attr]
            with contextlib.suppress(ConnectionClosed):
                while True:
                    await client.recv()
            assert client.close_code == 1012


async def test_a_port_that_is_taken_is_said_before_anything_starts(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        config = local(tmp_path, api=ApiConfig(port=taken.getsockname()[1]))
        with pytest.raises(StartError, match=r"already in use.*api\.port"):
            async with running(config):
                pass


async def test_certificates_are_read_anew_and_a_missing_one_stops_nothing(tmp_path: Path) -> None:
    async with line(tmp_path) as here:
        await here.switch.renew()
        assert here.switch.interface is not None
        here.switch.interface.renew()
