"""One caller's walk through a tree: what an action may see and touch."""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import replace
from enum import StrEnum
from functools import partial

from softswitch.calls.guise import Guise
from softswitch.calls.origin import known_party
from softswitch.calls.tongue import AS_IT_COMES, USUAL_PACE, Tongue
from softswitch.events import CallerShown, PromptPlayed, StepTaken
from softswitch.ivr.context import (
    AS_USUAL,
    DialResult,
    Key,
    Manner,
    PlayFile,
    Prompt,
    QueueEnd,
    QueueWish,
    SayText,
    WaitEnd,
    World,
)
from softswitch.ivr.desks.book import Known
from softswitch.ivr.errors import PromptFailed
from softswitch.ivr.expressions import (
    NO,
    YES,
    Placeholder,
    Rendered,
    Value,
    as_written,
    names_in,
    placeholders,
    render,
)
from softswitch.ivr.prompts import Spoken, at_pace
from softswitch.ivr.spoken_forms import spoken_form
from softswitch.ivr.variables import VARIABLE
from softswitch.written_forms import written_form

REAL_WAIT_S = 1.0
"""A wait in a queue of this length shows that the tree does not go round by itself: a full one takes none."""

TONGUE = "language"
"""What stands for a step where a tree begins as its caller has chosen before."""
CHOSEN = "chosen"
OTHER_PACE = "other_pace"
"""How it is written down: another language than the tree's own, another pace than usual."""

LONGEST_PATH = 20
"""Branches of a way that a phone is told: more nobody reads while it rings."""


LONGEST_VALUE = 2_000
"""Letters of a variable, more than two minutes of speech. One that is made of itself twice over, again and
again, would else be larger than any memory after forty steps."""

