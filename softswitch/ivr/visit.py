"""One caller's walk through a tree: what an action may see and touch."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from enum import StrEnum

from softswitch.events import PromptPlayed, StepTaken
from softswitch.ivr.context import (
    DialResult,
    Key,
    PlayFile,
    Prompt,
    QueueEnd,
    QueueWish,
    SayText,
    WaitEnd,
    World,
)
from softswitch.ivr.errors import PromptFailed
from softswitch.ivr.expressions import NO, YES, Rendered, Value, names_in, render
from softswitch.ivr.prompts import Spoken
from softswitch.ivr.references import VARIABLE

CALL_VARIABLES = (
    "CALL.SRC_NUMBER",
    "CALL.DST_NUMBER",
    "CALL.CALLER_ID",
    "CALL.ACCOUNT",
    "CALL.CODEC",
    "CALL.BEHIND_NAT",
    "CALL.LANGUAGE",
)


REAL_WAIT_S = 1.0
"""A wait in a queue of this length shows that the tree does not go round by itself: a full one takes none."""


class Heard(StrEnum):
    """What became of a prompt. The values are exits in the event log."""

    WHOLE = "heard"
    CUT = "interrupted"
    NOTHING = "nothing_to_say"
    FAILED = "failed"


class Visit:
    """The state of one call inside one tree. Made by the interpreter, handed to every action."""

    def __init__(self, world: World, *, tree: str, language: str, default_text: str) -> None:
        self.world = world
        self.tree = tree
        self.language = language
        self.label = ""
        self.mark = ""
        """What the agent's phone shows behind the label: that the caller is verified."""
        self.customer = ""
        """The id of the customer that the caller has shown to be."""
        self.branch = ""
        self.entered: dict[str, int] = {}
        self.key_wanted_later = False
        self.steps_without_caller = 0
        self._tree_language = language
        self._default_text = default_text
        self._variables: dict[str, Value] = {}
        self._put_back: deque[Key] = deque()
        self._late_key = ""
        self._late_key_until = 0.0

    @property
    def shown_label(self) -> str:
        """What the phone of whoever answers shows of the caller."""
        return ", ".join(text for text in (self.label, self.mark) if text)

    # --- texts ---

    def set_variable(self, name: str, value: str, *, private: bool = False) -> None:
        """Give ``{{VARIABLE.name}}`` a value; a private one never reaches an event."""
        self._variables[name.upper()] = Value(value, private)

    def fill(self, text: str, own: dict[str, str] | None = None) -> Rendered:
        """Return ``text`` with its variables filled in; ``own`` are the action's own variables."""
        return render(text, lambda name: self._lookup(name, own or {}), self._default_text)

    def knows(self, text: str) -> bool:
        """Tell whether every variable in a text has a value, so that no default stands in its place."""
        return all(self._lookup(name, {}) is not None for name in names_in(text))

    def _lookup(self, name: str, own: dict[str, str]) -> Value | None:
        if name in own:
            return Value(own[name])
        if name.startswith(VARIABLE):
            return self._variables.get(name.removeprefix(VARIABLE))
        facts = self.world.facts
        values = {
            "CALL.SRC_NUMBER": facts.caller,
            "CALL.DST_NUMBER": facts.called,
            "CALL.CALLER_ID": facts.caller_name or facts.caller,
            "CALL.ACCOUNT": facts.account,
            "CALL.CODEC": facts.codec,
            "CALL.BEHIND_NAT": YES if facts.behind_nat else NO,
            "CALL.LANGUAGE": facts.language,
        }
        return Value(values[name]) if values.get(name) else None

    # --- what the caller hears ---

    async def hear(
        self, prompts: Sequence[Spoken], *, barge_in: bool, own: dict[str, str] | None = None
    ) -> Heard:
        """Play prompts in one go and record what was heard; with ``barge_in`` a key cuts them short."""
        ready, logged = self._prepared(prompts, own)
        if not ready:
            return Heard.NOTHING
        if barge_in and self._put_back:
            return self._record_prompt(logged, 0.0, interrupted=True)
        seconds = 0.0
        try:
            while True:
                played = await self.world.line.play(ready, until_key=barge_in)
                seconds += played.seconds
                if not played.interrupted or not await self._drop_late_key():
                    break
        except PromptFailed as error:
            self.world.record(StepTaken(self.tree, self.branch, "prompt", Heard.FAILED.value, str(error)))
            return Heard.FAILED
        if not barge_in:
            # A late terminator pressed during this prompt is still waiting behind it.
            self._late_key_until += played.seconds
        return self._record_prompt(logged, seconds, interrupted=played.interrupted)

    def _record_prompt(self, logged: str, seconds: float, *, interrupted: bool) -> Heard:
        self.world.record(PromptPlayed(self.tree, self.branch, logged, round(seconds, 3), interrupted))
        return Heard.CUT if interrupted else Heard.WHOLE

    def _prepared(self, prompts: Sequence[Spoken], own: dict[str, str] | None) -> tuple[list[Prompt], str]:
        ready: list[Prompt] = []
        logged: list[str] = []
        for prompt in prompts:
            if prompt.play is not None:
                ready.append(PlayFile(prompt.play))
                logged.append(f"[{prompt.play.name}]")
                continue
            wording, language = prompt.wording(self.language, self._tree_language)
            filled = self.fill(wording, own)
            if filled.text:
                ready.append(SayText(filled.text, language, prompt.voice, filled.private))
                logged.append(filled.logged)
        return ready, " ".join(logged)

    # --- what the caller presses ---

    async def next_key(self, within: float) -> Key | None:
        """Take the next key; None when none came ``within`` seconds."""
        while True:
            key = self._put_back.popleft() if self._put_back else await self.world.line.next_key(within)
            if key is not None and self._is_late(key):
                continue
            if key is not None:
                self.steps_without_caller = 0
            return key

    def flush_keys(self) -> None:
        """Throw away every key that waits."""
        self._put_back.clear()
        self.world.line.flush_keys()

    def expect_late_key(self, digit: str, within: float) -> None:
        """Ignore ``digit`` if it is the very next key and comes ``within`` seconds.

        A number of fixed length ends at its last digit; callers used to ``#`` press it all the same,
        and it must neither cut the next prompt nor count as a wrong choice.
        """
        self._late_key = digit
        self._late_key_until = self.world.clock.monotonic() + within

    def _is_late(self, key: Key) -> bool:
        expected, self._late_key = self._late_key, ""
        return bool(expected) and key.digit == expected and self._now() <= self._late_key_until

    async def _drop_late_key(self) -> bool:
        if not self._late_key:
            return False
        key = await self.world.line.next_key(0)
        if key is None:
            return False
        if self._is_late(key):
            return True
        self._put_back.append(key)
        return False

    def _now(self) -> float:
        return self.world.clock.monotonic()

    # --- whom the caller talks to ---

    async def dial(self, targets: Sequence[str], ring_for: float) -> DialResult:
        """Call ``targets`` for the caller. Keys from before or during the talk are not for the tree."""
        self.flush_keys()
        result = await self.world.line.dial(targets, ring_for, self.shown_label)
        self.flush_keys()
        if result is DialResult.ENDED_BY_CALLEE:
            self.steps_without_caller = 0
        return result

    async def wait_in_queue(self, wish: QueueWish) -> QueueEnd:
        """Let the caller wait. Keys from before are not for the queue, those of the talk not for the tree."""
        self.flush_keys()
        began = self._now()
        end = await self.world.line.queue(wish)
        by_caller = end.how in (WaitEnd.KEY, WaitEnd.TALK_OVER)
        if end.how is not WaitEnd.KEY:
            # What follows a key that left the queue was typed ahead for the branch it leads to.
            self.flush_keys()
        if by_caller or self._now() - began >= REAL_WAIT_S:
            self.steps_without_caller = 0
        return end
