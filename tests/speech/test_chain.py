import asyncio
import logging
import traceback

import pytest

from softswitch.speech.chain import Chain, Link
from softswitch.speech.engine import Order
from softswitch.speech.errors import EngineError, EngineMissing, EngineTimeout, WorkerDied
from tests.speech.fakes import FakeClock, FakeEngine

ORDER = Order("witamy", "pl", "default", 1.0)


@pytest.fixture
def clock():
    return FakeClock()


def link(engine, clock, time_limit=5.0):
    return Link(engine, clock=clock, time_limit=time_limit, rest=60.0)


async def test_an_engine_that_hangs_is_given_up_and_rests(clock, caplog):
    engine = FakeEngine("slow")
    engine.hangs = True
    slow = link(engine, clock, time_limit=0.01)
    with pytest.raises(EngineTimeout, match=r"slow: gave no audio within 0\.01 s"):
        await slow.synthesize(ORDER, even_resting=False)
    assert engine.working == 0
    assert slow.resting
    with pytest.raises(EngineError, match="sits out"):
        await slow.synthesize(ORDER, even_resting=False)
    assert len(engine.orders) == 1
    clock.seconds += 61
    assert not slow.resting
    engine.hangs = False
    assert await slow.synthesize(ORDER, even_resting=False)
    assert caplog.text.count("gave no audio") == 1


async def test_who_waited_behind_a_failure_does_not_wait_for_another(clock):
    engine = FakeEngine("slow")
    engine.gate.clear()
    engine.failure = WorkerDied("slow", "its process ended")
    slow = link(engine, clock)
    first, second = (
        asyncio.ensure_future(slow.synthesize(ORDER, even_resting=False)),
        asyncio.ensure_future(slow.synthesize(ORDER, even_resting=False)),
    )
    await engine.started.wait()
    engine.gate.set()
    results = await asyncio.gather(first, second, return_exceptions=True)
    assert [type(result) for result in results] == [WorkerDied, EngineError]
    assert len(engine.orders) == 1


async def test_a_refused_text_is_not_the_engines_end(clock, caplog):
    engine = FakeEngine("picky")
    engine.failure = EngineError("picky", "cannot say that")
    picky = link(engine, clock)
    for _ in range(3):
        with pytest.raises(EngineError, match="cannot say that"):
            await picky.synthesize(ORDER, even_resting=False)
    assert not picky.resting
    assert caplog.text.count("cannot say that") == 1


@pytest.mark.parametrize("kind", [EngineError, WorkerDied, EngineMissing])
async def test_what_an_engine_says_of_a_private_text_is_kept_nowhere(clock, caplog, kind):
    engine = FakeEngine("talkative")
    engine.failure = kind("talkative", "ended with exit code 1 (cannot say 'Kod: 4711')")
    talkative = link(engine, clock)
    with pytest.raises(kind, match="talkative: could not speak a private text") as caught:
        await talkative.synthesize(ORDER, even_resting=False, private=True)
    told = [talkative.reason, caplog.text, "".join(traceback.format_exception(caught.value))]
    assert not [text for text in told if "4711" in text]


async def test_no_more_at_once_than_the_engine_can(clock):
    engine = FakeEngine("pair", parallel=2)
    pair = link(engine, clock)
    await asyncio.gather(*(pair.synthesize(ORDER, even_resting=False) for _ in range(10)))
    assert engine.most_working == 2


async def test_engines_with_the_voice_go_first(clock, caplog):
    engines = [
        FakeEngine("none", voices=()),
        FakeEngine("plain"),
        FakeEngine("rich", voices=("default", "Ewa")),
    ]
    chain = Chain({engine.name: link(engine, clock) for engine in engines})
    names = ["none", "plain", "rich"]
    found, failures = chain.candidates(names, "pl", "Ewa")
    assert [(item.link.name, item.voice.name) for item in found] == [("rich", "Ewa"), ("plain", "default")]
    assert [str(failure) for failure in failures] == ["none: is not installed"]
    assert chain.reasons == {"none": "is not installed"}
    assert [item.link.name for item in chain.candidates(names, "pl", None)[0]] == ["plain", "rich"]
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            chain.candidates(names, "pl", "Zofia")
    assert caplog.text.count("'Zofia'") == 1
    await chain.close()
    assert all(engine.closed for engine in engines)


async def test_a_voice_is_looked_for_without_a_word(clock, caplog):
    engines = [FakeEngine("none", voices=()), FakeEngine("rich", voices=("default", "Ewa"))]
    chain = Chain({engine.name: link(engine, clock) for engine in engines})
    with caplog.at_level(logging.DEBUG):
        assert chain.has_voice(["none", "rich"], "pl", "Ewa")
        assert not chain.has_voice(["none", "rich"], "pl", "Zofia")
        assert not chain.has_voice(["none"], "pl", "Ewa")
    assert caplog.text == ""


async def test_voices_that_cannot_be_read_are_passed_over(clock, monkeypatch):
    broken, plain = FakeEngine("broken"), FakeEngine("plain")

    def unreadable(language, wanted):
        raise PermissionError("no access")

    monkeypatch.setattr(broken, "voice_for", unreadable)
    chain = Chain({engine.name: link(engine, clock) for engine in (broken, plain)})
    found, failures = chain.candidates(["broken", "plain"], "pl", None)
    assert [item.link.name for item in found] == ["plain"]
    assert [str(failure) for failure in failures] == ["broken: its voices cannot be read (no access)"]


async def test_why_an_engine_was_passed_over_holds_on_to_nothing(clock):
    missing = FakeEngine("missing")
    missing.voices = {}
    chain = Chain({"missing": link(missing, clock)})
    _, failures = chain.candidates(["missing"], "pl", None)
    assert [type(failure).__name__ for failure in failures] == ["EngineMissing"]
    assert failures[0].__traceback__ is None
