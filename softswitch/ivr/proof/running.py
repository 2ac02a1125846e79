"""One test of a tree, run in virtual time, and the difference between the call and what it was to be."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from softswitch.errors import harmless
from softswitch.events import CallerShown, StepTaken
from softswitch.ivr.errors import SimulationError
from softswitch.ivr.model import Tree
from softswitch.ivr.proof.model import ANYTHING, CALLER_HUNG_UP, ENDS, Expect, TreeTest, Verdict
from softswitch.ivr.proof.polish import difference_in_polish
from softswitch.ivr.simulate import simulate
from softswitch.ivr.simulated.line import NO_LINE, LineBeside
from softswitch.ivr.transcript import Dialled, Effect, Transcript, Waited
from softswitch.ivr.transcript_lines import render_transcript
from softswitch.ivr.visit import CHOSEN, TONGUE
from softswitch.languages import ENGLISH, POLISH

NOTHING: Final = "nothing"
NEVER_CAME_TO: Final = "the test does what never came about"
"""A key that is not pressed, a dial that is not made: whoever wrote the test meant another call."""


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a test. ``differences`` are sentences; ``transcript`` is None where there was no call."""

    test: TreeTest
    verdict: Verdict
    differences: tuple[str, ...] = ()
    transcript: Transcript | None = None

    def told(self, language: str = ENGLISH) -> str:
        """Return where the test stands, each difference, and the call; harmless for any terminal."""
        place = f"{self.test.path} line {self.test.line}: test {self.test.name}"
        found = map(difference_in_polish, self.differences) if language == POLISH else self.differences
        lines = [harmless(place), *(f"  {harmless(one)}" for one in found)]
        if self.transcript is not None:
            call = render_transcript(self.transcript, language)
            lines += ["", *(f"    {one}" for one in call.splitlines())]
        return "\n".join(lines)


def run_test(tree: Tree, test: TreeTest, line: LineBeside = NO_LINE) -> Result:
    """Call the tree as the test says, on its ``line``, and compare."""
    try:
        transcript = simulate(tree, [item.input() for item in test.do], scene=test.given, line=line)
    except SimulationError as error:
        return Result(test, Verdict.FAILED, (str(error),))
    differences = tuple(differences_of(test.expect, transcript, tree))
    return Result(test, Verdict.FAILED if differences else Verdict.PASSED, differences, transcript)


def differences_of(expect: Expect, call: Transcript, tree: Tree) -> Iterator[str]:
    """Yield a sentence for everything in which a call is not as it was to be."""
    for look in _LOOKS:
        yield from look(expect, call)
    if expect.language is not None and (found := language_of(call, tree)) != expect.language:
        yield f"language: {expect.language} was to be spoken at the end, it is {found}"
    if unused := (*call.not_pressed, *call.not_used):
        yield f"{NEVER_CAME_TO}: {', '.join(unused)}"


def language_of(call: Transcript, tree: Tree) -> str:
    """Return the language at the end of a call."""
    events = (moment.event for moment in reversed(call.moments))
    spoken = (
        one.detail
        for one in events
        if isinstance(one, StepTaken)
        and one.step.rpartition(" ")[2] == TONGUE
        and one.exit in ("set", CHOSEN)
    )
    return next(spoken, tree.language)


def label_of(call: Transcript) -> str:
    """Return what the phone of the last who was reached showed; of nobody, the label that was set last."""
    shown = [m.event.label for m in call.moments if isinstance(m.event, Dialled | Waited)]
    if shown:
        return shown[-1]
    return next((one.detail for one in reversed(_steps(call, "label"))), "")


def shown_of(call: Transcript) -> tuple[str, str]:
    """Return which name and number phones show of the caller at the end; "" for the own."""
    shown = [m.event for m in call.moments if isinstance(m.event, CallerShown)]
    return (shown[-1].name, shown[-1].number) if shown else ("", "")


def end_of(call: Transcript) -> str:
    """Return how the call ended, by the word that stands under ``end``."""
    return CALLER_HUNG_UP if call.ended is None else call.ended.reason.name.lower()


def _steps(call: Transcript, action: str) -> list[StepTaken]:
    events = (moment.event for moment in call.moments)
    return [one for one in events if isinstance(one, StepTaken) and one.step.endswith(f" {action}")]


def _heard(expect: Expect, call: Transcript) -> Iterator[str]:
    left = iter(call.heard)
    for text in expect.heard or ():
        if not any(text in prompt for prompt in left):
            where = (
                "never" if not any(text in prompt for prompt in call.heard) else "not after what was before"
            )
            yield f"heard: “{text}” was to be heard, and is {where}"
            break
    if expect.heard_whole is not None and expect.heard_whole != call.heard:
        yield _unlike("heard_whole", expect.heard_whole, call.heard)
    for text in expect.not_heard or ():
        if found := next((prompt for prompt in call.heard if text in prompt), ""):
            yield f"not_heard: “{text}” was not to be heard, and is, in “{found}”"


