"""The room as the composition root gets it."""

from __future__ import annotations

from softswitch.presence.build import PACKAGES
from tests.fakes.virtual_time import in_virtual_time
from tests.presence.watcher import watched


@in_virtual_time
async def test_what_is_announced_is_what_is_served() -> None:
    async with watched() as switch:
        assert switch.presence.notifier.events == PACKAGES
        methods = [method for service in switch.presence.services for method in service.methods]
        assert methods == ["SUBSCRIBE", "MESSAGE"]
        assert [service.abilities for service in switch.presence.services] == [
            (("Allow-Events", PACKAGES),),
            (),
            (),
        ]
