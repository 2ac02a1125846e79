from collections import deque
from collections.abc import Sequence

import pytest

from softswitch.calls.guise import AS_KNOWN, Guise
from softswitch.calls.tongue import AS_IT_COMES, Tongue
from softswitch.events import PromptPlayed
from softswitch.ivr.context import (
    AS_USUAL,
    CallFacts,
    DialResult,
    Key,
    Manner,
    Played,
    PlayFile,
    Prompt,
    QueueEnd,
    QueueWish,
    SayText,
    WaitEnd,
    World,
)
from softswitch.ivr.prompts import Spoken
from softswitch.ivr.simulate import VirtualClock
from softswitch.ivr.visit import REAL_WAIT_S, Heard, Visit


class WrittenLine:
    """A line that notes what is asked of it; its keys are set by the test."""

    answered = False
    guise = AS_KNOWN
    tongue = AS_IT_COMES

    def __init__(self, clock: VirtualClock) -> None:
        self.end = QueueEnd(WaitEnd.TALK_OVER)
        self.wishes: list[QueueWish] = []
        self.waits_s = 0.0
        self.keys: deque[Key] = deque()
        self.asked: list[object] = []
        self._clock = clock

    async def play(self, prompts: Sequence[Prompt], *, until_key: bool) -> Played:
        self.asked.append((tuple(prompts), until_key))
        if until_key and self.keys:
            return Played(0.25, True)
        self._clock.now += 2.0
        return Played(2.0, False)

    async def next_key(self, within: float) -> Key | None:
        return self.keys.popleft() if self.keys else None

    def flush_keys(self) -> None:
        self.asked.append("flush")
        self.keys.clear()

    def show(self, guise: Guise) -> None:
        self.guise = guise

    def speak(self, tongue: Tongue) -> None:
        self.tongue = tongue

    async def dial(
        self, targets: Sequence[str], ring_for: float, label: str, manner: Manner = AS_USUAL
    ) -> DialResult:
        self.asked.append((tuple(targets), ring_for, label))
        return DialResult.BUSY

    async def queue(self, wish: QueueWish) -> QueueEnd:
        self.wishes.append(wish)
        self.asked.append("wait")
        self._clock.now += self.waits_s
        return self.end

    async def echo(self, within: float) -> None:
        self.asked.append(within)

    def mask_keys(self, on: bool) -> None:
        self.asked.append(on)


FACTS = CallFacts("c", "601200300", "", "100", account="1001", codec="PCMA", behind_nat=True, language="pl")


def visit_of(facts=FACTS):
    clock = VirtualClock()
    line = WrittenLine(clock)
    events = []
    visit = Visit(World(line, facts, clock, events.append), tree="t", language="en", default_text="-")
    visit.branch = "a"
    return visit, line, events


def spoken(*texts):
    return tuple(Spoken.model_validate(text) for text in texts)


def test_the_facts_of_the_call():
    visit, _, _ = visit_of()
    text = "{{CALL.SRC_NUMBER}} {{CALL.DST_NUMBER}} {{CALL.CALLER_ID}} {{CALL.ACCOUNT}} {{CALL.CODEC}}"
    assert visit.fill(text).text == "601200300 100 601200300 1001 PCMA"
    assert visit.fill("{{CALL.BEHIND_NAT}} {{CALL.ACCOUNT_LANGUAGE}} {{CALL.OTHER}}").text == "yes pl -"
    named, _, _ = visit_of(CallFacts("c", "601200300", "Jan", "100"))
    assert named.fill("{{CALL.CALLER_ID}} {{CALL.BEHIND_NAT}} {{CALL.ACCOUNT}}").text == "Jan no -"


def test_variables_and_the_own_variables_of_an_action():
    visit, _, _ = visit_of()
    visit.set_variable("code", "12")
    assert visit.fill("{{VARIABLE.CODE}} {{variable.Code}} {{VARIABLE.OTHER}}").text == "12 12 -"
    assert visit.fill("{{KEY.DIGIT}}", {"KEY.DIGIT": "5"}).text == "5"


async def test_prompts_are_played_in_one_go_and_recorded_once(tmp_path):
    visit, line, events = visit_of()
    (tmp_path / "a.wav").touch()
    texts = spoken({"text": "Hi.", "voice": "ewa"}, {"pl": "Tak.", "en": "Yes."})
    prompts = (*texts, Spoken(play=tmp_path / "a.wav"))
    assert await visit.hear(prompts, barge_in=False) is Heard.WHOLE
    wanted = (SayText("Hi.", "en", "ewa"), SayText("Yes.", "en"), PlayFile(tmp_path / "a.wav"))
    assert line.asked == [(wanted, False)]
    assert events == [PromptPlayed("t", "a", "Hi. Yes. [a.wav]", 2.0, False)]


async def test_a_secret_is_spoken_as_private_and_logged_masked():
    visit, line, events = visit_of()
    visit.set_variable("pin", "8647", private=True)
    await visit.hear(spoken("PIN {{VARIABLE.PIN}}."), barge_in=True)
    assert line.asked == [((SayText("PIN 8647.", "en", None, private=True),), True)]
    assert events == [PromptPlayed("t", "a", "PIN ***.", 2.0, False)]


