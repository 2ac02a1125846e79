"""Settings of people: the configuration's, and over them what was changed since."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from softswitch.bus import EventLog
from softswitch.calls.hangup import Reason
from softswitch.events import DoNotDisturbSet, ForwardSet
from softswitch.features.config import PersonConfig
from softswitch.features.errors import FeatureError
from softswitch.features.settings import NO_ANSWER_SECONDS, Settings, SettingsBook, When, configured
from tests.fakes.clock import FakeClock

WISHES = PersonConfig.model_validate(
    {"forward": {"always": "1", "busy": "2", "no_answer": {"to": "3", "after": 7}, "unreachable": "4"}}
)


def book(people, restored=None):
    log, changes, seen = EventLog(FakeClock()), [], []
    log.subscribe(lambda entry: seen.append(entry.event))
    made = SettingsBook(people, log=log, changed=lambda *one: changes.append(one), restored=restored or {})
    return made, changes, seen


def test_the_configuration_is_where_they_begin():
    assert configured(WISHES) == Settings("1", "2", "3", "4", 7.0, dnd=False)
    assert configured(PersonConfig(dnd=True)) == Settings(after=NO_ANSWER_SECONDS, dnd=True)


@pytest.mark.parametrize(
    ("reason", "to"),
    [
        (Reason.BUSY, "2"),
        (Reason.DECLINED, "2"),
        (Reason.DO_NOT_DISTURB, "2"),
        (Reason.NO_ANSWER, "3"),
        (Reason.OFFLINE, "4"),
        (Reason.UNREACHABLE, "4"),
        (Reason.PEER_FAILED, "4"),
        (Reason.MOVED, ""),
        (Reason.NO_COMMON_CODEC, ""),
    ],
)
def test_why_nobody_was_reached_says_where_the_call_goes(reason, to):
    assert configured(WISHES).follows(reason) == to


def test_a_change_is_told_and_kept():
    settings, changes, seen = book({"1001": WISHES})
    settings.set_forward("1001", When.BUSY, "9")
    settings.set_forward("1001", When.ALWAYS, None)
    settings.set_dnd("1001", True)
    assert settings.of("1001") == Settings("", "9", "3", "4", 7.0, dnd=True)
    assert changes == [("1001", "busy", "9"), ("1001", "always", ""), ("1001", "dnd", "on")]
    assert seen == [
        ForwardSet("1001", "busy", "9"),
        ForwardSet("1001", "always", ""),
        DoNotDisturbSet("1001", True),
    ]


def test_what_was_kept_stands_over_the_configuration():
    restored = {
        "1001": {"always": "", "busy": "9", "dnd": "on", "hologram": "blue"},
        "4711": {"always": "1"},
    }
    settings, changes, seen = book({"1001": WISHES}, restored)
    assert settings.of("1001") == Settings("", "9", "3", "4", 7.0, dnd=True)
    assert settings.of("4711") == Settings()
    assert (changes, seen) == ([], [])


def test_what_cannot_be_is_refused_and_changes_nothing():
    settings, changes, seen = book({"1001": PersonConfig()})
    with pytest.raises(FeatureError, match="there is no account 4711"):
        settings.set_dnd("4711", True)
    with pytest.raises(FeatureError, match="1001 cannot forward to itself"):
        settings.set_forward("1001", When.BUSY, "1001")
    assert (changes, seen, settings.of("1001")) == ([], [], Settings())


CHANGE = st.tuples(
    st.sampled_from(["1001", "1002"]), st.sampled_from([*When, None]), st.sampled_from(["", "7", "8"])
)


@given(st.lists(CHANGE, max_size=20))
def test_what_is_kept_gives_the_same_settings_after_a_restart(wanted):
    people = {"1001": WISHES, "1002": PersonConfig(dnd=True)}
    settings, changes, _ = book(people)
    for user, when, to in wanted:
        if when is None:
            settings.set_dnd(user, bool(to))
        else:
            settings.set_forward(user, when, to or None)
    kept: dict[str, dict[str, str]] = {}
    for user, name, value in changes:
        kept.setdefault(user, {})[name] = value
    again, _, _ = book(people, kept)
    assert [again.of(user) for user in people] == [settings.of(user) for user in people]
