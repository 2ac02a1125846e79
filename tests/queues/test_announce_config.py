"""What is configured of announcements: short forms, defaults that please, and what is refused."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from pydantic import ValidationError

from softswitch.queues.announce_config import LONGEST_TEXT, AnnounceConfig, ComfortMessage, wording
from softswitch.queues.config import QueueConfig

WHOLE = """
position: {mode: limit, limit: 8, first_after_s: 5, every_s: 45, only_when_better: yes, to_first: yes}
eta: {mode: once, round_s: 120, min_samples: 30, cap_s: 3600, cap_text: {pl: Długo., en: Long.}}
comfort:
  messages:
    - Thank you for waiting.
    - {pl: Dziękujemy., en-GB: Thanks.}
    - text: {pl: Jeszcze chwila.}
    - {play: offer.wav}
  every_s: 90
  start_s: 20
  random: yes
  relative: yes
min_gap_s: 10
"""


def read(text: str) -> AnnounceConfig:
    return AnnounceConfig.model_validate(yaml.safe_load(text))


def test_all_of_it_is_read() -> None:
    config = read(WHOLE)
    position, eta, comfort = config.position, config.eta, config.comfort
    assert (position.mode, position.limit, position.first_after_s, position.every_s) == ("limit", 8, 5, 45)
    assert (position.only_when_better, position.to_first) == (True, True)
    assert (eta.mode, eta.round_s, eta.min_samples, eta.cap_s) == ("once", 120, 30, 3600)
    assert eta.cap_text == {"pl": "Długo.", "en": "Long."}
    assert [message.text for message in comfort.messages] == [
        {"": "Thank you for waiting."},
        {"pl": "Dziękujemy.", "en-GB": "Thanks."},
        {"pl": "Jeszcze chwila."},
        None,
    ]
    assert comfort.messages[3].play == Path("offer.wav")
    assert (comfort.every_s, comfort.start_s, comfort.random, comfort.relative) == (90, 20, True, True)
    assert config.min_gap_s == 10


def test_files_are_taken_from_where_the_configuration_lies() -> None:
    config = read("comfort: {messages: [Thanks., {play: offer.wav}, {play: /srv/news.wav}]}")
    text, offer, news = config.placed(Path("/etc/softswitch")).comfort.messages
    assert text == config.comfort.messages[0]
    assert (offer.play, news.play) == (Path("/etc/softswitch/offer.wav"), Path("/srv/news.wav"))
    assert read("position: off").placed(Path("/etc")) == read("position: off")


def test_d21_d22_without_a_word_the_place_is_told_and_the_time_when_it_is_known() -> None:
    config = QueueConfig().announce
    assert (config.position.mode, config.position.to_first, config.position.every_s) == ("on", False, 30)
    assert (config.eta.mode, config.eta.round_s, config.eta.min_samples) == ("on", 60, 20)
    assert config.comfort.messages == ()
    assert config.min_gap_s == 15


@pytest.mark.parametrize("word", ["on", "off", "limit", "more"])
def test_the_mode_alone_is_enough(word: str) -> None:
    # YAML reads a bare on and off as truth values.
    assert read(f"position: {word}").position.mode == word
    assert read(f"position: {{mode: {word}}}").position.mode == word


def test_the_time_can_be_switched_by_its_mode_alone() -> None:
    assert [read(f"eta: {word}").eta.mode for word in ("off", "once", "on")] == ["off", "once", "on"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("position: sometimes", "'off', 'on', 'limit' or 'more'"),
        ("position: {every: 30}", "Extra inputs are not permitted"),
        ("position: {every_s: 1}", "greater than or equal to 5"),
        ("eta: {round_s: 90}", "whole minutes"),
        ("eta: {cap_s: 120, round_s: 180}", r"cap_s (120) must not be below round_s (180)"),
        ("eta: {cap_text: {polish: Długo.}}", "'polish' is not a language code"),
        ("eta: {cap_text: {}}", "the text is empty"),
        ("comfort: {messages: ['']}", "the text is empty"),
        ("comfort: {messages: ['  ']}", "the text is empty"),
        (f"comfort: {{messages: [{'a' * (LONGEST_TEXT + 1)}]}}", "the text has 1001 letters, 1000 at most"),
        ("comfort: {messages: [{text: a, play: b.wav}]}", "either a text or a file"),
        ("comfort: {messages: [{play: }]}", "either a text or a file"),
        ("min_gap_s: -1", "greater than or equal to 0"),
    ],
)
def test_what_makes_no_sense_is_refused(text: str, said: str) -> None:
    with pytest.raises(ValidationError, match=re.escape(said)):
        read(text)


@pytest.mark.parametrize(
    ("texts", "language", "queue_language", "spoken"),
    [
        ({"pl": "tak", "en": "yes"}, "pl", "en", ("tak", "pl")),
        ({"pl": "tak", "en": "yes"}, "pl-PL", "en", ("tak", "pl")),
        ({"en-GB": "aye", "en": "yes"}, "en-GB", "pl", ("aye", "en-GB")),
        ({"pl": "tak", "en": "yes"}, "de", "pl", ("tak", "pl")),
        ({"uk": "так", "en": "yes"}, "de", "pl", ("yes", "en")),
        ({"uk": "так"}, "de", "pl", ("так", "uk")),
        ({"": "tak"}, "en", "pl", ("tak", "pl")),
    ],
)
def test_a_text_is_said_in_the_callers_language_or_the_next_best(
    texts: dict[str, str], language: str, queue_language: str, spoken: tuple[str, str]
) -> None:
    message = ComfortMessage.model_validate({"text": texts})
    assert message.text is not None
    assert wording(message.text, language, queue_language) == spoken