def _path(expect: Expect, call: Transcript) -> Iterator[str]:
    if expect.path is not None and not _is_way(expect.path, call.path):
        yield _unlike("path", expect.path, call.path)


def _is_way(wanted: Sequence[str], found: Sequence[str]) -> bool:
    """Tell whether a path is the one wanted, in which ``...`` stands for any branches."""
    # How many of the branches found may be behind so far: each is looked at once for each that is wanted.
    behind = {0}
    for name in wanted:
        if name == ANYTHING:
            behind = set(range(min(behind, default=len(found) + 1), len(found) + 1))
        else:
            behind = {at + 1 for at in behind if at < len(found) and found[at] == name}
    return len(found) in behind


def _exits(expect: Expect, call: Transcript) -> Iterator[str]:
    left = iter(call.exits)
    for place, exit_name in expect.exits or ():
        if not any(_is_exit(place, exit_name, one) for one in left):
            took = [f"{branch} {step}: {name}" for branch, step, name in call.exits]
            there = [one for one in took if one.startswith(place.split(" ", 1)[0] + " ")]
            yield f"exits: {place} was to end by {exit_name}, there was {', '.join(there) or NOTHING}"
            break


def _is_exit(place: str, exit_name: str, taken: tuple[str, str, str]) -> bool:
    branch, step, name = taken
    number, _, action = step.partition(" ")
    return name == exit_name and place in (branch, f"{branch} {number}", f"{branch} {action}")


def _people(expect: Expect, call: Transcript) -> Iterator[str]:
    dialled = tuple(one.targets for one in call.dialled)
    if expect.dialled is not None and expect.dialled != dialled:
        wanted, found = ([" with ".join(targets) for targets in one] for one in (expect.dialled, dialled))
        yield _unlike("dialled", wanted, found)
    queues = tuple(one.queue for one in call.waited)
    if expect.queue is not None and expect.queue != queues:
        yield _unlike("queue", expect.queue, queues)
    if expect.label is not None and (found_label := label_of(call)) != expect.label:
        yield f"label: “{expect.label}” was to be shown, it is “{found_label}”"
    name, number = shown_of(call)
    if expect.shown is not None and expect.shown != name:
        yield f"shown: “{expect.shown}” was to be shown as the caller's name, it is “{name}”"
    if expect.shown_number is not None and expect.shown_number != number:
        yield f"shown_number: {expect.shown_number} was to be shown as the caller's number, it is {number}"


def _effects(expect: Expect, call: Transcript) -> Iterator[str]:
    left = iter(call.effects)
    for kind, facts in expect.effects or ():
        if not any(_is_effect(kind, facts, one) for one in left):
            done = [_written(one.kind, one.facts) for one in call.effects if one.kind == kind]
            yield f"effects: {_written(kind, facts)} was to be done, there was {'; '.join(done) or NOTHING}"
            break
    for kind in expect.no_effects or ():
        if found := next((one for one in call.effects if one.kind == kind), None):
            yield f"no_effects: {_written(found.kind, found.facts)} was not to be done"


def _is_effect(kind: str, facts: dict[str, str], done: Effect) -> bool:
    return done.kind == kind and all(text in done.facts.get(name, "") for name, text in facts.items())


def _written(kind: str, facts: object) -> str:
    held = facts.items() if isinstance(facts, dict) else ()
    return f"{kind} ({', '.join(f'{name} {text}' for name, text in held)})" if held else kind


def _ending(expect: Expect, call: Transcript) -> Iterator[str]:
    if expect.end is not None and (found := end_of(call)) != expect.end:
        yield f"end: {expect.end} ({ENDS[expect.end]}) was to be the end, it is {found} ({call.reason})"
    if expect.answered is not None and expect.answered != call.answered:
        yield f"answered: the call was {'' if expect.answered else 'not '}to be answered"
    if expect.seconds is not None and call.seconds > expect.seconds:
        yield f"seconds: the call was to last {expect.seconds:g} s at most, it lasts {call.seconds:.1f} s"
    if call.longest_silence > expect.silence_s:
        yield f"silence_s: the caller hears nothing at all for {call.longest_silence:.1f} s"


def _unlike(name: str, wanted: Sequence[str], found: Sequence[str]) -> str:
    """Return both, and the first place where they differ."""
    pairs = zip(wanted, found, strict=False)
    first = next((at for at, (one, other) in enumerate(pairs) if one not in (other, ANYTHING)), None)
    if first is None:
        first = min(len(wanted), len(found))
    here = found[first] if first < len(found) else "the end"
    there = wanted[first] if first < len(wanted) else "the end"
    return (
        f"{name}: {' > '.join(wanted) or NOTHING} was wanted, there is {' > '.join(found) or NOTHING}; "
        f"number {first + 1} is {here} and not {there}"
    )


_LOOKS: Final[Sequence[Callable[[Expect, Transcript], Iterator[str]]]] = (
    _heard,
    _path,
    _exits,
    _people,
    _effects,
    _ending,
)
