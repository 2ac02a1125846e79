"""Questions and secret keys, on a caller who writes down what is done to him."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from softswitch.ivr.prompts import Spoken
from softswitch.ivr.questions import TypeAhead, masked_keys, put_question

QUESTION = Spoken.model_construct(text={"": "Your number?"})


class Caller:
    """Stands where a visit would, and keeps what a step does, in order."""

    def __init__(self) -> None:
        self.done: list[str] = []
        self.world: Any = SimpleNamespace(line=SimpleNamespace(mask_keys=self._masked))

    def flush_keys(self) -> None:
        self.done.append("flush")

    async def hear(self, prompts: tuple[Spoken, ...], *, barge_in: bool) -> None:
        assert prompts == (QUESTION,)
        self.done.append("question" if barge_in else "question to its end")

    def _masked(self, on: bool) -> None:
        self.done.append("secret" if on else "open")


@pytest.mark.parametrize(
    ("barge_in", "type_ahead", "done"),
    [
        (True, "keep", ["question"]),
        (False, "keep", ["question to its end"]),
        (True, "flush", ["flush", "question"]),
        (False, "flush", ["flush", "question to its end", "flush"]),
    ],
)
async def test_keys_before_a_question_are_kept_or_thrown_away(
    barge_in: bool, type_ahead: TypeAhead, done: list[str]
) -> None:
    caller: Any = Caller()
    await put_question(caller, (QUESTION,), barge_in=barge_in, type_ahead=type_ahead)
    assert caller.done == done


async def test_where_nothing_is_asked_nothing_is_said() -> None:
    caller: Any = Caller()
    await put_question(caller, (), barge_in=False, type_ahead="flush")
    assert caller.done == ["flush", "flush"]


def test_secret_keys_are_masked_until_the_end_however_it_comes() -> None:
    caller: Any = Caller()

    def fail() -> None:
        with masked_keys(caller):
            caller.done.append("keys")
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert caller.done == ["secret", "keys", "open"]


def test_keys_that_are_no_secret_are_left_as_they_are() -> None:
    caller: Any = Caller()
    with masked_keys(caller, secret=False):
        caller.done.append("keys")
    assert caller.done == ["keys"]
