from hypothesis import given
from hypothesis import strategies as st

from softswitch.sip.timers import Alarms, Timings


def test_an_alarm_rings_once_and_not_before_its_time():
    alarms = Alarms()
    alarms.set("a", 2.0)
    alarms.set("b", 1.0)
    assert (alarms.next(), len(alarms)) == (1.0, 2)
    assert alarms.due(0.9) is None
    assert [alarms.due(2.0), alarms.due(2.0), alarms.due(2.0)] == ["b", "a", None]
    assert (alarms.next(), len(alarms)) == (None, 0)


def test_setting_again_moves_and_clearing_forgets():
    alarms = Alarms()
    alarms.set("a", 1.0)
    alarms.set("a", 3.0)
    assert (alarms.due(2.0), alarms.next(), len(alarms)) == (None, 3.0, 1)
    alarms.clear("a")
    alarms.clear("never set")
    assert (alarms.due(9.0), alarms.next(), len(alarms)) == (None, None, 0)


def test_patience_is_64_t1():
    assert Timings().patience == 32.0
    assert Timings(t1=0.1).patience == 6.4


@given(st.lists(st.tuples(st.sampled_from("abcd"), st.none() | st.floats(0, 100))))
def test_alarms_behave_as_a_plain_dictionary_would(steps):
    alarms, model = Alarms(), {}
    for key, at in steps:
        if at is None:
            alarms.clear(key)
            model.pop(key, None)
        else:
            alarms.set(key, at)
            model[key] = at
        assert len(alarms) == len(model)
        assert alarms.next() == min(model.values(), default=None)
    rung = []
    while (key := alarms.due(100.0)) is not None:
        rung.append(key)
    assert [model[key] for key in rung] == sorted(model.values())
    assert sorted(rung) == sorted(model)
