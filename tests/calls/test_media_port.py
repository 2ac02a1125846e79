"""The door to the media room: what it asks of a worker, and what it makes of the reports."""

from __future__ import annotations

import asyncio
import gc
from dataclasses import replace
from pathlib import Path

import pytest

from media import commands as ask
from media import events as tell
from media.errors import MediaError
from media.recording_messages import RecordingEnded
from softswitch.calls.errors import NoMedia
from softswitch.calls.hangup import Reason
from softswitch.calls.media_port import Played
from softswitch.calls.media_port.sound import CLOSE_SECONDS, KEY_TAIL_SECONDS
from softswitch.sip.offer_answer import Direction, Stream
from tests.fakes.media import FakeMediaClient, media_port
from tests.fakes.virtual_time import in_virtual_time, passes


class Ear:
    def __init__(self):
        self.heard = []

    def digit_heard(self, digit, method):
        self.heard.append(("digit", digit, method))

    def sound_arrived(self, host, port):
        self.heard.append(("arrived", host, port))

    def sound_missing(self, seconds):
        self.heard.append(("missing", seconds))

    def sound_lost(self):
        self.heard.append(("lost",))


async def opened():
    """Return a port, its client, an ear and its open sound."""
    client = FakeMediaClient()
    port, ear = media_port(client), Ear()
    sound = await port.open("192.0.2.1", ear)
    return port, client, ear, sound


def stream(*, direction: Direction = Direction.SENDRECV, held: bool = False, digits: int | None = 101):
    return Stream("192.0.2.9", 4000, "PCMA", 8, digits, 8000, direction, held)


@in_virtual_time
async def test_a_leg_is_opened_and_its_reports_reach_its_ear():
    _, client, ear, sound = await opened()
    leg = client.legs[1]
    assert (sound.number, leg.host) == (leg.leg.port, "192.0.2.1")
    client.digit(leg, "5", "inband")
    client.sound(leg, "192.0.2.9", 4002)
    client.silence(leg, 30.0)
    leg.listener(tell.CommandFailed(1, "no such prompt"))
    assert ear.heard == [("digit", "5", "inband"), ("arrived", "192.0.2.9", 4002), ("missing", 30.0)]


@pytest.mark.parametrize(
    ("listen", "hears"),
    [
        (lambda sound, third: sound.hear_nothing(), "nothing"),
        (lambda sound, third: sound.hear_itself(), "itself"),
        (lambda sound, third: sound.hear_loop(7, 8), "loop 7 8"),
        (lambda sound, third: sound.hear_music(), "loop 3"),
        (lambda sound, third: sound.hear(third), "leg 3"),
    ],
)
@pytest.mark.parametrize("spread", [False, True])
@in_virtual_time
async def test_a_leg_hears_what_another_hears_as_far_as_it_can(listen, hears, spread):
    port, client, ear, sound = await opened()
    client.spread = spread
    other = await port.open("192.0.2.1", ear)
    third = await port.open("192.0.2.1", ear, near=sound)
    other.hear_as(sound)
    assert client.legs[2].hears == "nothing"
    listen(sound, third)
    other.hear_as(sound)
    assert client.legs[2].hears == ("nothing" if spread and hears == "leg 3" else hears)
    # And may itself be the one to follow.
    sound.hear_as(other)
    assert client.legs[1].hears == client.legs[2].hears


@in_virtual_time
async def test_who_hears_a_room_speaks_to_all_or_to_one_or_to_nobody():
    port, client, ear, sound = await opened()
    other = await port.open("192.0.2.1", ear, near=sound)
    sound.hear_room(7)
    sound.hear_room(7, speaks=False)
    sound.hear_room(7, speaks=False, whispers_to=other)
    assert client.legs[1].asked(ask.HearRoom) == [
        ask.HearRoom(1, 7, True),
        ask.HearRoom(1, 7, False),
        ask.HearRoom(1, 7, False, 2),
    ]
    # Who takes a place in a room has to be let in: it may be another person.
    other.hear_as(sound)
    assert client.legs[2].hears == "nothing"


