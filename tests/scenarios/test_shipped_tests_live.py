"""Tests of the shipped menus as real calls: a real switch, real telephones, the same way as simulated.

A voice that says everything in a tenth of a second makes calls short; what callers are given to press a key
in lasts as long as ever. So of each menu some tests are called, those that are over soonest; ``make live``
calls them all, and in the lines' own voices.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest

from softswitch.config import load_config
from softswitch.ivr.proof.model import Verdict
from softswitch.ivr.proof.reading import is_tests, suites_at, tree_of
from softswitch.ivr.proof.running import run_test
from softswitch.speech.config import SpeechConfig
from softswitch.tree_beside import line_beside
from softswitch.tree_proof import prove_live
from tests.scenarios import short_speech

TREES = Path(__file__).resolve().parents[2] / "ivr_trees"
MENUS = sorted(
    file
    for line in TREES.glob("*/softswitch.yaml")
    for file in line.parent.glob("*.yaml")
    if file.name != line.name and not is_tests(file)
)
CALLED = 6
"""Tests of each menu."""
VOICE = SpeechConfig.model_validate(
    {
        "exec_command": f"{sys.executable} -S -E {short_speech.__file__} {{text}} {{output}}",
        "chains": {"*": ["exec"], "pl": ["exec"], "en": ["exec"]},
    }
)


def soonest_over(suite):
    """Return the tests of the shortest calls, in virtual time."""
    tree, line = tree_of(suite), line_beside(suite.tree)
    seconds = {test.name: run_test(tree, test, line).transcript.seconds for test in suite.tests}
    return tuple(sorted(suite.tests, key=lambda test: seconds[test.name])[:CALLED])


@pytest.mark.parametrize("menu", MENUS, ids=lambda menu: menu.stem)
async def test_n04_every_test_of_a_shipped_menu_goes_the_same_way_live(menu):
    config = load_config(menu.parent / "softswitch.yaml").model_copy(update={"speech": VOICE})
    (suite,) = suites_at([menu])
    suite = replace(suite, tests=soonest_over(suite))
    results = await prove_live(config, suite, lambda result: None)
    assert len(results) == len(suite.tests) > 0
    assert {r.test.name: r.differences for r in results if r.verdict is not Verdict.PASSED} == {}
