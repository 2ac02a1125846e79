"""Text messages by SMPP 3.4: a channel of the outbox that keeps one session with a gateway.

The session is of this switch's own making: what a channel must know is whether the gateway has a message,
and a client that queues by itself does not tell.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from dataclasses import dataclass, field
from itertools import count
from typing import Final

from softswitch.clock import Clock
from softswitch.integrations import smpp_pdu
from softswitch.integrations.errors import SmsRefused
from softswitch.integrations.smpp_pdu import HEADER, LATER, RESPONSE, Command, Pdu, Status
from softswitch.integrations.sms_config import SmppConfig
from softswitch.integrations.sms_rules import SmsRules
from softswitch.outbox.messages import Sms, read
from softswitch.outbox.model import Delivery, NotNow, Receipt, Refused

logger = logging.getLogger(__name__)

ENQUIRE_EVERY_S: Final = 30.0
"""Between questions whether the other side is there: gateways mostly wait a minute."""
FIRST_PAUSE_S, LONGEST_PAUSE_S = 1.0, 60.0
"""Between tries to bind."""
THROTTLED_S: Final = 10.0
DELIVERED: Final = frozenset({"DELIVRD", "ACCEPTD", "ENROUTE", "BUFFRED"})
"""Words of receipts that are no bad news."""

MOST_UNREAD: Final = 1 << 16
"""Octets of our answers that wait for a gateway to read them."""
_SEQUENCES: Final = 0x7FFFFFFF
"""Sequence numbers run from 1 to this (§3.2)."""

Fault = (OSError, EOFError, TimeoutError, ValueError)


@dataclass(slots=True)
class _Session:
    """A bound connection, and who waits for which response."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    waiting: dict[int, asyncio.Future[Pdu]] = field(default_factory=dict)