Own = Mapping[str, str | Value]
"""Variables that exist only inside the texts of one action."""


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
        self.pace = USUAL_PACE
        """How fast everything is said, beside the prompt's own speed."""
        self.has_chosen = False
        """The caller has chosen the language, in this call or an earlier one."""
        self.label = ""
        self.mark = ""
        """What the agent's phone shows behind the label: that the caller is verified."""
        self.customer = ""
        """The id of the customer that the caller is, "" where nobody was found."""
        self.known: Known | None = None
        """What is known of that customer; None where nobody was found, or it could not be read."""
        self.branch = ""
        self.known_as = ""
        """How the caller's number is known where no step has found the customer: company or surname."""
        self.has_rated = False
        """The caller has been asked how it was: no queue follows on that any more."""
        self.has_been_created = False
        """The caller was written down as somebody new among the customers."""
        self.asked_to_rate = 0
        """How often that was asked so far."""
        self.step = 0
        """The number of the step in its branch."""
        self.entered: dict[str, int] = {}
        self._path: list[str] = []
        self.key_wanted_later = False
        self.steps_without_caller = 0
        self.tree_language = language
        self._default_text = default_text
        self._variables: dict[str, Value] = {}
        self._known: dict[str, dict[str, Value]] = {}
        self._named = Rendered("", "")
        """The name of the caller that phones show, as it was set here."""
        self._put_back: deque[Key] = deque()
        self._late_key = ""
        self._late_key_yields = False
        self._late_key_until = 0.0

    @property
    def place(self) -> str:
        """Return where in the tree the caller is, as what a step does outside the call is known by."""
        return f"{self.tree}.{self.branch}.{self.step}"

    @property
    def shown_label(self) -> str:
        """What the phone of whoever answers shows of the caller."""
        return ", ".join(text for text in (self.label, self.mark) if text)

    # --- where it is ---

    def come_to(self, branch: str) -> None:
        """Go on in a branch; who comes back to one has not got any farther by the way between."""
        self.branch = branch
        self.entered[branch] = self.entered.get(branch, 0) + 1
        if branch in self._path:
            del self._path[self._path.index(branch) :]
        self._path.append(branch)
        del self._path[:-LONGEST_PATH]

    # --- how the caller is spoken to ---

    def begin_as_chosen(self, start: str, languages: Collection[str], *, remembered: bool) -> None:
        """Go on as the caller has chosen before: in this call, else, where the tree remembers, in others.

        A language that is none of ``languages`` is not spoken here. It is written down with the branch in
        which callers ``start``.
        """
        now, line = self.world.line.tongue, self.world.line
        before = self.world.desks.memory.of(self.world.facts.caller) if remembered else AS_IT_COMES
        self.pace = min(now.pace, before.pace)
        for chosen in (now.language, before.language):
            if chosen in languages:
                self.language, self.has_chosen = chosen, True
                break
        line.speak(Tongue(self.language if self.has_chosen else now.language, self.pace))
        if self.language != self.tree_language:
            self.world.record(StepTaken(self.tree, start, TONGUE, CHOSEN, self.language))
        if self.pace != USUAL_PACE:
            self.world.record(StepTaken(self.tree, start, TONGUE, OTHER_PACE, f"{100 * self.pace:.0f} %"))

    def speak(self, language: str, *, remember: bool = False) -> None:
        """Speak another language from here on; with ``remember`` to callers of this number later, too."""
        self.language = language
        self.world.line.speak(replace(self.world.line.tongue, language=language))
        if remember:
            self.has_chosen = True
            self.world.desks.memory.keep(self.world.facts.caller, language=language)

    def slow_down(self, *, remember: bool) -> None:
        """Say everything more slowly from here on, and after the slowest pace as usual again."""
        self.pace = replace(self.world.line.tongue, pace=self.pace).slower
        self.world.line.speak(replace(self.world.line.tongue, pace=self.pace))
        if remember:
            self.world.desks.memory.keep(self.world.facts.caller, pace=self.pace)

    # --- what phones show of the caller ---

    @property
    def guise(self) -> Guise:
        """What phones of ours show: what was set here or before, the label, and the way through this tree."""
        return replace(self.world.line.guise, label=self.shown_label, path=tuple(self._path))

    def show_name(self, name: Rendered) -> None:
        """Have phones of ours show another name of the caller, an empty one for the own."""
        self._named = name
        self._show(replace(self.guise, name=name.text))

    def show_number(self, number: str) -> None:
        """Have phones of ours show another number in place of the caller's, "" for the own."""
        self._show(replace(self.guise, number=number))

    def _show(self, guise: Guise) -> None:
        self.world.line.show(guise)
        name = self._named.logged if guise.name == self._named.text else guise.name
        self.world.record(CallerShown(guise.cleaned(name, self.world.facts.caller), guise.number))

    # --- texts ---

    def set_variable(self, name: str, value: str, *, private: bool = False) -> None:
        """Give ``{{VARIABLE.name}}`` a value, which is cut where it is long; a private one is in no event."""
        self._variables[name.upper()] = Value(value[:LONGEST_VALUE], private)

    def learn(self, family: str, values: Mapping[str, str | Value], *, private: bool = False) -> None:
        """Know of one ``family``, such as CUSTOMER or ORDER, these variables and no others from now on."""
        self._known[family] = {
            name.upper(): value if isinstance(value, Value) else Value(value[:LONGEST_VALUE], private)
            for name, value in values.items()
        }

    def value(self, name: str) -> str:
        """Return the value of a variable, "" where it has none. It may be private: it is not for a log."""
        found = self._lookup(name.upper(), {})
        return found.text if found is not None else ""

    def look_up(self, name: str) -> Value | None:
        """Return a variable by its name in capitals, None where it has no value. It may be private."""
        return self._lookup(name, {})

    def look_up_openly(self, name: str) -> Value | None:
        """Return a variable as a text that leaves the call may hold it: what was typed in secret never.

        What is known of the customer is private in logs alone: it may stand in a letter to that customer, and
        on the phones of our own people.
        """
        found = self._lookup(name, {})
        return None if found is not None and found.private and name.startswith(VARIABLE) else found

    def written(self, text: str) -> str:
        """Return ``text`` filled in for a message that leaves the call; see :meth:`look_up_openly`."""
        return self.shown(text).text

    def shown(self, text: str) -> Rendered:
        """Return ``text`` filled in for phones that show it, whose messages are logged, and for letters.

        Sums and days stand there as they are read in the language of the call.
        """
        read = partial(_read, language=self.language)
        return render(text, self.look_up_openly, self._default_text, read)

    def fill(self, text: str, own: Own | None = None, spoken_in: str = "") -> Rendered:
        """Return ``text`` with its variables filled in; ``own`` are the action's own variables.

        Of a text that is ``spoken_in`` a language, sums and days are said as they are in that; otherwise they
        stay as programs write them.
        """
        say = partial(_said, language=spoken_in) if spoken_in else as_written
        return render(text, lambda name: self._lookup(name, own or {}), self._default_text, say)

    def named(self, text: str) -> Rendered:
        """Return a name that a step takes from ``text``; "" where a variable of it has no value.

        Nothing stands in for a value that is missing but the text's own ``|default``.
        """
        if all(self._lookup(piece.name, {}) or _has_default(piece) for piece in placeholders(text)):
            return render(text, lambda name: self._lookup(name, {}))
        return Rendered("", "")

    def knows(self, text: str) -> bool:
        """Tell whether every variable in a text has a value, so that no default stands in its place."""
        return all(self._lookup(name, {}) is not None for name in names_in(text))

    def _lookup(self, name: str, own: Own) -> Value | None:
        if name in own:
            value = own[name]
            return value if isinstance(value, Value) else Value(value)
        if name.startswith(VARIABLE):
            return self._variables.get(name.removeprefix(VARIABLE))
        family = self._known.get(name.partition(".")[0])
        if family is not None and name in family:
            return family[name] if family[name].text else None
        facts = self.world.facts
        values = {
            "CALL.SRC_NUMBER": known_party(facts.caller),
            "CALL.DST_NUMBER": facts.called,
            "CALL.CALLER_ID": self._caller_id(),
            "CALL.ACCOUNT": facts.account,
            "CALL.CODEC": facts.codec,
            "CALL.BEHIND_NAT": YES if facts.behind_nat else NO,
            "CALL.LANGUAGE": self.language,
            "CALL.ACCOUNT_LANGUAGE": facts.language,
        }
        return Value(values[name]) if values.get(name) else None

    def _caller_id(self) -> str:
        """Return who calls: as a customer, company or initial and surname; else as the network has it."""
        known = self._known.get("CUSTOMER", {})
        company, first, last = (
            known[name].text if name in known else ""
            for name in ("CUSTOMER.COMPANY_NAME", "CUSTOMER.NAME", "CUSTOMER.SURNAME")
        )
        facts = self.world.facts
        return short_name(company, first, last) or self.known_as or facts.caller_name or facts.caller

    # --- what the caller hears ---

    async def hear(self, prompts: Sequence[Spoken], *, barge_in: bool, own: Own | None = None) -> Heard:
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

    def _prepared(self, prompts: Sequence[Spoken], own: Own | None) -> tuple[list[Prompt], str]:
        ready: list[Prompt] = []
        logged: list[str] = []
        for prompt in prompts:
            if prompt.play is not None:
                ready.append(PlayFile(prompt.play))
                logged.append(f"[{prompt.play.name}]")
                continue
            wording, language = prompt.wording(self.language, self.tree_language)
            filled = self.fill(wording, own, language)
            if filled.text:
                rate = at_pace(prompt.speed, self.pace)
                ready.append(SayText(filled.text, language, prompt.voice, filled.private, rate))
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

    def expect_late_key(self, digit: str, within: float, *, unless_wanted: bool = False) -> None:
        """Ignore ``digit`` if it is the very next key and comes ``within`` seconds.

        A number of fixed length ends at its last digit; callers used to ``#`` press it all the same,
        and it must neither cut the next prompt nor count as a wrong choice. With ``unless_wanted`` it
        counts for a step that gives it a meaning and says so (:meth:`want_key`).
        """
        self._late_key, self._late_key_yields = digit, unless_wanted
        self._late_key_until = self.world.clock.monotonic() + within

    def want_key(self, digit: str) -> None:
        """Let ``digit`` count here, unless it must belong to what was typed before."""
        if digit == self._late_key and self._late_key_yields:
            self._late_key = ""

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

    async def dial(self, targets: Sequence[str], ring_for: float, manner: Manner = AS_USUAL) -> DialResult:
        """Call ``targets`` for the caller. Keys from before or during the talk are not for the tree."""
        line, told = self.world.line, replace(manner, spoken=self.language)
        return await self._talk(lambda: line.dial(targets, ring_for, self.shown_label, told))

    async def dial_extension(self, number: str) -> DialResult:
        """Call an extension for the caller; keys as with :meth:`dial`."""
        return await self._talk(lambda: self.world.line.extension(number))

    async def dial_duty(self, name: str, *, alone: bool) -> DialResult:
        """Call who is on duty for the caller; keys as with :meth:`dial`."""
        return await self._talk(lambda: self.world.line.duty(name, alone=alone))

    async def _talk(self, ring: Callable[[], Awaitable[DialResult]]) -> DialResult:
        self.flush_keys()
        self.world.line.show(self.guise)
        began = self._now()
        result = await ring()
        self.flush_keys()
        if result is DialResult.ENDED_BY_CALLEE and self._now() - began >= REAL_WAIT_S:
            self.steps_without_caller = 0
        return result

    async def wait_in_queue(self, wish: QueueWish) -> QueueEnd:
        """Let the caller wait. Keys from before are not for the queue, those of the talk not for the tree."""
        self.flush_keys()
        self.world.line.show(self.guise)
        began = self._now()
        end = await self.world.line.queue(wish)
        by_caller = end.how in (WaitEnd.KEY, WaitEnd.TALK_OVER)
        if end.how is not WaitEnd.KEY:
            # What follows a key that left the queue was typed ahead for the branch it leads to.
            self.flush_keys()
        if by_caller or self._now() - began >= REAL_WAIT_S:
            self.steps_without_caller = 0
        return end


def _said(form: str, text: str, currency: str, *, language: str) -> str:
    return spoken_form(form, text, language, currency)


def _read(form: str, text: str, currency: str, *, language: str) -> str:
    return written_form(form, text, language, currency)


def _has_default(piece: Placeholder) -> bool:
    return any(name == "default" and text for name, text in piece.filters)


def short_name(company: str, first: str, last: str) -> str:
    """Return who a customer is in a word or two: the company, else initial and surname, ``P.Nowak``."""
    if company:
        return company
    return f"{first[0]}.{last}" if first and last else first or last
