import gc
import weakref

from softswitch.calls.weakly import weakly


class Owner:
    def __init__(self) -> None:
        self.heard: list[tuple[int, str]] = []
        self.callback = weakly(self.take)

    def take(self, number: int, *, word: str = "") -> None:
        self.heard.append((number, word))


def test_it_calls_as_long_as_there_is_somebody_to_call():
    owner = Owner()
    owner.callback(1, word="one")
    owner.callback(2)
    assert owner.heard == [(1, "one"), (2, "")]


def test_who_holds_such_a_callback_to_itself_goes_at_once_and_the_callback_does_nothing_then():
    gc.disable()
    try:
        owner = Owner()
        callback, gone = owner.callback, weakref.ref(owner)
        del owner
        assert gone() is None
    finally:
        gc.enable()
    callback(3)