@in_virtual_time
async def test_what_plays_is_broken_off_and_nothing_else():
    _, client, _, sound = await opened()
    sound.break_off()
    playing = asyncio.ensure_future(sound.play([7]))
    await passes(0.1)
    sound.break_off()
    assert await playing == Played(0.5, finished=False)
    sound.break_off()
    assert len(client.legs[1].asked(ask.StopPlay)) == 1


@pytest.mark.parametrize(
    ("direction", "held", "send", "receive", "silence"),
    [
        (Direction.SENDRECV, False, True, True, 30.0),
        (Direction.RECVONLY, True, False, True, 0.0),
        (Direction.INACTIVE, True, False, False, 0.0),
        (Direction.SENDONLY, False, True, False, 0.0),
        (Direction.RECVONLY, False, False, True, 30.0),
    ],
)
@in_virtual_time
async def test_silence_is_missed_only_where_sound_is_due(direction, held, send, receive, silence):
    _, client, _, sound = await opened()
    sound.agree(stream(direction=direction, held=held), silence_after=30.0, signalling_host="192.0.2.9")
    told = client.legs[1].stream
    assert (told.send, told.receive, told.silence_after) == (send, receive, silence)


@in_virtual_time
async def test_who_only_listens_must_be_where_its_sound_goes():
    # Else anybody who may call could have a stream sent to anybody, for hours.
    _, client, _, sound = await opened()
    leg, listens = client.legs[1], stream(direction=Direction.SENDONLY)
    sound.agree(listens, silence_after=30.0, signalling_host="192.0.2.66")
    assert leg.stream.silence_after == 30.0
    client.sound(leg, "192.0.2.66", 4000)
    assert leg.stream.silence_after == 30.0
    client.sound(leg, "192.0.2.9", 4002)
    assert leg.stream.silence_after == 0.0
    # Nor may it be moved elsewhere later, or while it only rings.
    sound.agree(replace(listens, host="192.0.2.10"), silence_after=30.0, signalling_host="192.0.2.66")
    assert leg.stream.silence_after == 30.0
    sound.agree(replace(listens, host="192.0.2.10"), silence_after=0.0, signalling_host="192.0.2.66")
    client.sound(leg, "192.0.2.66", 4000)
    assert leg.stream.silence_after == 0.0


@pytest.mark.parametrize(
    ("bind", "host", "bound"),
    [
        ("::", "192.0.2.1", "0.0.0.0"),
        ("::", "2001:db8::1", "::"),
        ("0.0.0.0", "192.0.2.1", "0.0.0.0"),
        ("192.0.2.1", "203.0.113.1", "192.0.2.1"),
    ],
)
@in_virtual_time
async def test_a_port_is_bound_in_the_family_of_its_phone(bind, host, bound):
    client = FakeMediaClient()
    port = media_port(client)
    port.bind = bind
    await port.open(host, Ear())
    assert client.legs[1].host == bound


@in_virtual_time
async def test_no_telephone_event_is_minus_one():
    _, client, _, sound = await opened()
    sound.agree(stream(digits=None), silence_after=30.0)
    assert client.legs[1].stream.digits_payload == -1


@in_virtual_time
async def test_every_wish_becomes_its_command(tmp_path):
    port, client, _, sound = await opened()
    other = await port.open("192.0.2.1", Ear(), near=sound)
    sound.hear(other)
    sound.hear_loop(3, 4, shared=True)
    sound.hear_loop(5, resume=True)
    sound.hear_itself()
    sound.hear_nothing()
    sound.press("12")
    sound.record(tmp_path / "both.wav")
    sound.record(tmp_path / "said.wav", layout="mono", then="flac")
    sound.listen_for_tones(True)
    sound.listen_for_tones(True)  # Said once.
    sound.listen_for_tones(False)
    assert client.legs[1].commands == [
        ask.HearLeg(1, 2),
        ask.HearLoop(1, (3, 4), shared=True),
        ask.HearLoop(1, (5,), shared=False, resume=True),
        ask.HearItself(1),
        ask.HearNothing(1),
        ask.SendDigits(1, "12", milliseconds=160, gap=80),
        ask.Record(1, 1, str(tmp_path / "both.wav"), "stereo", "wav"),
        ask.Record(1, 2, str(tmp_path / "said.wav"), "mono", "flac"),
        ask.ListenForTones(1, True),
        ask.ListenForTones(1, False),
    ]


