from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Iterator
from weakref import ref

import pytest

from softswitch.garbage import (
    ALL_EVERY,
    OLDER_EVERY,
    YOUNG_SECONDS,
    collected_in_time,
    generation,
    settled,
)
from tests.fakes.virtual_time import in_virtual_time, passes


@pytest.fixture(autouse=True)
def others() -> Iterator[None]:
    """Leave the other tests of this process what they have: that what is there to stay is not looked at."""
    yield
    gc.freeze()


class Ring:
    def __init__(self) -> None:
        self.itself = self


def test_most_looks_are_short_and_one_in_five_minutes_is_long():
    looks = Counter(generation(look) for look in range(1, ALL_EVERY + 1))
    assert looks[2] == 1
    assert looks[1] == ALL_EVERY // OLDER_EVERY - 1
    assert ALL_EVERY * YOUNG_SECONDS == 300


@in_virtual_time
async def test_what_only_holds_itself_is_found_soon_and_what_was_there_is_left_alone():
    before = Ring()
    here, frozen = ref(before), gc.get_freeze_count()
    with collected_in_time():
        assert not gc.isenabled()
        assert gc.get_freeze_count() > frozen
        del before
        made = Ring()
        gone = ref(made)
        del made
        await passes(2 * YOUNG_SECONDS)
        assert gone() is None
        assert here() is not None
    assert gc.isenabled()
    gc.collect()
    assert here() is None


@in_virtual_time
async def test_it_looks_on_and_on_until_it_is_left(monkeypatch):
    looks: list[int] = []
    with collected_in_time():
        monkeypatch.setattr(gc, "collect", looks.append)
        await passes(10.5 * YOUNG_SECONDS)
        assert looks == [0, 0, 0, 0, 1, 0, 0, 0, 0, 1]
    await passes(1.0)
    assert len(looks) == 10


def test_what_is_settled_is_left_alone_and_what_comes_later_is_not():
    before = Ring()
    here, frozen = ref(before), gc.get_freeze_count()
    with settled():
        assert gc.get_freeze_count() > frozen
        del before
        made = Ring()
        gone = ref(made)
        del made
        gc.collect()
        assert gone() is None
        assert here() is not None
    gc.collect()
    assert here() is None
