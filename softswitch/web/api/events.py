"""The event stream: /v1/events, over WebSocket, and as server-sent events (SSE) over plain HTTP."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass
from typing import Annotated, Final

import msgspec
from fastapi import APIRouter, Query, Request, Response, WebSocket, WebSocketDisconnect
from fastapi.responses import StreamingResponse

from softswitch.events import KINDS
from softswitch.web.api.base import needs, problems
from softswitch.web.entrance import TICKET_SECONDS, Tickets
from softswitch.web.errors import Fault, Forbidden, Unacceptable, WebError
from softswitch.web.gate import CALLER
from softswitch.web.model import Token
from softswitch.web.resources.kept import StreamTicket
from softswitch.web.ringing import CARD, Rings
from softswitch.web.stream import Frame, Hub, Lost, TooSlow, Wanted
from softswitch.web.tokens import Tokens as Proofs

router = APIRouter(prefix="/v1", tags=["events"])

Follower = Annotated[Token, needs("events:read")]
After = Annotated[
    int | None,
    Query(
        ge=0,
        le=2**62,
        description="The sequence number of the last event that was seen: what followed is told.",
    ),
]
Kinds = Annotated[
    str,
    Query(
        max_length=2000,
        pattern="^[A-Za-z,]*$",
        description="Of the log's events only these: `CallArrived,CallEnded`.",
    ),
]

Ticket = Annotated[
    str,
    Query(
        max_length=64,
        description="In place of a token, from `POST /v1/events/tickets`: for browsers, which can send no "
        "field of their own here. It opens the stream once; whoever comes back asks for another.",
    ),
]

HEARTBEAT_SECONDS: Final = 20.0
"""How often a follower hears something: routers forget a silent connection after a minute."""
LOOK_SECONDS: Final = 1.0
"""How long it may take to look whether a token holds: screens are told of rings though the database hangs."""
SEND_SECONDS: Final = 10.0
"""How long a follower may take to take what was sent."""
LONGEST_WORD: Final = 1024
"""Octets of what a follower says: nothing that it says matters."""
CLOSE_SLOW: Final = 4008
CLOSE_REVOKED: Final = 4001
CLOSE_GAP: Final = 4010
CLOSE_STOPPED: Final = 1012
"""Close codes (RFC 6455 §7.4): did not keep up; the token holds no more; missed events are not to be had;
the switch is stopping, and comes back."""


@dataclass(frozen=True, slots=True)
class Streaming:
    """What the stream stands on."""

    hub: Hub
    rings: Rings
    tickets: Tickets
    tokens: Proofs


@dataclass(frozen=True, slots=True)
class _Course:
    """One follower's stream: whose, what is wanted, and from where on."""

    streaming: Streaming
    token: Token
    wanted: Wanted
    after: int | None

    async def frames(self) -> AsyncGenerator[list[Frame], None]:
        """Yield messages as they come, heartbeats between them. Raises TooSlow, Lost, _Revoked, _Stopped."""
        hub = self.streaming.hub
        with hub.follow(self.wanted) as follower:
            yield [self._hello()]
            if self.wanted.agent:
                self.streaming.rings.look_again(self.wanted.agent)
            elif self.after is not None:
                async for missed in hub.missed(follower, self.after):
                    yield missed
            loop = asyncio.get_running_loop()
            beat = loop.time() + HEARTBEAT_SECONDS
            while True:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout_at(beat):
                        await follower.news.wait()
                follower.news.clear()
                if hub.closed:
                    raise _Stopped("The switch is stopping.")
                frames = hub.at_hand(follower)
                # However much there is to tell: a token that was taken back would hold as long as calls come.
                if loop.time() >= beat:
                    if not await self._holds():
                        raise _Revoked("The token holds no more.")
                    frames.append(self._heartbeat())
                    beat = loop.time() + HEARTBEAT_SECONDS
                if frames:
                    yield frames

    async def _holds(self) -> bool:
        """Tell whether the token holds still; a database that says nothing takes none back."""
        try:
            async with asyncio.timeout(LOOK_SECONDS):
                return await self.streaming.tokens.still_holds(self.token)
        except TimeoutError:
            return True

    def _hello(self) -> Frame:
        agent = self.wanted.agent
        ringing = self.streaming.rings.ringing_now(agent) if agent else []
        told = {
            "type": "hello",
            "sequence": self.streaming.hub.sequence,
            "data": {
                "token": self.token.id,
                "agent": agent,
                "heartbeat_s": HEARTBEAT_SECONDS,
                "ringing": [one.model_dump(mode="json") for one in ringing],
            },
        }
        return msgspec.json.encode(told)

    def _heartbeat(self) -> Frame:
        return msgspec.json.encode({"type": "heartbeat", "sequence": self.streaming.hub.sequence})


