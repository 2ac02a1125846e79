"""The voice menus of a running switch: which callers enter, how new versions are published, who may ask."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Final

from softswitch.bus import EventLog
from softswitch.call_centre import said_in_queues
from softswitch.clock import Clock
from softswitch.config import Config
from softswitch.control import Verb
from softswitch.errors import ConfigError, harmless
from softswitch.ivr.ahead import prompts_known_ahead
from softswitch.ivr.errors import PromptFailed
from softswitch.ivr.faults_polish import error_in
from softswitch.ivr.lint.linting import lint_tree
from softswitch.ivr.model import Tree
from softswitch.ivr.proof.model import Verdict
from softswitch.ivr.proof.polish import difference_in_polish
from softswitch.ivr.proof.reading import suites_at, tree_of
from softswitch.ivr.proof.running import Result, run_test
from softswitch.ivr.publishing.history import History
from softswitch.ivr.publishing.jobs import Jobs
from softswitch.ivr.publishing.living import LivingTrees
from softswitch.ivr.publishing.publisher import Judged, Means, Publisher, Tested
from softswitch.ivr.simulated.line import NO_LINE, LineBeside
from softswitch.languages import POLISH
from softswitch.preflight.menus import configured_names, judge_trees, queues_that_ring, tree_files
from softswitch.storage.database import Database, excuse
from softswitch.storage.tree_store import TreeStore
from softswitch.tree_line import line_of
from softswitch.tree_verbs import tree_verbs
from softswitch.voices import LONGEST_QUOTE, Voices

LONGEST_TESTS_S: Final = 120.0
"""Seconds of all tests beside one tree: some ten thousand calls. They share the interpreter with the calls of
the switch, and whoever publishes next waits for them."""

_TOO_LONG: Final = (
    f"the tests take longer than {LONGEST_TESTS_S:g} s: run them by themselves (softswitch test), "
    "and keep those beside the menu that have to pass before it is published"
)


@dataclass(frozen=True, slots=True)
class TreeRoom:
    """What keeps the voice menus; ``jobs`` run as long as the switch does."""

    publisher: Publisher
    jobs: Jobs
    verbs: dict[str, Verb]


def build_tree_room(
    config: Config, living: LivingTrees, database: Database, log: EventLog, voices: Voices, clock: Clock
) -> TreeRoom:
    """Build it; nothing is entered before :meth:`~Publisher.begin`."""
    names, line = configured_names(config), line_of(config)

    def judge(trees: Sequence[Tree], changed: Collection[str]) -> Judged:
        faults, warnings = judge_trees(config, trees, changed)
        rings = queues_that_ring(config)
        polish = {
            str(one): str(other)
            for tree in trees
            if tree.name in changed
            for one, other in zip(lint_tree(tree, rings), lint_tree(tree, rings, POLISH), strict=True)
        }
        return Judged(tuple(faults), tuple(warnings), polish)

    async def speak(trees: Sequence[Tree]) -> Sequence[str]:
        return await made_ready(config, voices, trees)

    means = Means(
        files=lambda: tree_files(config),
        names=names,
        judge=judge,
        test=lambda tree: beside_tested(tree, line),
        speak=speak,
        record=log.append,
    )
    store = TreeStore(database)
    publisher, jobs = Publisher(living, store, means, clock), Jobs(excuse)
    return TreeRoom(publisher, jobs, tree_verbs(publisher, History(living, store, names), jobs))


def beside_tested(
    tree: Tree, line: LineBeside = NO_LINE, *, now: Callable[[], float] = perf_counter
) -> Tested:
    """Run the tests that lie beside a tree, on its ``line``; blocks for :data:`LONGEST_TESTS_S` and one test.

    Tests that cannot be read or do not fit it are red, and so are too many of them. ``now`` tells seconds.
    """
    try:
        suites = [suite for suite in suites_at([tree.path]) if suite.tests]
        for suite in suites:
            tree_of(suite)
    except ConfigError as error:
        return Tested(red=(str(error),), polish={str(error): error_in(POLISH)(error)})
    results: list[Result] = []
    until = now() + LONGEST_TESTS_S
    for test in (test for suite in suites for test in suite.tests):
        if now() > until:
            return Tested(len(results), red=(f"{test.path}: {_TOO_LONG}",))
        results.append(run_test(tree, test, line))
    failed = [one for one in results if one.verdict is Verdict.FAILED]
    red = tuple(_told(one, one.differences) for one in failed)
    polish = [_told(one, map(difference_in_polish, one.differences)) for one in failed]
    return Tested(len(results), red, dict(zip(red, polish, strict=True)))


def _told(result: Result, differences: Iterable[str]) -> str:
    test = result.test
    lines = (f"{test.path} line {test.line}: test {test.name}", *differences)
    return "\n".join(harmless(line) for one in lines for line in one.splitlines())


async def made_ready(config: Config, voices: Voices, trees: Sequence[Tree]) -> tuple[str, ...]:
    """Make everything audible that callers of these trees can hear; return what cannot be spoken, and why.

    Queues they lead to speak their languages, so their announcements are among it. Recorded files are
    made ready too.
    """
    unspoken: list[str] = []
    for said in dict.fromkeys((*prompts_known_ahead(trees), *said_in_queues(config, trees))):
        try:
            await voices.text(
                said.text, language=said.language, voice=said.voice, private=False, rate=said.rate
            )
        except PromptFailed as error:
            unspoken.append(harmless(f"a prompt cannot be spoken: {error} ({said.text[:LONGEST_QUOTE]!r})"))
        # Callers have their turn between two prompts, also where all of them are there already.
        await asyncio.sleep(0)
    played = [
        prompt.play
        for tree in trees
        for branch in tree.branches.values()
        for step in branch.steps
        for prompt in step.action.prompts()
        if prompt.play is not None
    ]
    for path in dict.fromkeys(played):
        try:
            await voices.file(path)
        except PromptFailed as error:
            unspoken.append(harmless(f"a sound file cannot be played: {error}"))
    return tuple(unspoken)
