"""What waits for an account, as its phones are told (RFC 3842)."""

from __future__ import annotations

import pytest

from softswitch.presence.mailboxes import Counts
from softswitch.presence.message_summary import MessageSummary, summary
from softswitch.presence.package import Watch
from softswitch.sip.errors import RemoteProtocolError
from softswitch.sip.subscription import parse_event
from softswitch.sip.uri import SipUri
from tests.fakes.virtual_time import in_virtual_time, passes
from tests.presence.watcher import ANNA, watched

URI = SipUri("192.0.2.1", "1001")


@pytest.mark.parametrize(
    ("counts", "waiting", "numbers"),
    [
        (Counts(), "no", "0/0 (0/0)"),
        (Counts(2, 8, 1, 3), "yes", "2/8 (1/3)"),
        (Counts(0, 5), "no", "0/5 (0/0)"),
    ],
)
def test_the_body(counts: Counts, waiting: str, numbers: str) -> None:
    assert summary(counts, "sip:1001@192.0.2.1").decode().split("\r\n") == [
        f"Messages-Waiting: {waiting}",
        "Message-Account: sip:1001@192.0.2.1",
        f"Voice-Message: {numbers}",
        "",
    ]


def test_only_ones_own_mailbox() -> None:
    package = MessageSummary(lambda user: Counts(1))
    event = parse_event("message-summary")
    assert b"1/0" in package.open(Watch("1001", "1001", URI), event).document(0)
    with pytest.raises(RemoteProtocolError) as error:
        package.open(Watch("1002", "1001", URI), event)
    assert error.value.status == 403


@in_virtual_time
async def test_a_phone_that_names_nobody_means_its_own_and_hears_of_each_change() -> None:
    async with watched() as switch:
        anna = switch.watcher("1001", ANNA)
        assert await anna.subscribe("message-summary", "sip:192.0.2.1") == 200
        assert "Messages-Waiting: no" in anna.bodies[0]
        assert "Message-Account: sip:1001@192.0.2.1" in anna.bodies[0]
        switch.presence.mailboxes.set("1001", Counts(2, 3))
        switch.presence.mailboxes.set("1002", Counts(9))
        await passes(2)
        assert "Messages-Waiting: yes" in anna.bodies[1]
        assert "Voice-Message: 2/3 (0/0)" in anna.bodies[1]
        assert len(anna.bodies) == 2
