"""Message waiting for phones that never ask."""

from __future__ import annotations

from softswitch.presence.config import PresenceConfig
from softswitch.presence.mailboxes import Counts
from tests.fakes.virtual_time import in_virtual_time, passes
from tests.presence.watcher import ANNA, watched


@in_virtual_time
async def test_all_phones_are_told_when_they_register_and_when_the_counts_change() -> None:
    async with watched(PresenceConfig(unsolicited_mwi=True)) as switch:
        switch.presence.mailboxes.set("1001", Counts(1))
        anna = switch.watcher("1001", ANNA)
        await anna.register()
        # Not before the answer to its REGISTER.
        assert [one.status for one in anna.answers] == [200]
        (notify,) = anna.notifies
        assert notify.fields.get("Event") == "message-summary"
        assert notify.fields.get("Content-Type") == "application/simple-message-summary"
        assert notify.target == anna.contact
        switch.presence.mailboxes.set("1001", Counts(4, 2))
        await passes(1)
        assert "Voice-Message: 4/2" in anna.bodies[1]
        anna.status["NOTIFY"] = 481
        switch.presence.mailboxes.set("1001", Counts(5, 2))
        await passes(1)
        assert len(anna.bodies) == 3


@in_virtual_time
async def test_unless_it_is_asked_for_nobody_is() -> None:
    async with watched() as switch:
        anna = switch.watcher("1001", ANNA)
        await anna.register()
        switch.presence.mailboxes.set("1001", Counts(1))
        await passes(1)
        assert anna.notifies == []
