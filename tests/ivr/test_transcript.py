"""What a test asks of a simulated call."""

from __future__ import annotations

from softswitch.ivr.context import DialResult
from softswitch.ivr.simulated.others import answer
from softswitch.ivr.simulated.script import press
from tests.ivr.written import call

BRANCHES = """
a:
  - label: Cards
  - menu: {prompt: "Fourteen chars", keys: {1: b}}
b:
  - dial: {target: [7, 8], busy: c}
c:
  - say: "They are busy."
  - hangup
"""


def test_what_a_test_asks_of_a_call():
    transcript = call(BRANCHES, press("1"), answer(DialResult.BUSY))
    assert transcript.path == ("a", "b", "c")
    assert transcript.heard == ("Fourteen chars", "They are busy.")
    assert transcript.exits[:2] == (("a", "1 label", "next"), ("a", "2 menu", "key 1"))
    assert transcript.dialled[0].label == "Cards"
    assert transcript.reason == "the tree hung up"