async def test_nothing_to_say_touches_nothing():
    visit, line, events = visit_of(CallFacts("c", "1", "", "2"))
    empty = Visit(visit.world, tree="t", language="en", default_text="")
    assert await empty.hear(spoken("{{CALL.CODEC}}"), barge_in=False) is Heard.NOTHING
    assert line.asked == []
    assert events == []


async def test_a_key_that_cut_a_prompt_stays_for_whoever_asks():
    visit, line, events = visit_of()
    line.keys.append(Key("5", "info"))
    assert await visit.hear(spoken("Hi."), barge_in=True) is Heard.CUT
    assert events == [PromptPlayed("t", "a", "Hi.", 0.25, True)]
    assert await visit.next_key(1) == Key("5", "info")
    assert await visit.next_key(1) is None


async def test_a_late_terminator_neither_cuts_a_prompt_nor_counts():
    visit, line, events = visit_of()
    visit.expect_late_key("#", 3.0)
    line.keys.append(Key("#", "info"))
    assert await visit.hear(spoken("Hi."), barge_in=True) is Heard.WHOLE
    assert events == [PromptPlayed("t", "a", "Hi.", 2.25, False)]
    assert await visit.next_key(1) is None


async def test_a_late_key_that_a_step_wants_counts_unless_it_belongs_to_a_number():
    for unless_wanted, found in ((True, Key("#", "info")), (False, None)):
        visit, line, _ = visit_of()
        visit.expect_late_key("#", 3.0, unless_wanted=unless_wanted)
        visit.want_key("5")
        visit.want_key("#")
        line.keys.append(Key("#", "info"))
        assert await visit.next_key(1) == found


async def test_another_key_in_its_place_counts_and_keeps_cutting_prompts():
    visit, line, _ = visit_of()
    visit.expect_late_key("#", 3.0)
    line.keys.append(Key("5", "info"))
    assert await visit.hear(spoken("Hi."), barge_in=True) is Heard.CUT
    assert await visit.hear(spoken("More."), barge_in=True) is Heard.CUT
    assert await visit.next_key(1) == Key("5", "info")


async def test_a_terminator_that_comes_too_late_is_a_key():
    visit, line, _ = visit_of()
    visit.expect_late_key("#", 3.0)
    visit.world.clock.now += 3.5
    line.keys.append(Key("#", "info"))
    assert await visit.next_key(1) == Key("#", "info")


async def test_flushing_throws_away_what_was_put_back_too():
    visit, line, _ = visit_of()
    visit.expect_late_key("#", 3.0)
    line.keys.append(Key("5", "info"))
    await visit.hear(spoken("Hi."), barge_in=True)
    visit.flush_keys()
    assert await visit.next_key(1) is None


async def test_only_the_caller_resets_the_count_of_steps():
    visit, line, _ = visit_of()
    visit.steps_without_caller = 7
    await visit.next_key(1)
    assert visit.steps_without_caller == 7
    line.keys.append(Key("1", "info"))
    await visit.next_key(1)
    assert visit.steps_without_caller == 0


async def test_dialling_carries_the_label_and_throws_keys_away_before_and_after():
    visit, line, _ = visit_of()
    visit.label = "Cards"
    assert await visit.dial(["1", "2"], 20.0) is DialResult.BUSY
    assert line.asked == ["flush", (("1", "2"), 20.0, "Cards"), "flush"]


@pytest.mark.parametrize(
    ("how", "seconds", "asked", "steps"),
    [
        (WaitEnd.TALK_OVER, 0.0, ["flush", "wait", "flush"], 0),
        (WaitEnd.MAX_WAIT, REAL_WAIT_S, ["flush", "wait", "flush"], 0),
        (WaitEnd.FULL, 0.0, ["flush", "wait", "flush"], 7),
        # What follows the key is for the branch it leads to.
        (WaitEnd.KEY, 0.0, ["flush", "wait"], 0),
    ],
)
async def test_waiting_takes_no_keys_from_before_and_leaves_none_of_the_talk(how, seconds, asked, steps):
    visit, line, _ = visit_of()
    line.end, line.waits_s = QueueEnd(how), seconds
    visit.steps_without_caller = 7
    assert await visit.wait_in_queue(QueueWish("sales")) == QueueEnd(how)
    assert line.asked == asked
    assert visit.steps_without_caller == steps


@pytest.mark.parametrize(("seconds", "steps"), [(0.0, 7), (REAL_WAIT_S, 0)])
async def test_only_a_talk_that_takes_a_while_resets_the_count_of_steps(seconds, steps):
    visit, line, _ = visit_of()
    visit.steps_without_caller = 7

    async def answered(*_: object) -> DialResult:
        line._clock.now += seconds
        return DialResult.ENDED_BY_CALLEE

    line.dial = answered
    assert await visit.dial(["1"], 20.0) is DialResult.ENDED_BY_CALLEE
    assert visit.steps_without_caller == steps
