"""Messages through a stream, however it is cut."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from media import commands as ask
from media import events as tell
from media.recording_messages import RecordingEnded
from media.wire import Inbox, pack

COMMANDS = [
    ask.OpenLeg(1, "127.0.0.1"),
    ask.SetStream(1, "::1", 4000, "PCMA", 8, -1, 8000, True, False, 30.0),
    ask.SetStream(1, "::1", 4, "PCMU", 0, 96, 16_000, False, True, 0.0, 60, 5001, True, True, "192.0.2.1"),
    ask.CloseLeg(1),
    ask.AddPrompt(1, "/sounds/ą.frames"),
    ask.RemovePrompt(1),
    ask.Play(1, 2, (3, 4)),
    ask.StopPlay(1),
    ask.HearNothing(1),
    ask.HearLoop(1, (2, 3), True),
    ask.HearLoop(1, (), False, resume=True),
    ask.HearLeg(1, 2),
    ask.HearItself(1),
    ask.ListenForTones(1, False),
    ask.SendDigits(1, "12#", 160, 80),
    ask.Record(1, 3, "/x.wav"),
    ask.Record(1, 4, "/x.wav", "mixed", "opus"),
    ask.PauseRecording(3, True),
    ask.MaskRecording(3, False),
    ask.StopRecording(3),
    ask.HearRoom(1, 2, True),
    ask.HearRoom(1, 2, False, 3),
    ask.ListenForSilence(1, 2.5),
    ask.Stop(),
]
REPORTS = [
    tell.WorkerReady(7),
    tell.LegOpened(1, 20_000),
    tell.OpenFailed(1, "no free port"),
    tell.LegClosed(1, tell.Statistics(1, 2, 3, 4, 5, 0.5, 41.5, 12.25, 7, 4.41)),
    tell.MediaArrived(1, "192.0.2.1", 5),
    tell.DigitHeard(1, "#", "inband", 1.5),
    tell.SilenceHeard(1, 2.5, True),
    tell.PlayEnded(1, 2, 0.5, True),
    tell.OneWay(1, False, 3.02, True),
    tell.BothWays(1),
    tell.PromptReady(1, "no room for a prompt of 9 s"),
    RecordingEnded(3, "/x.wav", 2.5, "5ea1", ((0.5, 1.0),), "why"),
    tell.MediaTimeout(1, 30.0),
    tell.CommandFailed(-1, "why"),
    tell.TickReport(50, 0, (0.1, 0.2), (100.0,), 3, 0.5),
]


def test_every_message_is_in_the_lists_above():
    assert {type(one) for one in COMMANDS} == set(ask.AnyCommand.__args__)
    assert {type(one) for one in REPORTS} == set(tell.AnyReport.__args__)


@pytest.mark.parametrize(
    ("union", "messages"),
    [(ask.AnyCommand, COMMANDS), (tell.AnyReport, REPORTS)],
    ids=["commands", "reports"],
)
def test_every_message_arrives_as_it_was(union, messages):
    inbox = Inbox(union)
    assert inbox.feed(b"".join(map(pack, messages))) == messages


@given(st.lists(st.sampled_from(COMMANDS), max_size=10), st.data())
def test_a_stream_may_be_cut_anywhere(messages, data):
    stream = b"".join(map(pack, messages))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=12)))
    inbox, got = Inbox(ask.AnyCommand), []
    for begin, end in zip([0, *cuts], [*cuts, len(stream)], strict=True):
        got += inbox.feed(stream[begin:end])
    assert got == messages


def test_half_a_message_is_none_yet():
    inbox = Inbox(ask.AnyCommand)
    stream = pack(ask.CloseLeg(1))
    for octet in stream[:-1]:
        assert inbox.feed(bytes([octet])) == []
    assert inbox.feed(stream[-1:]) == [ask.CloseLeg(1)]


def test_what_is_no_command_is_refused():
    with pytest.raises(msgspec.MsgspecError):
        Inbox(ask.AnyCommand).feed(pack(tell.WorkerReady(1)))
