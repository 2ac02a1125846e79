import pytest
from pydantic import ValidationError

from softswitch.ivr.desks.rooms import CallbackEnd, MessageEnd, ProgramEnd
from softswitch.ivr.simulated.scene import Scene

WRITTEN = {
    "post": {"works": False},
    "replies": {"faults": {"answers": {"fault": 7}, "after": 1.5}},
    "programs": {"700": {"end": "down"}},
    "boxes": {"office": {"end": "too_short", "seconds": 1}},
    "desks": {"office": {"end": "not_stored"}},
}


def test_what_tests_of_trees_write():
    scene = Scene.model_validate(WRITTEN)
    assert not scene.post.works
    assert scene.replies["faults"].answers == {"fault": "7"}
    assert scene.programs["700"].end is ProgramEnd.DOWN
    assert scene.boxes["office"].end is MessageEnd.TOO_SHORT
    assert scene.desks["office"].end is CallbackEnd.NOT_STORED


@pytest.mark.parametrize(
    "part",
    [
        {"post": {"work": True}},
        {"replies": {"faults": {"after": -1}}},
        {"programs": {"700": {"end": "up"}}},
        {"boxes": {"office": {"end": "lost"}}},
        {"desks": {"office": {"kind": "x"}}},
    ],
)
def test_what_means_nothing_is_refused(part):
    with pytest.raises(ValidationError):
        Scene.model_validate(part)