class _Revoked(WebError):
    code = "revoked"


class _Stopped(WebError):
    code = "stopped"


def _course(streaming: Streaming, token: Token, after: int | None, kinds: str) -> _Course:
    if not token.allows("events:read"):
        raise Forbidden("It needs the scope events:read.")
    chosen = frozenset(kind for kind in kinds.split(",") if kind)
    if unknown := sorted(chosen - KINDS.keys()):
        raise Unacceptable("There is no such event.", faults=(Fault("query.kinds", f"no {unknown[0][:40]}"),))
    # A card is what customers:read shows; of an agent's own callers it is what the agent's token is for.
    without = frozenset() if token.agent or token.allows("customers:read") else frozenset({CARD})
    return _Course(streaming, token, Wanted(token.agent, chosen, without), after)


def _streaming(request: Request | WebSocket) -> Streaming:
    streaming: Streaming = request.state.streaming
    return streaming


@router.post("/events/tickets", status_code=201, responses=problems())
async def give_ticket(request: Request, token: Follower) -> StreamTicket:
    """Return a ticket that opens the stream once, for browsers: they can send no token there."""
    return StreamTicket(ticket=_streaming(request).tickets.give(token), seconds=TICKET_SECONDS)


@router.get(
    "/events",
    responses={**problems(), 200: {"content": {"text/event-stream": {}}}},
    response_class=Response,
)
async def follow_events(
    request: Request, token: Follower, after: After = None, kinds: Kinds = "", ticket: Ticket = ""
) -> StreamingResponse:
    """Follow the events as server-sent events; over WebSocket the same address sends the same messages.

    A token bound to an agent is told what rings at that agent's phones, and who that is. `Last-Event-ID` has
    the same meaning as `after`.
    """
    del ticket  # The gate has taken it.
    last = request.headers.get("last-event-id", "")
    if after is None and last.isascii() and last.isdigit() and len(last) < 19:
        after = int(last)
    course = _course(_streaming(request), token, after, kinds)
    return StreamingResponse(_server_sent(course), media_type="text/event-stream")


async def _server_sent(course: _Course) -> AsyncIterator[bytes]:
    try:
        async with contextlib.aclosing(course.frames()) as messages:
            async for frames in messages:
                yield b"".join(_as_sse(frame) for frame in frames)
    except WebError as error:
        yield b"event: end\ndata: " + msgspec.json.encode({"code": error.code}) + b"\n\n"


def _as_sse(frame: Frame) -> bytes:
    """Return a message in the form of HTML Living Standard §9.2.6; JSON has no line ends in it."""
    told = msgspec.json.decode(frame, type=_Head)
    return b"id: %d\nevent: %s\ndata: %s\n\n" % (told.sequence, told.type.encode(), frame)


class _Head(msgspec.Struct):
    type: str
    sequence: int


@router.websocket("/events")
async def follow_events_by_websocket(websocket: WebSocket, after: After = None, kinds: Kinds = "") -> None:
    """Follow the events over WebSocket."""
    token = websocket.scope["state"][CALLER]
    course = _course(_streaming(websocket), token, after, kinds)
    await websocket.accept()
    async with asyncio.TaskGroup() as group:
        listening = group.create_task(_hear_out(websocket))
        sending = group.create_task(_send_all(websocket, course))
        listening.add_done_callback(lambda _: sending.cancel())
        sending.add_done_callback(lambda _: listening.cancel())


async def _send_all(websocket: WebSocket, course: _Course) -> None:
    code, reason = CLOSE_STOPPED, ""
    try:
        async with contextlib.aclosing(course.frames()) as messages:
            async for frames in messages:
                async with asyncio.timeout(SEND_SECONDS):
                    for frame in frames:
                        await websocket.send_text(frame.decode())
    except (WebSocketDisconnect, RuntimeError):
        return  # It has gone; RuntimeError is what is told of sending to one that has closed.
    except TimeoutError:
        code, reason = CLOSE_SLOW, TooSlow.code
    except WebError as error:
        codes = {TooSlow.code: CLOSE_SLOW, Lost.code: CLOSE_GAP, _Revoked.code: CLOSE_REVOKED}
        code, reason = codes.get(error.code, CLOSE_STOPPED), error.code
    with contextlib.suppress(WebSocketDisconnect, RuntimeError, TimeoutError):
        async with asyncio.timeout(SEND_SECONDS):
            await websocket.close(code, reason)


async def _hear_out(websocket: WebSocket) -> None:
    """Listen until the follower goes; nothing it says matters."""
    while (await websocket.receive())["type"] != "websocket.disconnect":
        pass
