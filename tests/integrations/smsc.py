"""A gateway of text messages by SMPP, that reads and writes by a library we did not write (aiosmpplib)."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

from aiosmpplib import (
    BindTransceiver,
    BindTransceiverResp,
    DeliverSm,
    EnquireLink,
    EnquireLinkResp,
    PhoneNumber,
    SmppCommand,
    SmppCommandStatus,
    SmppMessage,
    SubmitSm,
    SubmitSmResp,
)

ROK = SmppCommandStatus.ESME_ROK
DROP = "drop"
"""In place of a status: the connection is cut, and the message is not taken."""
DROP_AFTER = "drop after"
"""It is taken, and the connection cut before anybody is told."""
SILENT = "silent"


class Smsc:
    """What it has, and what it says next."""

    def __init__(self) -> None:
        self.port = 0
        self.binds: list[BindTransceiver] = []
        self.taken: list[SubmitSm] = []
        self.says: list[Any] = []
        self.password = "hunter2"
        self.heard: list[SmppCommand] = []
        self.receipts = asyncio.Event()
        self.unbound = asyncio.Event()
        self.refused = asyncio.Event()
        self._open: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self._open.add(writer)
        try:
            while True:
                head = await reader.readexactly(16)
                header = SmppMessage.parse_header(head)
                pdu = head + await reader.readexactly(header.pdu_length - 16)
                self.heard.append(header.smpp_command)
                self.answer(pdu, header, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            self._open.discard(writer)
            self._tasks.discard(task)
            writer.transport.abort()

    def answer(self, pdu: bytes, header: Any, writer: asyncio.StreamWriter) -> None:
        match header.smpp_command:
            case SmppCommand.BIND_TRANSCEIVER:
                bind = BindTransceiver.from_pdu(pdu, header)
                assert isinstance(bind, BindTransceiver)
                self.binds.append(bind)
                status = ROK if bind.password == self.password else SmppCommandStatus.ESME_RINVPASWD
                response = BindTransceiverResp(
                    sequence_num=header.sequence_num, command_status=status, system_id="smsc"
                )
                writer.write(response.pdu())
                if status is not ROK:
                    self.refused.set()
            case SmppCommand.SUBMIT_SM:
                self.take(pdu, header, writer)
            case SmppCommand.ENQUIRE_LINK:
                writer.write(EnquireLinkResp(sequence_num=header.sequence_num).pdu())
            case SmppCommand.DELIVER_SM_RESP:
                self.receipts.set()
            case SmppCommand.UNBIND:
                self.unbound.set()

    def take(self, pdu: bytes, header: Any, writer: asyncio.StreamWriter) -> None:
        said = self.says.pop(0) if self.says else ROK
        if said in (DROP, SILENT):
            if said == DROP:
                writer.transport.abort()
            return
        if said in (ROK, DROP_AFTER):
            message = SubmitSm.from_pdu(pdu, header, "gsm0338")
            assert isinstance(message, SubmitSm)
            self.taken.append(message)
        if said == DROP_AFTER:
            writer.transport.abort()
            return
        named = f"m{len(self.taken)}" if said == ROK else ""
        response = SubmitSmResp(sequence_num=header.sequence_num, command_status=said, message_id=named)
        writer.write(response.pdu())

    def tell(self, message: str, state: str) -> None:
        """Tell what became of a message."""
        told = DeliverSm(
            sequence_num=7,
            source=PhoneNumber("48600100200"),
            destination=PhoneNumber("Firma"),
            esm_class=0b00000100,
            short_message=f"id:{message} sub:001 dlvrd:000 submit date:2601050900 done date:2601050901 "
            f"stat:{state} err:000 text:",
        )
        told.set_encoding_info("gsm0338", None)
        for writer in self._open:
            writer.write(told.pdu())

    def ask(self) -> None:
        """Ask whether the other side is there."""
        for writer in self._open:
            writer.write(EnquireLink(sequence_num=9).pdu())

    def cut(self) -> None:
        """Cut all connections."""
        for writer in self._open:
            writer.transport.abort()

    async def end(self) -> None:
        """Wait until nobody is served any more."""
        self.cut()
        await asyncio.gather(*self._tasks, return_exceptions=True)


@contextlib.asynccontextmanager
async def gateway(smsc: Smsc, port: int = 0) -> AsyncIterator[Smsc]:
    """Serve on 127.0.0.1."""
    server = await asyncio.start_server(smsc.serve, "127.0.0.1", port)
    smsc.port = server.sockets[0].getsockname()[1]
    try:
        yield smsc
    finally:
        server.close()
        await smsc.end()
        await server.wait_closed()
