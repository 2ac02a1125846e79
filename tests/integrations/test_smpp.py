"""Text messages by SMPP to a gateway that speaks by a library of others."""

from __future__ import annotations

import asyncio
import contextlib
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiosmpplib import SmppCommand, SmppCommandStatus

from softswitch.clock import SystemClock
from softswitch.integrations.smpp import SmppChannel
from softswitch.integrations.sms_config import SmsConfig
from softswitch.integrations.sms_rules import SmsRules
from softswitch.outbox.messages import Sms, written
from softswitch.outbox.model import Delivery, NotNow, Receipt, Refused
from tests.fakes.clock import FakeClock
from tests.fakes.patience import PATIENCE
from tests.integrations.smsc import DROP, DROP_AFTER, SILENT, Smsc, gateway
from tests.storage.conftest import running


def delivery(text: str = "Cześć", key: str = "sms:1") -> Delivery:
    return Delivery(key, "sms:default", written(Sms("600 100 200", text)))


def channel(port: int, **changes: object) -> SmppChannel:
    smpp = {"host": "127.0.0.1", "port": port, "system_id": "firma", "password": "hunter2"}
    config = SmsConfig.model_validate({"smpp": {**smpp, "per_second": 1000, **changes}, "sender": "Firma"})
    assert config.smpp is not None
    rules = SmsRules(config, country="PL", clock=FakeClock())
    return SmppChannel(config.sender, config.smpp, rules=rules, clock=SystemClock())


@asynccontextmanager
async def bound(smsc: Smsc, **changes: object) -> AsyncIterator[SmppChannel]:
    made = channel(smsc.port, **changes)
    async with running(made.run):
        await made.bound.wait()
        yield made


async def test_a_message_is_taken_as_it_was_written() -> None:
    async with gateway(Smsc()) as smsc, bound(smsc) as sender:
        receipt = await sender.deliver(delivery(), 1)
    assert receipt == Receipt("m1")
    [bind], [taken] = smsc.binds, smsc.taken
    assert (bind.system_id, bind.password, bind.interface_version) == ("firma", "hunter2", 0x34)
    assert taken.short_message == "Cześć"
    assert (taken.source.number, taken.destination.number) == ("Firma", "48600100200")
    assert taken.registered_delivery == 1


@pytest.mark.parametrize("text", ["[Hello] {1} ~ 5 € |x|\\^", "zażółć gęślą jaźń 😀", "a" * 160])
async def test_letters_of_both_alphabets(text: str) -> None:
    async with gateway(Smsc()) as smsc, bound(smsc) as sender:
        await sender.deliver(delivery(text), 1)
    assert smsc.taken[0].short_message == text


async def test_a_long_message_goes_whole() -> None:
    text = "Dzień dobry. " * 15
    async with gateway(Smsc()) as smsc, bound(smsc) as sender:
        await sender.deliver(delivery(text.strip()), 1)
    [taken] = smsc.taken
    assert taken.message_payload == text.strip()
    assert not taken.short_message


async def test_many_go_side_by_side_over_one_session() -> None:
    async with gateway(Smsc()) as smsc, bound(smsc) as sender:
        await asyncio.gather(*(sender.deliver(delivery(f"n{n}", f"sms:{n}"), 1) for n in range(5)))
    assert {one.short_message for one in smsc.taken} == {f"n{n}" for n in range(5)}
    assert len(smsc.binds) == 1


@pytest.mark.parametrize(
    ("said", "verdict", "whole"),
    [
        (SmppCommandStatus.ESME_RTHROTTLED, NotNow, True),
        (SmppCommandStatus.ESME_RMSGQFUL, NotNow, True),
        (SmppCommandStatus.ESME_RSYSERR, NotNow, False),
        (SmppCommandStatus.ESME_RINVDSTADR, Refused, False),
        (DROP, NotNow, False),
        (SILENT, NotNow, False),
    ],
)
async def test_what_a_gateway_says(said: object, verdict: type[Exception], whole: bool) -> None:
    smsc = Smsc()
    smsc.says = [said]
    async with gateway(smsc), bound(smsc, time_limit_s=2 if said is SILENT else 20) as sender:
        with pytest.raises(verdict) as caught:
            await sender.deliver(delivery(), 1)
    assert getattr(caught.value, "whole", False) is whole
    assert not smsc.taken


