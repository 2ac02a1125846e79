"""Menus before they are entered: their files, the names in them, what is wrong between them and a line."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Final

from softswitch.claims import Claims
from softswitch.config import Config
from softswitch.demo import TREES
from softswitch.errors import Problem
from softswitch.ivr.actions.queueing import WHEN_AGENT
from softswitch.ivr.check import check_side_menus, check_targets, check_tills
from softswitch.ivr.check_people import check_people
from softswitch.ivr.lint.linting import lint_trees
from softswitch.ivr.model import Tree
from softswitch.ivr.proof.reading import is_tests
from softswitch.ivr.references import OWN_FIELD, QUEUE, SCHEDULE, SHOP
from softswitch.preflight.numbers import account_faults, inside_faults, outside_faults
from softswitch.preflight.voices import missing_languages, unknown_voices
from softswitch.speech.build import build_speech
from softswitch.tree_world.check import check_world
from softswitch.trunks.routes import Routes

SUFFIXES: Final = (".yaml", ".yml")


def judge_trees(
    config: Config, trees: Sequence[Tree], names: Collection[str]
) -> tuple[list[Problem], list[Problem]]:
    """Look at trees that are to be published, as :func:`examine` does at a start; blocks for a moment.

    Returns every fault of all of them together, and the warnings about those that are named.
    """
    rights = {user: part.outside for user, part in config.accounts.items()}
    routes = Routes(config, rights)
    unreached = check_targets(trees, {*config.accounts, *config.groups}, routes.leads_out)
    faults = [*account_faults(config, trees), *faults_around(config, trees, routes, unreached)]
    named = [tree for tree in trees if tree.name in names]
    paths = {str(tree.path) for tree in named}
    speech = build_speech(config.speech, config.home / "speech")
    faults += [config.problem("speech", reason) for reason in missing_languages(speech, named)]
    warnings = [
        *lint_trees(named, queues_that_ring(config)),
        *(problem for problem in unreached if is_shipped(problem) and problem.path in paths),
        *unknown_voices(speech, named),
    ]
    return faults, warnings


def faults_around(
    config: Config, trees: Sequence[Tree], routes: Routes, unreached: Sequence[Problem]
) -> list[Problem]:
    """Return what is wrong between trees and everything else that is configured."""
    claims = Claims(config, trees)
    side_menus = {number: name for name, queue in config.queues.items() for number in queue.menus.values()}
    return [
        *outside_faults(config, trees, routes, claims),
        *inside_faults(config, routes, claims),
        *check_side_menus(trees, side_menus),
        *check_tills(trees, config.payments.providers),
        *check_people(trees, duties=config.duties, accounts=config.accounts),
        *check_world(trees, config),
        *(problem for problem in unreached if not is_shipped(problem)),
    ]


def tree_files(config: Config) -> tuple[list[Path], list[Problem]]:
    """Return the files of all trees, each once, in the configuration's order; and what cannot be listed."""
    files: list[Path] = []
    faults: list[Problem] = []
    for number, place in enumerate(config.trees):
        try:
            found = _files_in(place) if place.is_dir() else [place]
            if not found:
                reason = f"the folder {place} holds no tree: put a {SUFFIXES[0]} file there, or take it out"
                faults.append(config.problem(f"trees.{number}", reason))
            elif not place.exists():
                found = []
                faults.append(config.problem(f"trees.{number}", f"there is no file or folder {place}"))
        except OSError as error:
            found = []
            faults.append(config.problem(f"trees.{number}", f"{place} cannot be read: {error.strerror}"))
        files += found
    return list({path.resolve(): path for path in files}.values()), faults


def _files_in(folder: Path) -> list[Path]:
    with os.scandir(folder) as entries:
        names = (entry for entry in entries if entry.name.endswith(SUFFIXES))
        return sorted(path for path in (Path(entry.path) for entry in names) if not is_tests(path))


def queues_that_ring(config: Config) -> frozenset[str]:
    """Return the queues that answer only when an agent does."""
    return frozenset(name for name, queue in config.queues.items() if queue.answer == WHEN_AGENT)


def configured_names(config: Config) -> Mapping[str, Collection[str]]:
    """Return the names that trees may speak of, by kind."""
    return {
        QUEUE: config.queues,
        SCHEDULE: config.schedules,
        SHOP: config.shops,
        OWN_FIELD: config.customers.fields,
    }


def is_shipped(problem: Problem) -> bool:
    """Tell whether a problem is one of a tree that comes with the switch."""
    return Path(problem.path).is_relative_to(TREES)
