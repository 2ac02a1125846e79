"""The page of the settings is that of the models, and says something of each."""

from __future__ import annotations

from softswitch.config import Config
from tools.setting_words import CHAPTERS, MEANINGS
from tools.write_configuration import DOCUMENT, markdown, settings


def test_the_page_shows_the_settings_of_today() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == markdown(), "run tools/write_configuration.py"


def test_every_setting_has_its_words_and_no_words_are_left_over() -> None:
    assert {one.path for one in settings()} == set(MEANINGS)
    parts = {one.path.partition(".")[0] for one in settings() if "." in one.path}
    assert parts | {""} == set(CHAPTERS)
    assert {one.path.partition(".")[0] for one in settings()} == set(Config.model_fields)


def test_defaults_limits_and_choices_are_those_of_the_models() -> None:
    told = {one.path: (one.kind, one.default) for one in settings()}
    assert told["sip.port"] == ("whole number, 0 to 65535", "`5060`")
    assert told["sip.tls.port"] == ("whole number, 0 to 65535", "none")
    assert told["sip.bind"] == ("text", "`0.0.0.0`")
    assert told["calls.longest"] == ("number, 60 to 86400", "`14400`")
    assert told["accounts.NUMBER.srtp"] == ("`off`, `offered`, `required`", "`offered`")
    assert told["accounts.NUMBER.outside.calls"] == ("`none`, `home`, `listed`, `all`", "`listed`")
    assert told["trunks.NAME.host"] == ("text", "**required**")
    assert told["trunks.NAME.register"] == ("yes or no", "`no`")
    assert told["emergency"] == ("list of text", "`[112, 999, 998, 997]`")
    assert told["speech.time_limit_seconds"] == ("number, above 0", "`15`")
    assert told["queues.NAME.strategy"][1] == "`longest_idle`"
    assert told["queues.NAME.weight"] == ("number, above 0 to 100", "`1`")
    assert told["queues.NAME.keys"] == ("by key", "none")
    assert told["queues.NAME.announce.eta.cap_text"] == ("text", "none")
    assert told["queues.NAME.callback.by"] == ("text", "**required**")


def test_parts_of_one_kind_have_each_their_own_defaults() -> None:
    told = {one.path: one.default for one in settings()}
    rests = [
        told[f"queues.NAME.missed.{how}.rest_s"] for how in ("no_answer", "reject", "busy", "unreachable")
    ]
    assert rests == ["`5`", "`15`", "`10`", "`20`"]
    assert told["queues.NAME.missed.no_answer.times"] == "`2`"
    assert told["queues.NAME.missed.reject.times"] == "`0`"
