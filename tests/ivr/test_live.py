"""The line of a tree on real calls: a real SIP stack, virtual time, no sound."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from media import commands as ask
from softswitch.calls.hangup import Reason, Termination
from softswitch.events import LegAnswered
from softswitch.ivr.context import DialResult, Key, PlayFile, SayText
from softswitch.ivr.context import Played as Heard
from softswitch.ivr.errors import PromptFailed
from softswitch.ivr.live import LiveLine
from softswitch.sip.signals import Reply
from tests.fakes.exchange import Steps, exchange, sdp, talking
from tests.fakes.virtual_time import in_virtual_time, passes
from tests.ivr.on_calls import FakeVoice, end_prompts_after, on_tree

HELLO = SayText("Hello", "en")
SECRET = SayText("Your balance", "en", private=True)
FILE = PlayFile(Path("hello.wav"))


def on_line(switch, course):
    """Let ``course(line)`` serve whoever dials 100; return the voice it speaks with."""
    voice = FakeVoice()

    async def destination(call):
        await course(LiveLine(call, voice, switch.dialler))
        return Termination(Reason.MENU_ENDED)

    switch.routes["100"] = Steps(destination)
    return voice


@in_virtual_time
async def test_a_call_is_answered_when_the_first_prompt_is_ready_and_not_before():
    async with exchange() as switch:
        anna = switch.phone("1001", "192.0.2.11")
        heard = []

        async def course(line):
            heard.append(await line.play([HELLO, FILE], until_key=False))

        voice = on_line(switch, course)
        voice.gate = asyncio.Event()
        anna.call("100")
        await passes(3)
        assert anna.statuses() == [100]
        voice.gate.set()
        await passes(0.1)
        assert anna.last_status() == 200
        assert anna.sound.asked(ask.Play) == []  # The phone's first packet is waited for.
        switch.client.sound(anna.sound, "192.0.2.11", 4000)
        await passes(0.01)
        assert [play.prompts for play in anna.sound.asked(ask.Play)] == [(1001, 1002)]
        switch.client.finish_play(anna.sound, 2.5)
        await passes(0.1)
        assert heard == [Heard(2.5, interrupted=False)]
        assert voice.said == [("Hello", "en", None, False), ("hello.wav", "", None, False)]


@in_virtual_time
async def test_a_key_cuts_a_prompt_and_stays_to_be_read():
    async with exchange() as switch:
        anna = switch.phone("1001", "192.0.2.11")
        seen = []

        async def course(line):
            seen.append(await line.play([HELLO], until_key=True))
            seen.append(await line.next_key(0))
            seen.append(await line.next_key(0))

        on_line(switch, course)
        anna.call("100")
        await passes(1)
        switch.client.digit(anna.sound, "5", "inband")
        await passes(0.1)
        assert seen == [Heard(0.5, interrupted=True), Key("5", "inband"), None]
        assert len(anna.sound.asked(ask.StopPlay)) == 1


@in_virtual_time
async def test_a_key_that_waits_already_lets_nothing_be_played():
    async with exchange() as switch:
        anna = switch.phone("1001", "192.0.2.11")
        seen = []

        async def course(line):
            await line.next_key(0.1)  # Answers the call.
            await passes(1)
            seen.append(await line.play([HELLO], until_key=True))

        on_line(switch, course)
        anna.call("100")
        await passes(1)
        switch.client.digit(anna.sound, "5")
        await passes(1)
        assert seen == [Heard(0.0, interrupted=True)]
        assert anna.sound.asked(ask.Play) == []


@in_virtual_time
async def test_a_prompt_that_is_not_to_be_cut_gathers_keys():
    async with exchange() as switch:
        anna = switch.phone("1001", "192.0.2.11")
        seen = []

        async def course(line):
            seen.append(await line.play([HELLO], until_key=False))
            seen.append(await line.next_key(0))
            line.flush_keys()
            seen.append(await line.next_key(0))

        on_line(switch, course)
        anna.call("100")
        await passes(1)
        for digit in "123":
            switch.client.digit(anna.sound, digit)
        switch.client.finish_play(anna.sound, 3.0)
        await passes(0.1)
        assert seen == [Heard(3.0, interrupted=False), Key("1", "rfc4733"), None]


@in_virtual_time
async def test_a_prompt_that_comes_to_its_end_in_the_moment_of_the_key_is_heard_whole():
    async with exchange() as switch:
        anna = switch.phone("1001", "192.0.2.11")
        seen = []

        async def course(line):
            seen.append(await line.play([HELLO], until_key=True))

        on_line(switch, course)
        anna.call("100")
        await passes(1)
        switch.client.finish_play(anna.sound, 2.0)
        switch.client.digit(anna.sound, "1")
        await passes(0.1)
        assert seen == [Heard(2.0, interrupted=False)]
        assert anna.sound.asked(ask.StopPlay) == []


@pytest.mark.parametrize("until_key", [True, False])
@in_virtual_time
async def test_the_caller_hangs_up_in_the_middle_of_a_prompt(until_key):
    async with exchange() as switch:
        anna = switch.phone("1001", "192.0.2.11")

        async def course(line):
            await line.play([HELLO, SECRET], until_key=until_key)

        voice = on_line(switch, course)
        anna.call("100")
        await passes(1)
        anna.hang_up()
        await passes(0.1)
        assert switch.ended.reason == "caller_hung_up"
        assert voice.forgotten == [1002]


@in_virtual_time
async def test_the_worker_dies_in_the_middle_of_a_prompt():
    async with exchange() as switch:
        anna = switch.phone("1001", "192.0.2.11")

        async def course(line):
            await line.play([HELLO], until_key=True)

        on_line(switch, course)
        anna.call("100")
        await passes(1)
        switch.client.kill(switch.media)
        await passes(0.1)
        assert switch.ended.reason == "media_worker_died"
        assert len(anna.incoming("BYE")) == 1


@in_virtual_time
async def test_a_private_text_is_forgotten_after_it_was_heard():
    async with exchange() as switch:
        anna = switch.phone("1001", "192.0.2.11")

        async def course(line):
            await line.play([HELLO, SECRET], until_key=False)

        voice = on_line(switch, course)
        end_prompts_after(switch, 1.0)
        anna.call("100")
        await passes(3)
        assert voice.said[1] == ("Your balance", "en", None, True)
        assert voice.forgotten == [1002]


@in_virtual_time
async def test_a_private_text_is_forgotten_when_another_prompt_fails():
    async with exchange() as switch:
        anna = switch.phone("1001", "192.0.2.11")
        failures = []

        async def course(line):
            try:
                await line.play([SECRET, HELLO], until_key=False)
            except PromptFailed as error:
                failures.append(str(error))

        voice = on_line(switch, course)
        voice.broken.add("Hello")
        anna.call("100")
        await passes(1)
        assert failures == ["no voice for Hello"]
        assert voice.forgotten == [1001]
        # Nothing could be said, so nothing was answered.
        assert anna.last_status() == 480


@in_virtual_time
async def test_a_private_text_is_forgotten_when_the_caller_does_not_wait_for_the_rest():
    async with exchange() as switch:
        anna = switch.phone("1001", "192.0.2.11")

        async def course(line):
            await line.play([HELLO], until_key=False)
            asyncio.get_running_loop().call_soon(voice.gate.clear)
            await line.play([SECRET, HELLO], until_key=False)

        voice = on_line(switch, course)

        class Gate:
            """Lets two texts through, then none."""

            def __init__(self):
                self.passed = 0

            async def wait(self):
                self.passed += 1
                if self.passed > 2:
                    await passes(1000)

            def clear(self):
                """Nothing to do."""

        voice.gate = Gate()
        end_prompts_after(switch, 1.0)
        anna.call("100")
        await passes(5)
        anna.hang_up()
        await passes(0.1)
        assert switch.ended.reason == "caller_hung_up"
        assert voice.forgotten == [1002]


@in_virtual_time
async def test_waiting_for_a_key_answers_and_looking_for_one_does_not():
    async with exchange() as switch:
        anna = switch.phone("1001", "192.0.2.11")
        seen = []

        async def course(line):
            seen.append(await line.next_key(0))
            await passes(1)
            assert switch.events(LegAnswered) == []
            seen.append(await line.next_key(2.0))
            seen.append(await line.next_key(2.0))

        on_line(switch, course)
        anna.call("100")
        await passes(2)
        anna.info("Signal=7")
        await passes(5)
        assert seen == [None, Key("7", "info"), None]


@pytest.mark.parametrize(("until_key", "expected"), [(True, 1.0), (False, 5.0)])
@in_virtual_time
async def test_the_echo_ends_by_a_key_or_by_time(until_key, expected):
    async with exchange() as switch:
        anna = switch.phone("1001", "192.0.2.11")
        times = []

        async def course(line):
            await line.next_key(0.1)
            began = switch.network.now
            await line.echo(5.0, until_key=until_key)
            times.append(switch.network.now - began)
            assert anna.sound.hears == "nothing"
            assert await line.next_key(0) == Key("1", "rfc4733")

        on_line(switch, course)
        anna.call("100")
        await passes(0.6)
        assert anna.sound.hears == "itself"
        loop = asyncio.get_running_loop()
        loop.call_later(0.8, switch.client.digit, anna.sound, "1")
        await passes(7)
        assert times == [pytest.approx(expected, abs=0.15)]


async def handed_over(switch, second):
    """Let Bartek, whose ``second`` phone is in the menu, leave it to Anna; return her phone."""
    anna, bartek = await talking(switch)
    name = second.dialog
    query = f"?Replaces={name.call_id}%3Bto-tag%3D{name.remote_tag}%3Bfrom-tag%3D{name.local_tag}"
    to = ("Refer-To", f"<sip:100@192.0.2.1{query}>")
    bartek.stack.send_in_dialog(bartek.network.now, bartek.dialog, "REFER", fields=(to,))
    bartek.network.flush()
    await passes(0.1)
    return anna


@pytest.mark.parametrize("until_key", [True, False])
@in_virtual_time
async def test_who_is_transferred_into_a_prompt_hears_it_from_the_beginning(until_key):
    async with exchange() as switch:
        heard = []

        async def course(line):
            heard.append(await line.play([HELLO], until_key=until_key))

        on_line(switch, course)
        second = switch.phone("1002", "192.0.2.22", registered=False)
        second.call("100")
        await passes(0.5)
        assert [play.prompts for play in second.sound.asked(ask.Play)] == [(1001,)]
        anna = await handed_over(switch, second)
        assert [play.prompts for play in anna.sound.asked(ask.Play)] == [(1001,)]
        assert heard == []
        switch.client.finish_play(anna.sound, 2.5)
        await passes(3)
        assert heard == [Heard(2.5, interrupted=False)]
        assert len(anna.incoming("BYE")) == 1


@in_virtual_time
async def test_who_is_transferred_into_the_echo_hears_it_and_ends_it():
    async with exchange() as switch:
        ended = []

        async def course(line):
            await line.echo(60, until_key=True)
            ended.append(await line.next_key(0))

        on_line(switch, course)
        second = switch.phone("1002", "192.0.2.22", registered=False)
        second.call("100")
        await passes(0.5)
        anna = await handed_over(switch, second)
        assert anna.sound.hears == "itself"
        anna.info("Signal=9\r\nDuration=160\r\n")
        await passes(3)
        assert ended == [Key("9", "info")]
        assert anna.sound.hears == "nothing"


@in_virtual_time
async def test_the_caller_leaves_the_echo():
    async with exchange() as switch:
        anna = switch.phone("1001", "192.0.2.11")

        async def course(line):
            await line.echo(100.0, until_key=False)

        on_line(switch, course)
        anna.call("100")
        await passes(1)
        anna.hang_up()
        await passes(0.1)
        assert switch.ended.reason == "caller_hung_up"


@pytest.mark.parametrize(
    ("act", "result"),
    [
        (lambda phone: phone.refuse(486), DialResult.BUSY),
        (lambda phone: phone.refuse(603), DialResult.DECLINED),
        (lambda phone: phone.refuse(480), DialResult.UNREACHABLE),
        (lambda phone: phone.refuse(500), DialResult.UNREACHABLE),
        (lambda phone: phone.refuse(488), DialResult.UNREACHABLE),
        (lambda phone: phone.ring(), DialResult.NO_ANSWER),
    ],
)
@in_virtual_time
async def test_what_a_tree_is_told_of_a_dialling(act, result):
    async with exchange() as switch:
        anna, bartek = switch.phone("1001", "192.0.2.11"), switch.phone("1002", "192.0.2.12")
        seen = []

        async def course(line):
            seen.append(await line.dial(["1002"], 10.0, "Karty"))

        on_line(switch, course)
        anna.call("100")
        await passes(0.5)
        assert bartek.rung.request.from_.display == "Karty Anna"
        act(bartek)
        await passes(12)
        assert seen == [result]


@in_virtual_time
async def test_a_phone_that_rings_in_silence_is_no_talk_that_ended():
    async with exchange() as switch:
        anna, bartek = switch.phone("1001", "192.0.2.11"), switch.phone("1002", "192.0.2.12")
        seen = []

        async def course(line):
            seen.append(await line.dial(["1002"], 60.0, ""))

        on_line(switch, course)
        anna.call("100")
        await passes(0.5)
        bartek.progress()
        await passes(31)
        switch.client.silence(bartek.sound)
        await passes(1)
        assert seen == []
        await passes(30)
        assert seen == [DialResult.NO_ANSWER]


@in_virtual_time
async def test_nobody_there_and_nobody_known():
    async with exchange() as switch:
        anna = switch.phone("1001", "192.0.2.11")
        seen = []

        async def course(line):
            seen.append(await line.dial(["1003"], 10.0, ""))
            seen.append(await line.dial(["4711"], 10.0, ""))

        on_line(switch, course)
        anna.call("100")
        await passes(1)
        assert seen == [DialResult.UNREACHABLE, DialResult.UNKNOWN]


@pytest.mark.parametrize("how", ["bye", "silence", "resume and bye"])
@in_virtual_time
async def test_a_talk_that_is_over_is_over_whoever_ended_it(how):
    async with exchange() as switch:
        anna, bartek = switch.phone("1001", "192.0.2.11"), switch.phone("1002", "192.0.2.12")
        seen = []

        async def course(line):
            seen.append(await line.dial(["1002"], 10.0, ""))
            seen.append(await line.next_key(1.0))

        on_line(switch, course)
        anna.call("100")
        await passes(0.5)
        bartek.pick_up()
        await passes(0.5)
        if how == "silence":
            switch.client.silence(bartek.sound)
        if how == "resume and bye":
            bartek.reinvite(sdp(direction="sendonly", version=2))
            await passes(0.5)
            bartek.reinvite(sdp(version=3))
        if how != "silence":
            bartek.hang_up()
        await passes(3)
        assert seen == [DialResult.ENDED_BY_CALLEE, None]


@in_virtual_time
async def test_music_behind_what_is_said_and_silence_after_it():
    async with exchange() as switch:
        anna = switch.phone("1001", "192.0.2.11")

        async def course(line):
            line.background(True)  # Not answered yet: there is nobody to hear it.
            await line.next_key(0.1)
            line.background(True)
            await line.next_key(5)
            line.background(False)
            await line.next_key(5)

        on_line(switch, course)
        anna.call("100")
        await passes(3)
        assert anna.sound.hears.startswith("loop")
        await passes(3)
        assert anna.sound.hears == "nothing"


@in_virtual_time
@pytest.mark.parametrize(
    ("acks_after", "sound_after", "plays_after"),
    [
        (0.5, None, 0.7),  # No packet comes: a fifth of a second behind the ACK.
        (0.5, 0.55, 0.55),
        (0.5, 0.1, 0.5),  # Sound before the ACK proves nothing of the way back.
        (None, None, 2.0),
    ],
)
async def test_c22_the_first_words_wait_for_the_ack_and_the_phone_s_own_sound(
    acks_after, sound_after, plays_after
):
    async with exchange() as switch:
        anna = switch.phone("1001", "192.0.2.11")
        anna.acks = False

        async def course(line):
            await line.play([HELLO], until_key=False)

        on_line(switch, course)
        anna.call("100")
        loop = asyncio.get_running_loop()
        began = loop.time()
        played = []

        def sent(command):
            if isinstance(command, ask.Play):
                played.append(loop.time())
                loop.call_later(0.2, switch.client.finish_play, switch.client.legs[command.leg], 0.2)

        switch.client.on_send = sent
        await passes(0.05)
        answers = [one for one in anna.got(Reply) if one.response.status == 200]
        if acks_after is not None:
            loop.call_at(began + acks_after, anna.ack, answers[0])
        if sound_after is not None:
            loop.call_at(began + sound_after, switch.client.sound, anna.sound, "192.0.2.11", 4000)
        await passes(3)
        assert [at - began for at in played] == [pytest.approx(plays_after, abs=0.03)]


@in_virtual_time
async def test_n27_a_prompt_is_spoken_as_slowly_as_the_tree_says():
    async with exchange() as switch:
        end_prompts_after(switch, 0.2)
        tree = """
        a:
          - say: {text: "Slowly.", speed: 0.8}
          - menu: {prompt: {text: "Choose.", speed: 0.7}, keys: {1: a}, total_max: 1}
        """
        _, voice = await on_tree(switch, tree)
        await passes(2)
        assert voice.rates == [0.8, 0.7]
        switch.board.close()
        await passes(1)
