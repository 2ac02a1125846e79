"""What the running switch does for voicemail when it is asked."""

from __future__ import annotations

from softswitch.control import answered
from softswitch.voicemail_verbs import voicemail_verbs


async def test_lamps_follow_a_command() -> None:
    class Looked:
        times = 0

        async def refresh(self) -> None:
            self.times += 1

    looked = Looked()
    answer = await answered(voicemail_verbs(looked), b'{"verb": "voicemail_refresh"}\n')
    assert answer == b'{"answer":true}\n'
    assert looked.times == 1