@in_virtual_time
async def test_who_recorded_is_told_how_it_ended(tmp_path):
    _, client, _, sound = await opened()
    told = []
    sound.record(tmp_path / "call.wav", told.append)
    client.finish_recording(seconds=3.0)
    assert told == [RecordingEnded(1, str(tmp_path / "call.wav"), 3.0, "5ea1")]


@in_virtual_time
async def test_a_recording_that_broke_off_and_nobody_asked_about_is_logged(tmp_path, caplog):
    _, client, _, sound = await opened()
    for name in ("whole.wav", "half.wav"):
        sound.record(tmp_path / name)
    client.finish_recording(1)
    client.finish_recording(2, reason="No space left on device")
    (warning,) = caplog.messages
    assert "half.wav" in warning
    assert "No space left on device" in warning


@in_virtual_time
async def test_nothing_is_recorded_without_a_leg_or_a_worker(tmp_path):
    port, client, _, sound = await opened()
    client.kill(port)
    assert sound.record(tmp_path / "call.wav") is None
    assert client.recordings == {}


@in_virtual_time
async def test_a_recording_is_paused_masked_and_ended_by_its_number(tmp_path):
    _, client, _, sound = await opened()
    sound.record(tmp_path / "other.wav")
    recording = sound.record(tmp_path / "call.wav", then="flac")
    recording.pause(True)
    recording.pause(False)
    recording.mask(True)
    recording.stop()
    assert client.legs[1].commands[-5:] == [
        ask.Record(1, 2, str(tmp_path / "call.wav"), "stereo", "flac"),
        ask.PauseRecording(2, True),
        ask.PauseRecording(2, False),
        ask.MaskRecording(2, True),
        ask.StopRecording(2),
    ]


def masks(client: FakeMediaClient, leg: int = 1) -> list[tuple[int, bool]]:
    """Return which recordings of a leg were told to hear nothing, or to hear again."""
    return [(one.recording, one.on) for one in client.legs[leg].asked(ask.MaskRecording)]


@in_virtual_time
async def test_secret_keys_are_heard_in_no_recording_of_the_leg_nor_a_moment_after(tmp_path):
    _, client, _, sound = await opened()
    early = sound.record(tmp_path / "early.wav")
    told: list[bool] = []
    early.concealed = told.append
    sound.conceal(True)
    sound.record(tmp_path / "late.wav")
    assert masks(client) == [(1, True), (2, True)]
    sound.conceal(False)
    await passes(KEY_TAIL_SECONDS - 0.1)
    assert masks(client) == [(1, True), (2, True)]
    await passes(0.2)
    assert masks(client)[2:] == [(1, False), (2, False)]
    assert told == [True, False]


@in_virtual_time
async def test_a_secret_that_goes_on_before_the_moment_is_over_stays_hidden(tmp_path):
    _, client, _, sound = await opened()
    sound.record(tmp_path / "call.wav")
    for _ in range(3):
        sound.conceal(True)
        await passes(1)
        sound.conceal(False)
        await passes(KEY_TAIL_SECONDS / 2)
    assert masks(client) == [(1, True)]
    await passes(KEY_TAIL_SECONDS)
    assert masks(client) == [(1, True), (1, False)]


@in_virtual_time
async def test_who_asked_for_silence_keeps_it_when_the_secret_is_over(tmp_path):
    _, client, _, sound = await opened()
    recording = sound.record(tmp_path / "call.wav")
    recording.mask(True)
    sound.conceal(True)
    sound.conceal(False)
    await passes(KEY_TAIL_SECONDS + 1)
    assert masks(client) == [(1, True)]
    recording.mask(False)
    assert masks(client) == [(1, True), (1, False)]


@pytest.mark.parametrize(
    "meet",
    [
        lambda one, other: one.hear(other),
        lambda one, other: (other.hear_room(7), one.hear_room(7)),
        lambda one, other: (one.hear_room(7), other.hear_room(7)),
    ],
    ids=["directly", "in a room", "in a room that the other enters"],
)
@in_virtual_time
async def test_secret_keys_are_not_heard_in_a_recording_of_who_listens(meet, tmp_path):
    port, client, _, sound = await opened()
    other = await port.open("192.0.2.1", Ear())
    sound.record(tmp_path / "call.wav")
    other.conceal(True)
    assert masks(client) == []
    meet(sound, other)
    assert masks(client) == [(1, True)]
    sound.hear_nothing()
    assert masks(client) == [(1, True), (1, False)]
    meet(sound, other)
    other.conceal(False)
    await passes(KEY_TAIL_SECONDS + 1)
    assert masks(client)[2:] == [(1, True), (1, False)]


