"""The socket by which a running switch is asked."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import stat
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from softswitch.control import (
    LONGEST_QUESTION,
    SOCKET,
    ControlRefused,
    NoSwitch,
    Verb,
    answered,
    answering,
    ask,
)


@dataclass(frozen=True, slots=True)
class Thing:
    name: str
    count: int


def things(arguments: Mapping[str, str]) -> list[Thing]:
    if "none" in arguments:
        raise ControlRefused("there is none")
    return [Thing(name, len(value)) for name, value in arguments.items()]


def broken(arguments: Mapping[str, str]) -> object:
    raise LookupError("secret detail")


async def looked_up(arguments: Mapping[str, str]) -> list[Thing]:
    await asyncio.sleep(0)
    if "none" in arguments:
        raise ControlRefused("nothing is there")
    return [Thing("found", 1)]


VERBS: dict[str, Verb] = {"things": things, "broken": broken, "looked_up": looked_up}


async def asking(home: Path, *words: object, **arguments: str) -> object:
    return await asyncio.to_thread(ask, home, *words, **arguments)


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[Path]:
    # Deeper than the address of a Unix socket may be long.
    folder = tmp_path / ("deep" * 20) / ("deeper" * 10)
    folder.mkdir(parents=True)
    async with answering(folder, VERBS):
        yield folder


async def test_an_answer_comes_back_as_what_it_was(home):
    assert await asking(home, "things", list[Thing], colour="red") == [Thing("colour", 3)]
    assert await asking(home, "things", list[Thing]) == []


async def test_a_refusal_says_why_and_a_fault_says_nothing_of_itself(home, caplog):
    with pytest.raises(ControlRefused, match=r"^there is none$"):
        await asking(home, "things", list[Thing], none="")
    with pytest.raises(ControlRefused, match="knows no 'nonsense', only broken, looked_up, things"):
        await asking(home, "nonsense", object)
    with pytest.raises(ControlRefused) as error:
        await asking(home, "broken", object)
    assert "secret detail" not in str(error.value)
    assert "secret detail" in caplog.text
    # And goes on.
    assert await asking(home, "things", list[Thing]) == []


async def test_what_passes_by_itself_is_told_in_a_sentence(caplog):
    line = json.dumps({"verb": "broken"}).encode()
    answer = json.loads(await answered(VERBS, line, lambda error: "The disk is full."))
    assert answer == {"error": "The disk is full."}
    assert "could not be answered: The disk is full." in caplog.text
    assert "Traceback" not in caplog.text


async def test_what_has_to_be_looked_up_is_waited_for(home):
    assert await asking(home, "looked_up", list[Thing]) == [Thing("found", 1)]
    with pytest.raises(ControlRefused, match=r"^nothing is there$"):
        await asking(home, "looked_up", list[Thing], none="")


async def test_an_answer_of_another_version_is_told_from_a_good_one(home):
    with pytest.raises(ControlRefused, match="another version"):
        await asking(home, "things", dict[str, int], colour="red")


async def test_only_the_owner_may_ask_and_nothing_is_left(home):
    mode = (home / SOCKET).stat().st_mode
    assert stat.S_ISSOCK(mode)
    assert stat.S_IMODE(mode) == 0o600


async def test_a_socket_that_a_killed_switch_left_is_in_nobodys_way(tmp_path):
    with contextlib.closing(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)) as dead:
        dead.bind(str(tmp_path / SOCKET))
    with pytest.raises(NoSwitch):
        await asking(tmp_path, "things", object)
    async with answering(tmp_path, VERBS):
        assert await asking(tmp_path, "things", list[Thing]) == []
    assert not (tmp_path / SOCKET).exists()
    with pytest.raises(NoSwitch, match="no switch is running with the folder"):
        await asking(tmp_path, "things", object)


def test_a_folder_that_is_not_there_has_no_switch(tmp_path):
    with pytest.raises(NoSwitch):
        ask(tmp_path / "nowhere", "things", object)


async def test_several_questions_may_come_over_one_connection_and_one_too_long_ends_it(home):
    reader, writer = await connected(home)
    for _ in range(2):
        writer.write(b'{"verb": "things"}\n')
        assert json.loads(await reader.readline()) == {"answer": []}
    writer.write(b'{"verb": "' + b"x" * 2 * LONGEST_QUESTION + b'"}\n')
    assert await reader.read() == b""
    writer.close()


async def connected(home: Path) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    raw = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    with contextlib.chdir(home):
        raw.connect(SOCKET)
    return await asyncio.open_unix_connection(sock=raw)


@given(st.binary(max_size=60) | st.sampled_from([b"{}", b"[]", b'{"verb": 1}', b'{"verb": "x", "more": 1}']))
def test_whatever_is_asked_the_answer_is_one_line(line):
    answer = asyncio.run(answered(VERBS, line))
    assert answer.endswith(b"\n")
    assert answer.count(b"\n") == 1
    assert set(json.loads(answer)) == {"error"}
