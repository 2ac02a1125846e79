"""There or not, on the phone or not (RFC 3856, RFC 3863)."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from softswitch.presence.config import QualifyConfig
from softswitch.presence.package import Watch
from softswitch.presence.presence_pidf import DATA_MODEL, PIDF, RPID, PresencePidf
from softswitch.sip.subscription import parse_event
from softswitch.sip.uri import SipUri
from tests.fakes.exchange import calling
from tests.fakes.virtual_time import in_virtual_time, passes
from tests.presence.watcher import ANNA, BARTEK, CELINA, watched

NS = {"p": PIDF, "dm": DATA_MODEL, "rpid": RPID}


@pytest.mark.parametrize(
    ("there", "busy", "basic", "note"),
    [
        (False, False, "closed", None),
        (True, False, "open", None),
        (True, True, "open", "On the phone"),
        (False, True, "closed", "On the phone"),
    ],
)
def test_each_state(there: bool, busy: bool, basic: str, note: str | None) -> None:
    package = PresencePidf(lambda user: there, lambda user: busy)
    view = package.open(Watch("1001", "1002", SipUri("192.0.2.1", "1002")), parse_event("presence"))
    root = ElementTree.fromstring(view.document(0))
    assert root.tag == f"{{{PIDF}}}presence"
    assert root.get("entity") == "sip:1002@192.0.2.1"
    assert root.findtext("p:tuple/p:status/p:basic", namespaces=NS) == basic
    assert root.findtext("p:tuple/p:note", namespaces=NS) == note
    assert (root.find("p:tuple/p:contact", NS) is not None) == there
    assert (root.find("dm:person/rpid:activities/rpid:on-the-phone", NS) is not None) == busy


@in_virtual_time
async def test_presence_follows_registrations_and_calls_no_faster_than_allowed() -> None:
    async with watched() as switch:
        celina, bartek = switch.watcher("1003", CELINA), switch.watcher("1002", BARTEK)
        await celina.subscribe("presence", "1002")
        assert "<basic>closed</basic>" in celina.bodies[0]
        await bartek.register()
        await passes(6)
        assert len(celina.notifies) == 2
        assert "<basic>open</basic>" in celina.bodies[1]
        await bartek.ask("REGISTER", "sip:1002@192.0.2.1", "Expires: 0")
        await passes(6)
        assert "<basic>closed</basic>" in celina.bodies[2]
        assert all(later - before >= 5 for before, later in zip(celina.at, celina.at[1:], strict=False))


@in_virtual_time
async def test_who_is_in_a_call_is_busy() -> None:
    async with watched() as switch:
        celina = switch.watcher("1003", CELINA)
        await celina.subscribe("presence", "1001")
        await passes(6)
        anna, bartek = await calling(switch)
        await passes(1)
        assert "On the phone" in celina.bodies[-1]
        bartek.refuse(486)
        await passes(6)
        assert "On the phone" not in celina.bodies[-1]
        assert anna.last_status() == 486


@in_virtual_time
async def test_a_phone_that_is_registered_but_lost_is_not_there() -> None:
    async with watched(qualify=QualifyConfig(otherwise=10)) as switch:
        anna, bartek = switch.watcher("1001", ANNA), switch.watcher("1002", BARTEK)
        bartek.status["OPTIONS"] = None
        await bartek.register()
        await anna.subscribe("presence", "1002")
        assert "<basic>open</basic>" in anna.bodies[-1]
        await passes(50)
        assert "<basic>closed</basic>" in anna.bodies[-1]
        bartek.status["OPTIONS"] = 200
        await passes(60)
        assert "<basic>open</basic>" in anna.bodies[-1]