async def test_what_nobody_confirmed_goes_again_with_the_same_reference(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("softswitch.integrations.smpp.FIRST_PAUSE_S", 0.0)
    smsc = Smsc()
    smsc.says = [DROP_AFTER]
    async with gateway(smsc), bound(smsc) as sender:
        with pytest.raises(NotNow):
            await sender.deliver(delivery(), 1)
        await sender.bound.wait()
        await sender.deliver(delivery(), 2)
    first, second = ({one.tag: one.value for one in taken.optional_params or []} for taken in smsc.taken)
    assert first == second
    assert len(smsc.binds) == 2


async def test_without_a_session_the_channel_waits_as_a_whole() -> None:
    async with gateway(Smsc()) as smsc:
        pass
    sender = channel(smsc.port)
    with pytest.raises(NotNow, match="not connected yet") as caught:
        await sender.deliver(delivery(), 1)
    assert caught.value.whole


async def test_a_wrong_password_is_told_to_nobody(caplog: pytest.LogCaptureFixture) -> None:
    async with gateway(Smsc()) as smsc:
        sender = channel(smsc.port, password="s3cr3t")
        async with running(sender.run):
            await smsc.refused.wait()
            for _ in range(50):
                await asyncio.sleep(0)
            with pytest.raises(NotNow, match="does not let firma in") as caught:
                await sender.deliver(delivery(), 1)
    assert "s3cr3t" not in str(caught.value) + caplog.text


async def test_receipts_and_questions_are_answered_and_bad_news_is_told(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with gateway(Smsc()) as smsc, bound(smsc) as sender:
        await sender.deliver(delivery(), 1)
        smsc.ask()
        smsc.tell("m1", "UNDELIV")
        await smsc.receipts.wait()
    assert SmppCommand.ENQUIRE_LINK_RESP in smsc.heard
    assert "message 'm1' was not delivered: UNDELIV" in caplog.text
    assert "600100200" not in caplog.text


async def test_it_takes_its_leave() -> None:
    async with gateway(Smsc()) as smsc:
        async with bound(smsc):
            pass
        await smsc.unbound.wait()


async def test_who_may_get_none_gets_none() -> None:
    async with gateway(Smsc()) as smsc, bound(smsc) as sender:
        with pytest.raises(Refused, match="no mobile number"):
            await sender.deliver(Delivery("k", "sms:x", written(Sms("22 123 45 67", "x"))), 1)
    assert not smsc.taken


async def test_no_more_go_out_in_a_second_than_the_gateway_bears() -> None:
    async with gateway(Smsc()) as smsc, bound(smsc, per_second=20) as sender:
        began = asyncio.get_running_loop().time()
        await asyncio.gather(*(sender.deliver(delivery(f"n{n}", f"sms:{n}"), 1) for n in range(5)))
        assert asyncio.get_running_loop().time() - began >= 0.19


async def test_a_gateway_that_asks_and_takes_no_answers_has_its_session_ended() -> None:
    asked = asyncio.Event()

    async def ask_without_end(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        bind = await reader.readexactly(16)
        sequence = int.from_bytes(bind[12:16], "big")
        writer.write(struct.pack("!IIII", 17, 0x80000009, 0, sequence) + b"\0")
        writer.transport.pause_reading()
        with contextlib.suppress(OSError):
            while not writer.transport.is_closing():
                writer.write(struct.pack("!IIII", 16, 0x15, 0, 1) * 4000)
                await writer.drain()
        asked.set()
        writer.transport.abort()

    async with await asyncio.start_server(ask_without_end, "127.0.0.1", 0) as server:
        made = channel(server.sockets[0].getsockname()[1], time_limit_s=1.0)
        async with running(made.run):
            async with asyncio.timeout(PATIENCE):
                await asked.wait()
