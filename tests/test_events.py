"""Stored events come back as they were."""

from __future__ import annotations

import dataclasses
import importlib
import inspect
import pkgutil

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from softswitch import events
from softswitch.events import KINDS, Event

VALUES = {
    "str": st.text(max_size=20),
    "int": st.integers(-(2**31), 2**31),
    "float": st.floats(allow_nan=False, allow_infinity=False),
    "bool": st.booleans(),
    "tuple[str, ...]": st.lists(st.text(max_size=5), max_size=3).map(tuple),
    "tuple[tuple[float, float], ...]": st.lists(
        st.tuples(st.floats(0, 3600), st.floats(0, 3600)), max_size=3
    ).map(tuple),
    "tuple[tuple[str, int, bool, float], ...]": st.lists(
        st.tuples(st.text(max_size=5), st.integers(0, 10), st.booleans(), st.floats(0, 3600)), max_size=3
    ).map(tuple),
}


def values_of(kind: type[Event]) -> st.SearchStrategy[dict[str, object]]:
    return st.fixed_dictionaries({field.name: VALUES[str(field.type)] for field in dataclasses.fields(kind)})


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS.keys())
@given(data=st.data())
@settings(max_examples=20)
def test_every_kind_comes_back_as_it_was(kind: type[Event], data: st.DataObject) -> None:
    event = kind(**data.draw(values_of(kind)))  # type: ignore[arg-type]
    assert msgspec.json.decode(msgspec.json.encode(event), type=kind) == event


def test_no_event_class_is_forgotten() -> None:
    modules = [
        importlib.import_module(f"softswitch.events.{one.name}")
        for one in pkgutil.iter_modules(events.__path__)
    ]
    written = {
        name
        for module in modules
        for name, thing in vars(module).items()
        if inspect.isclass(thing) and dataclasses.is_dataclass(thing) and thing.__module__ == module.__name__
    }
    assert written == KINDS.keys()


@pytest.mark.parametrize("kind", [*KINDS.values(), events.Entry], ids=lambda kind: kind.__name__)
def test_events_are_values_nobody_can_change(kind: type[Event]) -> None:
    parameters = kind.__dataclass_params__  # type: ignore[union-attr]
    assert parameters.frozen
    assert "__slots__" in vars(kind)
    assert (kind.__doc__ or "").strip()