@in_virtual_time
async def test_who_is_gone_has_no_secrets_left(tmp_path):
    port, client, _, sound = await opened()
    other = await port.open("192.0.2.1", Ear())
    other.record(tmp_path / "call.wav")
    other.hear(sound)
    sound.conceal(True)
    sound.conceal(False)
    await sound.close()
    await other.close()
    await passes(KEY_TAIL_SECONDS + 1)
    assert masks(client, 2) == [(1, True)]


@in_virtual_time
async def test_playing_to_the_end():
    _, client, _, sound = await opened()
    playing = asyncio.ensure_future(sound.play([7, 8]))
    await passes(1)
    assert client.legs[1].asked(ask.Play) == [ask.Play(1, 1, (7, 8))]
    client.finish_play(client.legs[1], 2.5)
    assert await playing == Played(2.5, finished=True)


@in_virtual_time
async def test_playing_that_is_stopped():
    _, client, _, sound = await opened()
    assert await sound.stop_playing() == Played(0.0, finished=False)
    playing = asyncio.ensure_future(sound.play([7]))
    await passes(1)
    assert await sound.stop_playing() == Played(0.5, finished=False)
    assert await playing == Played(0.5, finished=False)
    assert len(client.legs[1].asked(ask.StopPlay)) == 1


@in_virtual_time
async def test_playing_again_ends_what_waited_for_the_first():
    _, client, _, sound = await opened()
    first = asyncio.ensure_future(sound.play([7]))
    await passes(1)
    second = asyncio.ensure_future(sound.play([8]))
    assert await first == Played(0.0, finished=False)
    client.finish_play(client.legs[1], 1.0)
    assert await second == Played(1.0, finished=True)


@in_virtual_time
async def test_playing_that_is_cancelled_stops_at_once_and_its_late_report_is_not_the_next_ones():
    _, client, _, sound = await opened()
    leg = client.legs[1]
    first = asyncio.ensure_future(sound.play([7]))
    await passes(1)
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)
    second = asyncio.ensure_future(sound.play([8]))
    await passes(0.1)
    leg.listener(tell.PlayEnded(1, 1, 9.9, False))
    assert not second.done()
    client.finish_play(leg, 1.0)
    assert await second == Played(1.0, finished=True)


@in_virtual_time
async def test_the_last_word_of_a_leg():
    _, client, _, sound = await opened()
    assert await sound.close() == client.statistics
    assert client.open_legs == []


@in_virtual_time
async def test_a_worker_that_says_no_last_word_is_not_waited_for_long():
    _, client, _, sound = await opened()
    client.answers_close = False
    loop = asyncio.get_running_loop()
    began = loop.time()
    assert await sound.close() == tell.Statistics()
    assert loop.time() - began == pytest.approx(CLOSE_SECONDS)


@in_virtual_time
async def test_no_port_and_no_worker():
    client = FakeMediaClient()
    port = media_port(client)
    client.refuse = "no free port"
    with pytest.raises(NoMedia) as refused:
        await port.open("192.0.2.1", Ear())
    assert refused.value.termination.reason is Reason.NO_MEDIA
    client.refuse, client.worker.alive = "", False
    with pytest.raises(NoMedia):
        await port.open("192.0.2.1", Ear())


@in_virtual_time
async def test_the_worker_dies_under_a_prompt():
    port, client, ear, sound = await opened()
    playing = asyncio.ensure_future(sound.play([7]))
    await passes(1)
    client.kill(port)
    assert await playing == Played(0.0, finished=False)
    assert ear.heard == [("lost",)]
    sound.hear_nothing()  # Nobody is there to be told.
    assert await sound.stop_playing() == Played(0.0, finished=False)
    assert await sound.play([8]) == Played(0.0, finished=False)
    assert await sound.close() == tell.Statistics()


