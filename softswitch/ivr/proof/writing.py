"""Proposed calls written down as tests, in the form in which people write them.

What they expect is what the tree does today; each prompt is expected once, by the first call that hears it
last, so that a changed word is one test to change. Each says ``proposed: yes`` until somebody has read it and
taken that line out.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import yaml

from softswitch.ivr.model import Tree
from softswitch.ivr.proof.generating import Proposal, Tried
from softswitch.ivr.proof.model import ANYTHING
from softswitch.ivr.proof.running import end_of, label_of, language_of
from softswitch.ivr.proof.script import SILENT, Doing

HEADING: Final = """\
# Proposed from what the tree {tree} does today: read each test, and take the line 'proposed' out of those
# that are as callers want it.
"""
LONGEST_NAME: Final = 70
WIDTH: Final = 110


class _Flow(list[Any]):
    """A list that stands on one line."""


class _Dumper(yaml.SafeDumper):
    """Writes short lists on one line."""

    def ignore_aliases(self, data: object) -> bool:
        """Write everything out: people read it."""
        return True


_Dumper.add_representer(
    _Flow, lambda dumper, data: dumper.represent_sequence("tag:yaml.org,2002:seq", data, flow_style=True)
)


def written(tree: Tree, proposal: Proposal) -> str:
    """Return the proposed calls as a file of tests; "" where there is nothing to propose."""
    tests: dict[str, Any] = {}
    heard: set[str] = set()
    for tried in proposal.calls:
        tests[_unlike(_name(tried), tests)] = _test(tree, tried, heard)
    if not tests:
        return ""
    text = yaml.dump({"tests": tests}, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=WIDTH)
    return HEADING.format(tree=tree.name) + text


def _name(tried: Tried) -> str:
    """Return where a call goes, in short: where it begins, what it does last, how it ends."""
    path = tried.call.path
    way = " > ".join(path if len(path) < 5 else (*path[:2], ANYTHING, path[-1]))
    last = next((str(item) for item in reversed(tried.do) if item.verb != SILENT), "nothing is pressed")
    return f"{way}, {last}, {end_of(tried.call)}"[:LONGEST_NAME]


def _unlike(name: str, taken: Mapping[str, object]) -> str:
    """Return the name, with a number where it is taken."""
    number = 2
    found = name
    while found in taken:
        found, number = f"{name} ({number})", number + 1
    return found


def _test(tree: Tree, tried: Tried, heard: set[str]) -> dict[str, Any]:
    call = tried.call
    expect: dict[str, Any] = {"path": _Flow(call.path), "end": end_of(call)}
    if call.dialled:
        expect["dialled"] = _Flow(_Flow(one.targets) for one in call.dialled)
    if call.waited:
        expect["queue"] = _Flow(one.queue for one in call.waited)
    if label := label_of(call):
        expect["label"] = label
    if (language := language_of(call, tree)) != tree.language:
        expect["language"] = language
    if call.effects:
        expect["effects"] = [
            {one.kind: {name: text for name, text in one.facts.items() if text}} for one in call.effects
        ]
    if call.heard and call.heard[-1] not in heard:
        heard.add(call.heard[-1])
        expect["heard"] = _Flow((call.heard[-1],))
    given = {"given": dict(tried.given)} if tried.given else {}
    do = _Flow(item.written for item in _trimmed(tried.do))
    return {"proposed": True, **given, **({"do": do} if do else {}), "expect": expect}


def _trimmed(do: tuple[Doing, ...]) -> tuple[Doing, ...]:
    """Leave silence out at the end: a caller who does nothing more is silent anyway."""
    end = len(do)
    while end and do[end - 1].verb == SILENT:
        end -= 1
    return do[:end]
