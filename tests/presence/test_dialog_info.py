"""What busy lamps are told (RFC 4235)."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from softswitch.presence.config import PresenceConfig
from softswitch.presence.dialog_info import MOST_LINES, NAMESPACE, DialogInfo
from softswitch.presence.lines import Line, LineState
from softswitch.presence.package import Watch
from softswitch.sip.errors import RemoteProtocolError
from softswitch.sip.subscription import parse_event
from softswitch.sip.uri import SipUri
from tests.fakes.exchange import calling
from tests.fakes.virtual_time import in_virtual_time, passes
from tests.presence.watcher import BARTEK, CELINA, watched

NS = {"d": NAMESPACE}
RINGING = Line("c1-b1", "recipient", LineState.EARLY, "1001", "Anna & <Jan>")


def document(*lines: Line, watcher: str = "1003", show: bool = False) -> str:
    package = DialogInfo(lambda user: lines, lambda user: "Bartek", show_parties=show)
    watch = Watch(watcher, "1002", SipUri("192.0.2.1", "1002"))
    return package.open(watch, parse_event("dialog")).document(3).decode()


def test_an_idle_account() -> None:
    root = ElementTree.fromstring(document())
    assert root.attrib == {"version": "3", "state": "full", "entity": "sip:1002@192.0.2.1"}
    assert list(root) == []


def test_a_ringing_account_as_others_see_it() -> None:
    root = ElementTree.fromstring(document(RINGING))
    (dialog,) = root.findall("d:dialog", NS)
    assert dialog.attrib == {"id": "c1-b1", "direction": "recipient"}
    assert dialog.findtext("d:state", namespaces=NS) == "early"
    local = dialog.find("d:local/d:identity", NS)
    assert local is not None
    assert (local.text, local.get("display")) == ("sip:1002@192.0.2.1", "Bartek")
    assert dialog.find("d:remote", NS) is None
    assert "Anna" not in document(RINGING)


@pytest.mark.parametrize(("watcher", "show"), [("1002", False), ("1003", True)])
def test_who_calls_is_shown_to_his_own_phones_and_where_it_is_allowed(watcher: str, show: bool) -> None:
    root = ElementTree.fromstring(document(RINGING, watcher=watcher, show=show))
    identity = root.find("d:dialog/d:remote/d:identity", NS)
    target = root.find("d:dialog/d:remote/d:target", NS)
    assert identity is not None
    assert target is not None
    assert (identity.text, identity.get("display")) == ("sip:1001@192.0.2.1", "Anna & <Jan>")
    assert target.get("uri") == "sip:1001@192.0.2.1"


def test_a_call_that_is_over_is_told_once() -> None:
    lines: list[Line] = [RINGING]
    package = DialogInfo(lambda user: tuple(lines), lambda user: "")
    view = package.open(Watch("1003", "1002", SipUri("192.0.2.1", "1002")), parse_event("dialog"))
    view.document(0)
    lines.clear()
    assert "<state>terminated</state>" in view.document(1).decode()
    assert "<dialog " not in view.document(2).decode()


def test_a_document_holds_no_more_than_a_datagram_bears() -> None:
    name = "&" * 100
    many = [Line(f"c{number:026}-b1", "recipient", LineState.EARLY, "1" * 100, name) for number in range(50)]
    lines = list(many)
    package = DialogInfo(lambda user: tuple(lines), lambda user: name, show_parties=True)
    view = package.open(Watch("1003", "1002", SipUri("192.0.2.1", "1002")), parse_event("dialog"))
    first = view.document(0)
    assert first.count(b"<dialog ") == MOST_LINES
    assert len(first) < 16_000
    del lines[:45]
    second = view.document(1).decode()
    assert second.count("<state>early</state>") == 5
    assert second.count("<state>terminated</state>") == MOST_LINES - 5


def test_single_dialogs_cannot_be_watched() -> None:
    package = DialogInfo(lambda user: (), lambda user: "")
    watch = Watch("1003", "1002", SipUri("192.0.2.1", "1002"))
    with pytest.raises(RemoteProtocolError) as error:
        package.open(watch, parse_event('dialog;call-id="a@b";from-tag=1;to-tag=2'))
    assert error.value.status == 403


@in_virtual_time
async def test_a_lamp_follows_a_call() -> None:
    async with watched(PresenceConfig(show_parties=True)) as switch:
        celina = switch.watcher("1003", CELINA)
        await celina.subscribe("dialog", "1002")
        anna, bartek = await calling(switch)
        bartek.ring()
        await passes(1.5)
        bartek.pick_up()
        await passes(1.5)
        anna.hang_up()
        await passes(1.5)
        states = [
            ElementTree.fromstring(body).findtext("d:dialog/d:state", "idle", NS) for body in celina.bodies
        ]
        assert states[0] == "idle"
        assert states[-3:] == ["early", "confirmed", "terminated"]
        versions = [ElementTree.fromstring(body).get("version") for body in celina.bodies]
        assert versions == [str(number) for number in range(len(versions))]
        assert "sip:1001@192.0.2.1" in celina.bodies[-2]


@in_virtual_time
async def test_a_lamp_that_is_plugged_in_during_a_call_shows_it() -> None:
    async with watched() as switch:
        _, bartek = await calling(switch)
        bartek.ring()
        celina = switch.watcher("1003", CELINA)
        await celina.subscribe("dialog", "1002")
        assert "<state>early</state>" in celina.bodies[0]
        own = switch.watcher("1002", BARTEK.replace("12", "99"))
        await own.subscribe("dialog", "1002")
        assert "<remote>" in own.bodies[0]
        assert "<remote>" not in celina.bodies[0]
        bartek.refuse(486)
        await passes(1.5)
        assert "<state>terminated</state>" in celina.bodies[-1]
