"""Stored events come back as they were, also from a newer version and never from an unknown one."""

from __future__ import annotations

import dataclasses
import inspect

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from softswitch import events
from softswitch.events import KINDS, Event, SwitchStarted, SwitchStopped, event_from

VALUES = {
    "str": st.text(max_size=20),
    "int": st.integers(-(2**31), 2**31),
    "float": st.floats(allow_nan=False, allow_infinity=False),
    "bool": st.booleans(),
    "tuple[str, ...]": st.lists(st.text(max_size=5), max_size=3).map(tuple),
}


def values_of(kind: type[Event]) -> st.SearchStrategy[dict[str, object]]:
    return st.fixed_dictionaries({field.name: VALUES[str(field.type)] for field in dataclasses.fields(kind)})


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS.keys())
@given(data=st.data())
@settings(max_examples=20)
def test_every_kind_comes_back_as_it_was(kind: type[Event], data: st.DataObject) -> None:
    event = kind(**data.draw(values_of(kind)))  # type: ignore[arg-type]
    assert event_from(kind.__name__, dataclasses.asdict(event)) == event


def test_no_event_class_is_forgotten() -> None:
    written = {
        name
        for name, thing in vars(events).items()
        if inspect.isclass(thing) and dataclasses.is_dataclass(thing) and thing.__module__ == events.__name__
    }
    assert written - {"Entry"} == KINDS.keys()


@pytest.mark.parametrize("kind", [*KINDS.values(), events.Entry], ids=lambda kind: kind.__name__)
def test_events_are_values_nobody_can_change(kind: type[Event]) -> None:
    parameters = kind.__dataclass_params__  # type: ignore[union-attr]
    assert parameters.frozen
    assert "__slots__" in vars(kind)
    assert (kind.__doc__ or "").strip()


def test_an_event_of_a_newer_version_is_read_without_what_is_new() -> None:
    assert event_from("SwitchStopped", {"why": "asked to"}) == SwitchStopped()


def test_a_kind_that_is_not_known_is_none() -> None:
    assert event_from("PhoneExploded", {"account": "1001"}) is None


def test_what_json_makes_of_an_event_is_the_same_event() -> None:
    started = SwitchStarted("0.1.0", ("192.0.2.1:5060", "192.0.2.2:5060"))
    stored = msgspec.json.decode(msgspec.json.encode(dataclasses.asdict(started)))
    again = event_from("SwitchStarted", stored)
    assert isinstance(again, SwitchStarted)
    assert tuple(again.addresses) == started.addresses
