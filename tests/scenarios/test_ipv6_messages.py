"""The IPv6 messages of RFC 5118 §4 through the whole switch: what comes of each, where the answer goes."""

from __future__ import annotations

from pathlib import Path

import pytest

from media.commands import SetStream
from softswitch.calls.call import Call
from softswitch.calls.hangup import Reason, Termination
from softswitch.registrar.accounts import Account
from softswitch.sip.hop import Hop
from softswitch.sip.message import Response
from softswitch.sip.parser import parse_datagram
from softswitch.sip.sdp import parse_sdp
from softswitch.sip.signals import DatagramReceived
from tests.fakes.exchange import Exchange, Steps, exchange
from tests.fakes.virtual_time import in_virtual_time, passes

DATA = Path(__file__).parents[1] / "data" / "rfc5118"
OURS = "2001:db8::10"
SOURCE = "2001:db8::9:1"

MESSAGES = [
    # file, section, status of the final answer, what its topmost Via has learned of the source
    ("ipv6-good", "4.1", 200, None),
    ("ipv6-bad", "4.2", 400, None),
    # What was meant as a port is part of the address: the domain of a registration is not looked at.
    ("port-ambiguous", "4.3", 200, None),
    ("port-unambiguous", "4.4", 200, None),
    # The sender's own "received" is replaced by where it is: written without brackets, read with or without.
    ("via-received-param-with-delim", "4.5", 481, None),
    ("via-received-param-no-delim", "4.5", 200, None),
    ("ipv6-in-sdp", "4.6", 488, SOURCE),
    ("mult-ip-in-header", "4.7", 481, None),
    ("mult-ip-in-sdp", "4.8", 200, None),
    ("ipv4-mapped-ipv6", "4.9", 488, SOURCE),
    ("ipv6-bug-abnf-3-colons", "4.10", 200, SOURCE),
    ("ipv6-correct-abnf-2-colons", "4.10", 200, SOURCE),
]


async def _talk(call: Call) -> Termination:
    await call.caller.answer()
    await passes(1)
    return Termination(Reason.MENU_HUNG_UP)


async def answers(switch: Exchange, data: bytes, source: tuple[str, int] = (SOURCE, 5060)) -> list[Response]:
    """Hand a message to the switch; return what it sends, all of it to where the message came from."""
    switch.accounts["user"] = Account("user", "User")
    switch.routes["user"] = Steps(_talk)
    switch.network.flush()
    before = len(switch.network.passed)
    switch.stack.handle(switch.network.now, DatagramReceived(Hop("UDP", *source, OURS, 5060), data))
    switch.network.flush()
    await passes(0.3)
    passed = switch.network.passed[before:]
    found = [parse_datagram(one.data) for one in passed]
    assert {one.target for one in passed} == {source}
    return [message for message in found if isinstance(message, Response)]


def test_every_message_has_its_line() -> None:
    assert sorted(path.stem for path in DATA.glob("*.dat")) == sorted(name for name, *_ in MESSAGES)


@pytest.mark.parametrize(
    ("name", "section", "status", "received"), MESSAGES, ids=[one[0] for one in MESSAGES]
)
@in_virtual_time
async def test_what_comes_of_each(name: str, section: str, status: int, received: str | None) -> None:
    data = (DATA / f"{name}.dat").read_bytes()
    async with exchange() as switch:
        # Where it names no rport the answer goes to the port of its Via (RFC 3261 §18.2.2).
        port = 6050 if name == "mult-ip-in-header" else 5060
        *_, final = await answers(switch, data, (SOURCE, port))
        assert final.status == status
        # Not one hop of the path is lost or changed, but for what we note of the topmost.
        asked = parse_datagram(data)
        assert final.vias[1:] == asked.vias[1:]
        assert (final.via.transport, final.via.host, final.via.branch) == (
            asked.via.transport,
            asked.via.host,
            asked.via.branch,
        )
        if received is not None:
            assert final.via.params["received"] == received
        if name.startswith(("ipv6-good", "port")):
            (binding,) = switch.registrar.bindings("user")
            assert str(binding.contact) == "sip:caller@[2001:db8::1]"
            assert final.fields.get("Contact") == "<sip:caller@[2001:db8::1]>;expires=3600"
        if name == "mult-ip-in-sdp":
            await _check_talk(switch, final)
        await passes(40)


def sends_to(switch: Exchange) -> tuple[str, int]:
    """Return where the sound of the one leg goes."""
    (leg,) = switch.client.legs.values()
    stream = leg.asked(SetStream)[-1]
    return stream.host, stream.port


async def _check_talk(switch: Exchange, final: Response) -> None:
    ours = parse_sdp(final.body)
    assert (ours.host, ours.origin.host) == (OURS, OURS)
    # The audio line is answered, the video line refused at its place; our address is of the family the SIP
    # came by, and what is sent goes to the IPv4 address the phone's own line names.
    assert [(line.kind, bool(line.port)) for line in ours.media] == [("audio", True), ("video", False)]
    assert b"c=IN IP6 2001:db8::10\r\n" in final.body
    assert str(final.contacts[0].uri) == "sip:[2001:db8::10]:5060"
    assert sends_to(switch) == ("192.0.2.1", 22334)


@in_virtual_time
async def test_an_ipv4_address_wrapped_in_ipv6_is_that_ipv4_address() -> None:
    # §4.9: what the phone calls itself is where its packets come from, so no NAT is in between.
    data = (DATA / "ipv4-mapped-ipv6.dat").read_bytes()
    data = data.replace(b"AVP 2\r\na=rtpmap:2 G726-32/8000", b"AVP 0\r\na=rtpmap:0 PCMU/8000   ")
    async with exchange() as switch:
        *_, final = await answers(switch, data, ("192.0.2.10", 19823))
        assert final.status == 200
        assert "received" not in final.via.params
        assert sends_to(switch) == ("192.0.2.2", 6000)
        await passes(40)
