"""The running switch asked from outside: a Unix socket in the home folder, a line of JSON each way.

``{"verb": "phones", "arguments": {"account": "1001"}}`` is answered with ``{"answer": …}`` or
``{"error": "…"}``. Verbs are plain functions, registered where the switch is built. Only who may read the
home folder may ask: the socket is its owner's alone.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final, TypeVar

import msgspec

from softswitch.errors import Excuse, SoftswitchError, no_excuse

logger = logging.getLogger(__name__)

SOCKET: Final = "control.sock"
LONGEST_QUESTION: Final = 65_536
"""Octets of a question: a verb and a few words."""
PATIENCE: Final = 5.0
"""Seconds a question may take to come, and an answer to be there: who asks is on this machine."""

Verb = Callable[[Mapping[str, str]], object]
"""Answers a question's arguments with anything that JSON holds, dataclasses too, or with an awaitable of it.

Raises ControlRefused for arguments it cannot serve.
"""

Answer = TypeVar("Answer")


class ControlRefused(SoftswitchError):
    """The running switch does not do what it was asked; the text says why, for the operator."""


class NoSwitch(SoftswitchError):
    """No switch runs in the folder."""


class Question(msgspec.Struct, forbid_unknown_fields=True):
    """One line towards the switch."""

    verb: str
    arguments: dict[str, str] = {}


async def answered(verbs: Mapping[str, Verb], line: bytes, excuse: Excuse = no_excuse) -> bytes:
    """Return the line that answers a line. Never raises: a fault of a verb is told to who asked."""
    try:
        question = msgspec.json.decode(line, type=Question)
        if (verb := verbs.get(question.verb)) is None:
            raise ControlRefused(f"this switch knows no {question.verb!r}, only {', '.join(sorted(verbs))}")
        found = verb(question.arguments)
        answer: dict[str, object] = {"answer": await found if isinstance(found, Awaitable) else found}
        return msgspec.json.encode(answer) + b"\n"
    except (msgspec.DecodeError, SoftswitchError) as error:
        text = str(error)
    except Exception as error:
        if text := excuse(error):
            logger.warning("a question on the control socket could not be answered: %s", text)
        else:
            logger.exception("a question on the control socket could not be answered")
            text = f"a fault of the switch: {type(error).__name__}"
    return msgspec.json.encode({"error": text}) + b"\n"


@contextlib.asynccontextmanager
async def answering(home: Path, verbs: Mapping[str, Verb], excuse: Excuse = no_excuse) -> AsyncIterator[None]:
    """Answer questions as long as the context lasts. The folder must be ours (see :mod:`softswitch.home`).

    Raises OSError when the socket cannot be made.
    """

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.closing(writer), contextlib.suppress(OSError, TimeoutError, ValueError):
            async with asyncio.timeout(PATIENCE):
                # ValueError: a line that is too long.
                while line := await reader.readline():
                    writer.write(await answered(verbs, line, excuse))
                    await writer.drain()

    server = await asyncio.start_unix_server(serve, sock=_bind(home), limit=LONGEST_QUESTION)
    try:
        yield
    finally:
        server.close()
        (home / SOCKET).unlink(missing_ok=True)


def ask(home: Path, verb: str, kind: type[Answer], **arguments: str) -> Answer:
    """Ask the switch that runs in a folder and return its answer as a ``kind``; waits for it.

    Raises NoSwitch when none runs there, ControlRefused when it does not answer as it should.
    """
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as asking:
        asking.settimeout(PATIENCE)
        try:
            with _short(home) as folder:
                asking.connect(f"{folder}/{SOCKET}")
        except OSError as error:
            raise NoSwitch(f"no switch is running with the folder {home} ({error.strerror})") from error
        try:
            asking.sendall(msgspec.json.encode(Question(verb, arguments)) + b"\n")
            with asking.makefile("rb") as answers:
                line = answers.readline()
        except OSError as error:
            raise ControlRefused(f"the switch with the folder {home} does not answer") from error
    return _read(line, kind)


def _read(line: bytes, kind: type[Answer]) -> Answer:
    try:
        told: dict[str, Any] = msgspec.json.decode(line, type=dict[str, Any])
        if "error" in told:
            raise ControlRefused(str(told["error"]))
        return msgspec.convert(told["answer"], kind)
    except (msgspec.DecodeError, msgspec.ValidationError, KeyError) as error:
        raise ControlRefused("the switch answers in another way: it is of another version") from error


def _bind(home: Path) -> socket.socket:
    """Make the listening socket, for its owner alone from its first moment."""
    (home / SOCKET).unlink(missing_ok=True)  # Of a switch that was killed.
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    before = os.umask(0o177)
    try:
        with _short(home) as folder:
            listening.bind(f"{folder}/{SOCKET}")
        listening.setblocking(False)
    except OSError:
        listening.close()
        raise
    finally:
        os.umask(before)
    return listening


@contextlib.contextmanager
def _short(home: Path) -> Iterator[str]:
    """Yield another name for a folder: that of a Unix socket may have 107 letters and no more (unix(7))."""
    folder = os.open(home, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{folder}"
    finally:
        os.close(folder)
