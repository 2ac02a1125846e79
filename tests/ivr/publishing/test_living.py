"""Which version a caller walks: the one he entered, to the end, whatever is published meanwhile."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from typing import Any

import pytest

from softswitch.events import BranchEntered
from softswitch.ivr.destination import TreeDestination
from softswitch.ivr.model import Tree
from softswitch.ivr.publishing.living import Living, LivingTrees
from softswitch.ivr.publishing.version_model import Content, Version
from softswitch.tree_queues import TreeQueues
from tests.fakes.clock import START
from tests.fakes.virtual_time import in_virtual_time, passes
from tests.ivr.on_calls import FakeVoice
from tests.ivr.written import HEADER, tree_of
from tests.queues.hall import Hall, hall

QUIET = {"announce": {"position": "off", "eta": "off"}, "keys": {"0": "place"}}


def living(branches: str, number: int, header: str = HEADER) -> Living:
    tree = tree_of(branches, header)
    return Living.of(tree, Version(tree.name, number, "t.yaml", Content(branches, {}), START, "anna"))


def entered(here: Hall) -> list[tuple[str, int]]:
    found: list[BranchEntered] = here.told(BranchEntered)
    return [(one.branch, one.version) for one in found]


@contextlib.asynccontextmanager
async def line(first: str) -> AsyncIterator[tuple[Hall, LivingTrees]]:
    """Run a hall with a queue in which the tree's version 1 serves 100."""
    async with hall(QUIET) as here:
        trees = LivingTrees([living(first, 1)])

        def make(tree: Tree, start: str) -> TreeDestination:
            return TreeDestination(tree, FakeVoice(), here.switch.dialler, start, TreeQueues(here.queues))

        def moved(numbers: tuple[str, ...]) -> None:
            for number in numbers:
                found = trees.at(number)
                assert found is not None
                here.switch.routes[number] = found

        trees.serve(make, moved)
        yield here, trees
        here.switch.board.close()
        await passes(1)


MENU = """
a: [{menu: {prompt: One., keys: {1: b}, first_digit_s: 30}}]
b: [{goto: c}]
c: [{say: Old.}, {echo: 60}]
"""
NEW = """
a: [{menu: {prompt: Two., keys: {1: d}, first_digit_s: 30}}]
d: [{say: New.}, {echo: 60}]
"""


@in_virtual_time
async def test_who_has_entered_stays_on_his_version_across_branches() -> None:
    async with line(MENU) as (here, trees):
        caller = await here.dials(here.phone("2001"), "100", seconds=2)
        assert trees.walking == {("t", 1): 1}
        trees.switch_over([living(NEW, 2)])
        other = await here.dials(here.phone("2002"), "100", seconds=2)
        assert trees.walking == {("t", 1): 1, ("t", 2): 1}
        await here.types(caller, "1")
        await passes(1)
        assert entered(here) == [("a", 1), ("a", 2), ("b", 1), ("c", 1)]
        await here.types(other, "1")
        await passes(1)
        assert entered(here)[4:] == [("d", 2)]
        caller.hang_up()
        other.hang_up()
        await passes(1)
        assert trees.walking == {}


@in_virtual_time
async def test_who_comes_back_from_a_queue_comes_back_into_his_version() -> None:
    branches = "a: [{queue: {name: sales, keys: {0: b}}}]\nb: [{say: Old.}, {echo: 60}]"
    async with line(branches) as (here, trees):
        caller = await here.dials(here.phone("2001"), "100", seconds=2)
        trees.switch_over([living("a: [{say: New.}, hangup]", 2)])
        await here.types(caller, "0")
        await passes(1)
        assert entered(here) == [("a", 1), ("b", 1)]
        assert trees.walking == {("t", 1): 1}


@in_virtual_time
async def test_a_tree_that_is_gone_lets_its_callers_finish() -> None:
    async with line(MENU) as (here, trees):
        caller = await here.dials(here.phone("2001"), "100", seconds=2)
        trees.switch_over([])
        assert trees.at("100") is None
        assert trees.named("t") is None
        await here.types(caller, "1")
        await passes(1)
        assert entered(here) == [("a", 1), ("b", 1), ("c", 1)]


ENTRIES = "tree: t\nlanguage: en\nnumbers: [100]\nentries: {150: b}\nstart: a\nbranches:\n"
TWO = "a: [{goto: b}]\nb: [hangup]"


def test_numbers_and_names_follow_at_once() -> None:
    told: list[tuple[str, ...]] = []
    made: list[tuple[int, str]] = []
    trees = LivingTrees()

    def make(tree: Tree, start: str) -> Any:
        made.append((tree.version, start))
        return lambda call: None

    trees.serve(make, told.append)
    trees.switch_over([living(TWO, 3, ENTRIES)])
    assert (told, made) == ([(), ("100", "150")], [(3, ""), (3, "b")])
    assert trees.numbers == ("100", "150")
    assert trees.named("t") is trees.at("100")
    at = trees.at("150")
    assert at is not None
    assert (at.kind, at.name) == ("tree", "t")
    assert [one.version for one in trees.trees] == [3]
    found = trees.get("t")
    assert found is not None
    assert (found.since, found.by) == (START, "anna")
    trees.switch_over([living(TWO, 4)])
    assert told[-1] == ("100",)
    assert (trees.at("150"), trees.get("x")) == (None, None)


@pytest.mark.parametrize("number", ["", "999"])
def test_what_leads_to_no_tree(number: str) -> None:
    assert LivingTrees([living(TWO, 1)]).at(number) is None