@in_virtual_time
async def test_the_worker_dies_while_a_leg_is_being_closed():
    _, client, _, sound = await opened()
    client.answers_close = False
    closing = asyncio.ensure_future(sound.close())
    await passes(0.1)
    sound.fail()
    assert await closing == tell.Statistics()


class DyingClient(FakeMediaClient):
    """Its worker dies when the news of the open port is on the way."""

    async def open_leg(self, host, listener, *, near=None):
        leg = await super().open_leg(host, listener, near=near)
        self.kill(media_port(self))
        return leg


@in_virtual_time
async def test_a_worker_that_dies_in_the_moment_a_leg_is_open_is_noticed():
    with pytest.raises(NoMedia) as gone:
        await media_port(DyingClient()).open("192.0.2.1", Ear())
    assert gone.value.termination.reason is Reason.MEDIA_WORKER_DIED


@in_virtual_time
async def test_only_legs_of_the_dead_worker_are_told():
    port, client, ear, _ = await opened()
    port.worker_died(client._new_worker())
    assert ear.heard == []


@in_virtual_time
async def test_music_is_one_programme_or_everybodys_own():
    port, client, _, sound = await opened()
    sound.hear_music()
    port.music_is_shared = False
    sound.hear_music()
    loops = [one for one in next(iter(client.legs.values())).commands if isinstance(one, ask.HearLoop)]
    assert [(one.prompts, one.shared, one.resume) for one in loops] == [
        (port.music, True, False),
        (port.music, False, True),
    ]


@in_virtual_time
async def test_sounds_are_loaded_and_dropped():
    port, client, _, _ = await opened()
    number = await port.load(Path("hello.wav"))
    assert client.loaded == [Path("hello.wav")]
    port.unload(number)
    assert client.unloaded == [number]
    client.broken.add("broken.wav")
    with pytest.raises(MediaError):
        await port.load(Path("broken.wav"))


async def test_tones_and_music_are_loaded_once_at_the_start(tmp_path):
    client = FakeMediaClient()
    port = media_port(client)
    await port.prepare(tmp_path / "tones", [Path("one.flac"), Path("two.flac")])
    assert client.kept == ["ring_back.wav", "busy.wav", "beep.wav", "one.flac", "two.flac"]
    assert client.as_they_are == ["ring_back.wav", "busy.wav", "beep.wav"]
    assert (port.ring_back, port.busy, port.beep, port.music) == (101, 102, 103, (104, 105))
    assert (tmp_path / "tones" / "busy.wav").stat().st_size > 1000


@in_virtual_time
async def test_a_sound_that_is_closed_tells_nobody_any_more():
    _, _, ear, sound = await opened()
    await sound.close()
    sound.reported(tell.DigitHeard(1, "5", "rfc4733", 0.0))
    assert ear.heard == []


@in_virtual_time
async def test_who_hears_somebody_gone_lets_its_heir_hear_nothing():
    port, client, _, sound = await opened()
    other, heir = await port.open("192.0.2.1", Ear()), await port.open("192.0.2.1", Ear())
    sound.hear(other)
    heir.hear_as(sound)
    assert client.legs[3].hears == "leg 2"
    await other.close()
    client.legs[2].listener = lambda report: None
    del other
    gc.collect()
    heir.hear_as(sound)
    assert client.legs[3].hears == "nothing"


@in_virtual_time
async def test_a_leg_is_asked_whether_it_still_speaks():
    _, client, _, sound = await opened()
    leg = client.legs[1]
    for spoke in (True, False):
        waiting = asyncio.ensure_future(sound.until_silent(6.0))
        await passes(1.0)
        assert leg.asked(ask.ListenForSilence)[-1].seconds == 6.0
        client.quiet(leg, spoke=spoke)
        assert await waiting is spoke
        assert leg.asked(ask.ListenForSilence)[-1].seconds == 0.0
    client.quiet(leg)  # Nobody asks any more.


@in_virtual_time
async def test_who_stops_asking_is_told_nothing_also_of_a_leg_that_is_closed():
    _, client, _, sound = await opened()
    waiting = asyncio.ensure_future(sound.until_silent(6.0))
    await passes(1.0)
    await sound.close()
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    assert waiting.cancelled()
    assert client.open_legs == []
