"""Calls into written trees with a world outside that is as a test says."""

from __future__ import annotations

from softswitch.ivr.simulate import simulate
from softswitch.ivr.simulated.scene import Scene
from softswitch.ivr.simulated.script import Input
from softswitch.ivr.transcript import Effect, Transcript
from tests.ivr.written import HEADER, tree_of

MOBILE = "+48600100200"
LANDLINE = "+48221234567"


def calling(branches: str, *script: Input, header: str = HEADER, **given: object) -> Transcript:
    """Call a written tree from a mobile phone; ``given`` is the scene, as tests of trees write it."""
    scene = Scene.model_validate({"caller": MOBILE, **given})
    return simulate(tree_of(branches, header), script, scene=scene)


def effects(transcript: Transcript, kind: str) -> list[Effect]:
    """Return what a call did outside, of one kind."""
    return [one for one in transcript.effects if one.kind == kind]