class SmppChannel:
    """Sends the messages of one sender. :meth:`run` keeps the session; its owner has a task for it."""

    def __init__(self, sender: str, config: SmppConfig, *, rules: SmsRules, clock: Clock) -> None:
        self._sender = sender
        self._config = config
        self._rules = rules
        self._clock = clock
        self._session: _Session | None = None
        self._trouble = "it is not connected yet"
        self._numbers = count(1)
        self._next_at = 0.0
        self.bound = asyncio.Event()
        """Set while there is a session."""

    async def deliver(self, delivery: Delivery, attempt: int) -> Receipt:
        """Submit it; raise NotNow where a later try may do, Refused where it may not go or is not taken."""
        message = read(delivery.body, Sms)
        try:
            number = self._rules.number(message.to)
            text, size = self._rules.text(message.text)
            session = self._session
            if session is None:
                raise NotNow(f"{self._shown}: {self._trouble}", whole=True)
            self._rules.count(delivery.key, number)
        except SmsRefused as error:
            raise Refused(str(error)) from None
        reference = int.from_bytes(hashlib.sha256(delivery.key.encode()).digest()[:2], "big")
        await self._pace()
        request = smpp_pdu.submit(self._sequence(), self._sender, number, text, size, reference)
        response = await self._asked(session, request)
        if response.status == Status.OK:
            return Receipt(smpp_pdu.message_id(response))
        said = f"{self._shown} answers 0x{response.status:08X}"
        if response.status in LATER:
            busy = response.status in (Status.THROTTLED, Status.QUEUE_FULL)
            raise NotNow(said, after=THROTTLED_S if busy else None, whole=busy)
        self._rules.uncount(delivery.key)
        raise Refused(said)

    async def run(self) -> None:
        """Keep a session until cancelled; one that breaks is replaced."""
        pause = FIRST_PAUSE_S
        while True:
            try:
                async with asyncio.timeout(self._config.time_limit_s):
                    session = await self._bound()
                pause = FIRST_PAUSE_S
                await self._served(session)
            except* Fault as errors:
                self._trouble = _told(errors.exceptions[0])
                logger.warning("%s: %s", self._shown, self._trouble)
            except* Exception:
                # A fault of ours in one session must not end all others.
                self._trouble = "a fault of ours"
                logger.exception("the session with %s failed for a fault of ours", self._shown)
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE_S)

    async def close(self) -> None:
        """The session ends with :meth:`run`."""

    @property
    def _shown(self) -> str:
        return f"the gateway {self._config.host}:{self._config.port}"

    async def _bound(self) -> _Session:
        """Connect and bind; raise one of Fault where that fails."""
        config = self._config
        reader, writer = await asyncio.open_connection(config.host, config.port)
        try:
            bind = smpp_pdu.bind(self._sequence(), config.system_id, config.password, config.system_type)
            writer.write(bind.octets())
            response = await _read(reader)
            if response.command != bind.command | RESPONSE or response.status != Status.OK:
                # The status alone: a gateway's text could repeat what it was told.
                raise ValueError(f"it does not let {config.system_id} in (0x{response.status:08X})")
        except BaseException:
            writer.transport.abort()
            raise
        return _Session(reader, writer)

    async def _served(self, session: _Session) -> None:
        """Answer and ask until the connection breaks."""
        self._session = session
        self.bound.set()
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._listen(session))
                group.create_task(self._enquire(session))
        finally:
            self._session = None
            self.bound.clear()
            for future in session.waiting.values():
                future.cancel()
            if session.writer.transport.get_write_buffer_size() > MOST_UNREAD:
                session.writer.transport.abort()  # It would be kept open until somebody reads.
            else:
                session.writer.write(Pdu(Command.UNBIND, 0, self._sequence()).octets())
                session.writer.close()

    async def _listen(self, session: _Session) -> None:
        while True:
            pdu = await _read(session.reader)
            if pdu.command & RESPONSE:
                future = session.waiting.get(pdu.sequence)
                if future is not None and not future.done():
                    future.set_result(pdu)
                continue
            self._answer(session, pdu)
            if session.writer.transport.get_write_buffer_size() > MOST_UNREAD:
                raise EOFError("it asks and asks, and takes no answers")
            # What has come already is read without a pause, in which calls would wait.
            await asyncio.sleep(0)
            if pdu.command == Command.UNBIND:
                raise EOFError("it has ended the session")

    def _answer(self, session: _Session, request: Pdu) -> None:
        known = (Command.DELIVER_SM, Command.ENQUIRE_LINK, Command.UNBIND)
        if request.command not in known:
            nack = Pdu(Command.GENERIC_NACK, Status.INVALID_COMMAND, request.sequence)
            session.writer.write(nack.octets())
            return
        session.writer.write(smpp_pdu.answer(request).octets())
        if request.command == Command.DELIVER_SM:
            found = smpp_pdu.receipt(request)
            if found is not None and found.state not in DELIVERED:
                logger.warning(
                    "%s: message %r was not delivered: %s", self._shown, found.message, found.state
                )

    async def _enquire(self, session: _Session) -> None:
        while True:
            await asyncio.sleep(ENQUIRE_EVERY_S)
            question = Pdu(Command.ENQUIRE_LINK, 0, self._sequence())
            try:
                await self._asked(session, question)
            except NotNow as error:
                raise EOFError(str(error)) from error

    async def _asked(self, session: _Session, request: Pdu) -> Pdu:
        """Send a request and return its response; raise NotNow where none comes."""
        future: asyncio.Future[Pdu] = asyncio.get_running_loop().create_future()
        session.waiting[request.sequence] = future
        try:
            session.writer.write(request.octets())
            async with asyncio.timeout(self._config.time_limit_s):
                await session.writer.drain()
                done, _ = await asyncio.wait({future})
        except TimeoutError:
            raise NotNow(f"{self._shown} does not answer within {self._config.time_limit_s:g} s") from None
        except OSError as error:
            raise NotNow(f"{self._shown} broke off: {_told(error)}") from error
        finally:
            del session.waiting[request.sequence]
        if future.cancelled():
            raise NotNow(f"{self._shown} broke off before it answered")
        return done.pop().result()

    async def _pace(self) -> None:
        """Wait for this message's turn: so many in a second, evenly."""
        now = self._clock.monotonic()
        turn = max(self._next_at, now)
        self._next_at = turn + 1.0 / self._config.per_second
        if turn > now:
            await asyncio.sleep(turn - now)

    def _sequence(self) -> int:
        return (next(self._numbers) - 1) % _SEQUENCES + 1


async def _read(reader: asyncio.StreamReader) -> Pdu:
    header = await reader.readexactly(HEADER.size)
    return smpp_pdu.read_pdu(header, await reader.readexactly(smpp_pdu.length_of(header)))


def _told(error: BaseException) -> str:
    return str(error) or type(error).__name__
